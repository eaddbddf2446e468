"""What is said below the board's figure, and in its place when there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.label_efficiency import Series

from . import figures, tables, text
from .records import RecordSource
from .view import ViewContents

KEY = (
    "Colour: kind of labels. Shape: method. Hollow: no training, the cues are given on each test picture, and every further "
    "picture costs again. Bars: 95 % intervals over test pictures and trainings; small dots: single trainings."
)
KNOWS = (
    "Pale: the built-in model takes part, and has learned from masks of this data set before. They are in no price here, so these "
    "are never the best buy, and on data of your own they may do worse."
)
COMMAND = "python -m leaderboard sweep horses-labels --methods propagate probe --data DATA"
MAX_NAMED = 5  # files that are left out are named, up to this many


def empty(reading: bool) -> str:
    """What a board without records shows, as HTML. reading: whether the folders are still being read."""
    if reading:
        return "<p>The records are being read …</p>"
    return (
        "<p><b>There are no results yet.</b> One command trains two methods on shares of the labels and fills the board "
        f"(DATA is the folder that holds the data set <i>horses</i>):</p><pre>{COMMAND}</pre>"
    )


def nothing(contents: ViewContents, source: RecordSource) -> str:
    """Why a view shows no result, as HTML."""
    if not source.summaries:
        return empty(reading=not source.has_read)
    if contents.clicks:
        return "<p>On these pictures there are robot users alone: see <b>By click</b> below.</p>"
    return "<p>Nothing fits these filters. Take one of them off.</p>"


def note(contents: ViewContents, lines: Sequence[Series], source: RecordSource) -> str:
    """How to read the figure, what it leaves out, and which files could not be read, as HTML."""
    sentences = [*_about_figure(contents, lines), *_about_ranks(contents)]
    wrong = "".join(f'<p class="bad">{text.safe(line, 400)}</p>' for line in _problems(source))
    link = f' <a href="{text.safe(contents.view.query, 4000)}">Link to this view</a>.' if contents.groups else ""
    return f'{wrong}<p class="dim">{" ".join(sentences)}{link}</p>'


def _about_figure(contents: ViewContents, lines: Sequence[Series]) -> list[str]:
    if not lines:
        return []
    drawn = len(label_efficiency.groups_of(lines))
    count = len(contents.groups)
    sentences = [KEY]
    if any(group.record.trained_on_this_data for group in contents.groups):
        sentences.append(KNOWS)
    if drawn > figures.MAX_BARS:
        sentences.append("With so many points, the best buys alone have bars and dots.")
    if drawn < count:
        sentences.append(f"{count - drawn} of {count} results do not tell this price, and are in the table only.")
    return sentences


def _about_ranks(contents: ViewContents) -> list[str]:
    sentences = []
    if contents.groups:
        sentences.append(
            "Equal ranks are ties: the difference may be chance (paired bootstrap on the same pictures, Holm)."
        )
    if not contents.settled:
        sentences.append("Ranks and intervals over trainings are still being computed.")
    if len(contents.groups) > tables.MAX_ROWS:
        count = f"{tables.MAX_ROWS:,} of {len(contents.groups):,}"
        sentences.append(f"The table shows the best {count}; the CSV has all.")
    return sentences


def _problems(source: RecordSource) -> list[str]:
    """What is wrong with the results data set and with files, a line each; not escaped."""
    left_out, count = source.left_out, len(source.left_out)
    lines = [source.note] if source.note else []
    if count:
        lines.append(f"{count} file{'s' * (count > 1)} left out:")
    lines += [f"{path.parent.name}/{path.name}: {reason}" for path, reason in list(left_out.items())[:MAX_NAMED]]
    return lines + ([f"and {count - MAX_NAMED} more"] if count > MAX_NAMED else [])
