"""What is said below the figure: what it leaves out, and which files could not be read."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from leaderboard.analysis import label_efficiency
from leaderboard.records import store
from leaderboard.records.record import Labels
from tests.support import board_scenes as boards
from tests.support.board_results import read, trial
from ui.board import notes, tables, view
from ui.board.view import BoardView


def test_unlabelled_pictures_are_named_and_what_ends_two_lines_is_counted_once(tmp_path):
    for share, seconds, unlabelled in ((0.5, 60.0, 0), (0.5, 60.0, 9), (1.0, 120.0, 0)):
        sha = hashlib.sha1(f"{share} {unlabelled}".encode()).hexdigest()
        record = boards.record(quality=share, seed=0, method="network", track="efficiency", sha=sha)
        labels = Labels(
            cue="full",
            labelled_images=10,
            unlabelled_images=unlabelled,
            label_seconds=seconds,
            share=share,
            source="reproduced",
        )
        store.write(replace(record, labels=labels), tmp_path)
    found = view.view_contents(BoardView(), read(tmp_path))
    lines = label_efficiency.series(found.groups)
    assert sorted(len(line.groups) for line in lines) == [2, 2]
    assert len(label_efficiency.groups_of(lines)) == 3
    text = tables.gains(lines, 60, 30)
    assert "<td>full masks</td>" in text
    assert "<td>full masks + unlabelled</td>" in text
    assert "do not tell this price" not in notes.note(found, lines, read(tmp_path))
    assert set(tables.results(found.groups)["labels"]) == {"full masks", "full masks + unlabelled"}


def test_files_that_are_left_out_are_named_on_the_board(tmp_path):
    path = store.write(trial(0.5, 0, seconds=9), tmp_path)
    for number in range(7):
        (path.parent / f"{number:032x}.json").write_text("<b>\x1b")
    board = read(tmp_path)
    note = notes.note(view.view_contents(BoardView(), board), [], board)
    assert "7 files left out:" in note
    assert f"{path.parent.name}/{0:032x}.json: it is damaged or was changed" in note
    assert "and 2 more" in note
    assert len(board.summaries) == 1
