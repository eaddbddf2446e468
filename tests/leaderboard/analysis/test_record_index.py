"""Records in memory: each file is read once, damaged ones are left out, resamples are kept within bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leaderboard.analysis import record_index
from leaderboard.analysis.record_index import BootstrapCache, RecordIndex
from leaderboard.records import store
from tests.support import board_scenes as boards


def test_each_file_is_read_once_and_kept_without_its_pictures(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(record_index.store, "read", lambda path, whole=store.read: seen.append(path) or whole(path))
    reader = RecordIndex([folder])
    first = reader.read()
    assert len(first) == len(seen) == 14
    assert all(entry.record.packed == {} and entry.record.ids == "" for entry in first)
    assert reader.read() == first
    assert len(seen) == 14
    assert [entry.record.date for entry in first] == sorted(entry.record.date for entry in first)


def test_what_is_damaged_or_gone_is_left_out_with_one_warning(folder, tmp_path, caplog):
    for path in folder.glob("*/*.json"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        (tmp_path / path.parent.name / path.name).write_bytes(path.read_bytes())
    one, other, *_ = sorted(tmp_path.glob("*/*.json"))
    one.write_text(one.read_text().replace("0", "1", 1))
    reader = RecordIndex([tmp_path, folder])
    assert len(reader.read()) == 14  # the sound copy counts
    assert len(RecordIndex([tmp_path]).read()) == 13
    caplog.clear()
    reader.read()
    assert caplog.text == ""
    other.unlink()
    assert len(RecordIndex([tmp_path]).read()) == 12


def test_a_score_of_no_known_metric_is_no_record_for_the_board(tmp_path, caplog):
    store.write(replace(boards.record(), metric="evil"), tmp_path)
    assert RecordIndex([tmp_path]).read() == ()
    assert "no score of its metric, 'evil'" in caplog.text


def test_resamples_are_kept_within_bounds(folder):
    samples, found = BootstrapCache(max_samples=2), RecordIndex([folder]).read()[:3]
    first = samples.get(found[0], "miou")
    assert first.shape == (1000,)
    assert samples.get(found[0], "miou") is first
    samples.get(found[1], "miou")
    samples.get(found[2], "miou")
    assert [samples.holds(entry, "miou") for entry in found] == [False, True, True]
    gone = replace(found[0], path=folder / "none.json")
    assert np.isnan(BootstrapCache().get(gone, "miou")).all()
