"""A file is replaced as a whole, or stays as it was."""

import pytest

from wss_core.atomic_file import write_atomic


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old")
    with write_atomic(path) as part:
        part.write_text("new, but")
        assert path.read_text() == "old"
        part.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old")

    def fill_the_disk():
        with write_atomic(path) as part:
            part.write_text("ne")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fill_the_disk()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_share_a_temporary_file(tmp_path):
    path = tmp_path / "record.json"
    with write_atomic(path) as one, write_atomic(path) as two:
        assert one != two
        one.write_text("one")
        two.write_text("two")
    assert path.read_text() == "one"  # the block that ended last
