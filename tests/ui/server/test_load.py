"""Several people at once on the real server, by the load script of benchmarks/."""

from benchmarks.live_load import crowd


def test_people_at_once_get_their_own_masks(served):
    people = crowd(served.rstrip("/"), count=4, seconds=3)
    assert [text for person in people for text in person.errors] == []
    assert all(sum(row["answer"] == "mask" for row in person.rows) > 2 for person in people)


def test_a_lost_cue_would_be_noticed(served):
    (person,) = crowd(served.rstrip("/"), count=1, seconds=1)
    person.strokes[-1] = {**person.strokes[-1], "label": 7}
    answer = person.call(
        "segment", {"key": person.key, "seq": 10**6, "cues": '{"points": [[1, 1, 0]]}', "method": "auto"}
    )
    person.check_answer(answer)
    assert "was lost" in person.errors[-1]
