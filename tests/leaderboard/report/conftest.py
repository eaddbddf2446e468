"""Made-up results of one benchmark."""

import pytest

from tests.support import board_scenes as boards


@pytest.fixture(scope="module")
def records():
    """Three checkpoints of one method, one of another, and one that does not say what its labels cost."""
    good = [boards.record(quality=0.9, seed=s, cue="full", labelled_images=9, label_seconds=711.0) for s in (0, 1, 2)]
    fair = boards.record(quality=0.7, method="probe", seed=3, cue="points", labelled_images=9, label_seconds=40.5)
    poor = boards.record(quality=0.4, method="cam", seed=4, cue="tags", labelled_images=9)
    return [*good, fair, poor]
