"""Stored words in the words of people, and a record in one line of text.

Records, CSV and JSON keep the stored words; what people read (tables, figures, the page) takes them from here.
"""

from __future__ import annotations

from ..benchmarks import cue_words
from ..records.record import Failure, Labels, Record

CUES = {  # by the kind of a cue word, or by the kind of cue a checkpoint says it was trained with
    "tags": "image tags",
    "strokes": "scribbles",
    "labels": "masks",
    "full": "full masks",
    "partial": "partial masks",
    "people": "scribbles drawn by people",
    "none": "labels not stated",
}
METRICS = {"miou": "mIoU", "dice": "Dice", "accuracy": "pixel accuracy", "hd95": "HD95 (pixels)"}
SOURCES = {
    "declared": "declared by its author",
    "reproduced": "reproduced: trained by the board",
    "given": "given on the test pictures",
    "": "not stated",
}


def cue_label(words: str) -> str:
    """Cue words joined by "+" as people say them: "people+tags" -> "scribbles drawn by people + image tags"; not escaped."""
    return " + ".join(CUES.get(word, word) for word in (words or "none").split("+"))


def kind_label(words: str) -> str:
    """The kinds of cue words as people say them, without numbers: "scribbles-3" -> "scribbles"; not escaped."""
    return cue_label(cue_words.kinds(words))


def metric_label(name: str) -> str:
    """The name of a metric as people write it."""
    return METRICS.get(name, name.replace("_", " "))


def source_label(source: str) -> str:
    """Who says what the labels were, for Labels.source; not escaped."""
    return SOURCES.get(source, "not stated")


def labels_line(labels: Labels, trained_on_this_data: bool) -> str:
    """The labels in a few words, without their number; whether there were others than on training pictures, and whether the
    model was trained on the data set."""
    words = [kind_label(labels.cue) if labels.cue else ""]
    if labels.source == "given":
        words.append("on test pictures")
    elif labels.source == "reproduced" and labels.unlabelled_images:
        words.append("+ unlabelled")
    return " ".join(filter(None, [*words, "(knows the data)" if trained_on_this_data else ""]))


def outcome_line(outcome: Record | Failure) -> str:
    """A record, or why there is none, in one line."""
    if isinstance(outcome, Failure):
        return f"failed, {outcome.checkpoint}: {outcome.reason}"
    score = outcome.scores[outcome.metric]
    value = f"{outcome.metric} {score.value:.4f} [{score.low:.4f}, {score.high:.4f}]"
    return (
        f"{outcome.identity.benchmark}: {value}, {outcome.images} images, {outcome.seconds:.0f} s, {outcome.checkpoint}"
    )
