"""Cards: what ours says, that the Hub takes it, and that what others wrote stays."""

import re

import pytest
import yaml

from tests.support.loopback import cards as hub_cards
from tests.support.paths import ROOT
from wss_core.hub import card as checkpoint_card
from wss_core.hub.card import About, Score, eval_results_yaml, render_card, split_header

TRAINING = {
    "cues": {"scribbles": 60, "boxes": 3},
    "images": 63,
    "label_seconds": 12345.6,
    "data": [{"name": "ann/hearts:slices", "split": "train", "revision": "a" * 40}, {"name": "a folder of mine"}],
    "validation": {"metric": "miou", "value": 0.71234567},
}
FORM = {"method": "network", "settings": {"classes": ["background", "heart"]}, "training": TRAINING}
LIVE = {"method": "propagate", "settings": {"classes": []}, "training": {}}
SCORE = Score("miou_dataset", 0.7123, "ann/hearts", "test", "b" * 40, 0.69, 0.74)


def metadata(card: str) -> dict:
    return yaml.safe_load(split_header(card)[0])


def test_a_new_card():
    card = render_card("ann/one", FORM, About("Hearts.", "Only MRI.", "cc-by-4.0", ("ann/base",), (SCORE,), True))
    hub_cards.check(card)
    assert metadata(card) == {
        "library_name": "wss-core",
        "pipeline_tag": "image-segmentation",
        "license": "cc-by-4.0",
        "tags": ["weakly-supervised-segmentation", "wss-core", "network", "scribbles", "boxes"],
        "datasets": ["ann/hearts"],
        "base_model": ["ann/base"],
    }
    for words in (
        "# ann/one\n\nHearts.\n\n![What it makes of a picture](wss_core_sample.jpg)\n",
        "2 classes, by label:\n\n0. background\n1. heart\n",
        "Method `network`. Its labels took about 3.4 hours by the published table",
        "| cues | scribbles: 60, boxes: 3 |\n| images | 63 |\n| label seconds | 12,345.6 |\n",
        f"| data | ann/hearts:slices train {'a' * 40} |\n| data | a folder of mine |\n",
        f"| ann/hearts | test | {'b' * 40} | miou\\_dataset | 0.7123 (0.69 to 0.74) |\n",
        "every pixel gets one of them.\n\nOnly MRI.\n",
        'load("ann/one").segment("photo.jpg")',
    ):
        assert words in card


def test_a_card_of_little():
    card = render_card("ann/one", LIVE, About())
    hub_cards.check(card)
    assert metadata(card)["tags"] == ["weakly-supervised-segmentation", "wss-core", "propagate"]
    assert not metadata(card).keys() & {"license", "datasets", "base_model"}
    for words in ("any number of classes", "nothing beforehand", "Not known.\n", "Cues(points="):
        assert words in card
    assert "While it was trained, validation gave metric: miou, value: 0.712346." in render_card("a/b", FORM, About())


def test_the_three_lines_of_use_work(tmp_path, monkeypatch):
    from PIL import Image

    card = render_card("ann/one", LIVE, About())
    code = card.split("```python\n")[1].split("```")[0].replace('load("ann/one")', 'load("builtin")')
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (200, 150), "red").save("photo.jpg")
    made: dict = {}
    exec(code, made)
    assert made["result"].labels.shape == (150, 200)


OTHERS = """---
license: mit  # as agreed
# why these tags
tags: [mine, scribbles]
datasets: ann/own
base_model:
  - ann/older
model-index:
- name: x
  results: []
version: 1.10
note: |
  tags: not these
  - either
---
# A title of mine

Above.
"""


def test_what_others_wrote_stays_and_what_we_wrote_goes():
    card = render_card("ann/one", FORM, About(license="cc-by-4.0"), OTHERS)
    hub_cards.check(card)
    card_fields = metadata(card)
    assert card_fields["license"] == "cc-by-4.0"
    assert card_fields["tags"] == [
        "mine",
        "scribbles",
        "weakly-supervised-segmentation",
        "wss-core",
        "network",
        "boxes",
    ]
    assert (card_fields["datasets"], card_fields["base_model"]) == (["ann/own", "ann/hearts"], ["ann/older"])
    for kept in (
        "# why these tags\n",
        "version: 1.10\nnote: |\n  tags: not these\n  - either\n",
        "- name: x\n  results",
    ):
        assert kept in card
    assert card.count("\n# ") == 2  # the comment, and the title: ours is left out
    below = card + "\nBelow.\n"
    other = {**FORM, "training": {"cues": {"tags": 9}, "data": []}}
    again = render_card("ann/one", other, About(), below, before=FORM)
    card_fields = metadata(again)
    assert card_fields["tags"] == ["mine", "weakly-supervised-segmentation", "wss-core", "network", "tags"]
    assert (card_fields["datasets"], card_fields["license"]) == (["ann/own"], "cc-by-4.0")
    assert again.count("Above.") == again.count("Below.") == again.count("## Use") == 1
    assert again.index("Above.") < again.index("## Use") < again.index("Below.")
    assert render_card("ann/one", other, About(), again, before=other) == again


def test_keys_in_quotes_are_not_written_twice():
    card = render_card("ann/one", FORM, About(), "---\n\"tags\": [a]\n'license' : mit\n---\n")
    assert (card.count("tags"), metadata(card)["license"]) == (1, "mit")


def test_lines_that_say_what_we_would_say_stay_as_they_are():
    header = "tags: [propagate, wss-core, weakly-supervised-segmentation]  # both\nlibrary_name: 'wss-core' # so\n"
    card = render_card("ann/one", LIVE, About(), f"---\n{header}---\n")
    assert card.startswith(f"---\n{header}pipeline_tag: image-segmentation\n---\n")


def test_a_card_without_metadata_and_one_without_our_end():
    card = render_card("ann/one", LIVE, About(), "Just text.\n")
    assert card.index("---\n") < card.index("Just text.") < card.index("## Use")
    broken = card.replace("<!-- wss-core ends -->", "")
    again = render_card("ann/one", LIVE, About(), broken)
    assert again.count("## Use") == 2  # what we cannot tell from theirs is theirs


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a: [", "is not YAML"),
        ("- a", "no list of keys with values"),
        ("{license: mit}", "cannot be kept as it is written"),
        ("tags: &x [a]\nother: *x", "cannot be kept as it is written"),
    ],
)
def test_metadata_that_cannot_be_kept(header, words):
    with pytest.raises(ValueError, match=words):
        render_card("ann/one", FORM, About(), f"---\n{header}\n---\nText\n")


def test_names_of_classes_are_only_text():
    names = ["background", "<script>x</script>", "a|b\n# c", "[x](http://y)", "<!-- wss-core ends -->", "`*_~"]
    card = render_card("ann/one", {**FORM, "settings": {"classes": names}}, About())
    for raw in ("<script", r"\|b", "# c", r"\[x", r"\]\(", r"`\\\*", "_~"):
        assert not re.search(rf"(?<!\\){raw}", card.split("## How it was trained")[0])
    assert card.count("<!-- wss-core ends -->") == 1
    assert "1. \\<script\\>x\\</script\\>\n2. a\\|b \\# c\n" in card


def test_a_persons_text_does_not_end_our_part():
    card = render_card("ann/one", FORM, About(text="x <!-- wss-core ends --> y"))
    again = render_card("ann/one", FORM, About(), card)
    assert " y" not in again


def test_results_are_those_on_the_hub():
    rows = yaml.safe_load(eval_results_yaml((SCORE, Score("dice", 0.5, "my folder"))))
    assert rows == [
        {
            "dataset": {"id": "ann/hearts", "task_id": "test_miou_dataset", "revision": "b" * 40},
            "value": 0.7123,
            "notes": "miou_dataset on test (0.69 to 0.74)",
        }
    ]
    assert eval_results_yaml(()) == eval_results_yaml((Score("dice", 0.5, "my folder"),)) == ""


def test_readings_of_a_config_that_says_nonsense():
    form = {"training": {"cues": ["x"], "label_seconds": "3", "data": {"name": "x"}}}
    assert (checkpoint_card.cue_kinds(form), checkpoint_card.label_seconds(form), checkpoint_card.data_sets(form)) == (
        [],
        None,
        [],
    )
    assert checkpoint_card.data_sets({"training": {"data": ["x", {"name": 3}, {"name": "y"}]}}) == [{"name": "y"}]


def test_the_builtins_card_is_one_the_hub_takes():
    card = ROOT / "wss_core" / "weights" / "README.md"
    hub_cards.check(card.read_text(encoding="utf-8"))
