"""Label budgets: which images get which labels, and what is refused."""

import pytest

from leaderboard.tasks import label_budget
from leaderboard.tasks.label_budget import LabelBudget
from tests.support import board_scenes as boards


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return boards.write_splits(tmp_path_factory.mktemp("data"))


def test_one_group_is_labelled_after_another():
    groups = ["a", "b", "a", "", "b", "", "a"]
    orders = [label_budget.labelling_order(groups, seed) for seed in range(20)]
    assert all(sorted(order) == list(range(7)) for order in orders)
    for order in orders:
        turns = [groups[place] or place for place in order]
        assert [turn for i, turn in enumerate(turns) if turn not in turns[:i]] == [
            turn for i, turn in enumerate(turns) if i == 0 or turns[i - 1] != turn
        ]
    assert len({tuple(order) for order in orders}) > 10
    assert label_budget.labelling_order(groups, 3) == label_budget.labelling_order(groups, 3)


def test_fewer_are_among_more_and_the_rest_has_no_labels(data):
    few = label_budget.training_subset(LabelBudget(cue="points", share=0.25), boards.LABELS, data, 5)
    more = label_budget.training_subset(LabelBudget(cue="points", share=0.5, rest="none"), boards.LABELS, data, 5)
    mixed = label_budget.training_subset(
        LabelBudget(cue="full", share=0.25, rest="tags", also=(("test", "boxes"),)), boards.LABELS, data, 5
    )
    assert [e.id for e in few] == [e.id for e in more][:2]
    assert [bool(e.cues.points) for e in more] == [True] * 4 + [False] * 4
    assert [e.cues.kinds for e in more][4:] == [frozenset()] * 4
    assert [e.cues.labels is not None for e in mixed] == [True] * 2 + [False] * 10
    assert [bool(e.cues.boxes) for e in mixed] == [False] * 8 + [True] * 4
    assert all(e.cues.tags for e in list(mixed)[2:8])
    assert all(e.truth is None for e in mixed)


def test_what_is_no_budget():
    with pytest.raises(ValueError, match="above 0 and at most 1, got 5"):
        LabelBudget(cue="full", share=5)
    with pytest.raises(ValueError, match="rest and also are of training pictures"):
        LabelBudget(cue="points", rest="tags")
    with pytest.raises(ValueError, match="no cue 'dots'"):
        LabelBudget(cue="full", share=1, also=(("more", "dots"),))
    assert LabelBudget(cue="points-1", share=1) == LabelBudget(cue="points", share=1)
