"""network: encoders of every kind, one light decoder, and a method that is saved with all it needs."""

import json

import numpy as np
import pytest
import timm
import torch

from tests.support.scenes import CLASSES, discs
from wss_core import hub
from wss_core.cues import Box, Cues, Example
from wss_core.features.timm_backbone import architecture
from wss_core.methods.cam import Cam
from wss_core.methods.network import Network
from wss_core.methods.probe import Probe
from wss_core.run_options import RunOptions

torch.set_num_threads(1)
TINY = {"width": 16, "crop": 32, "side": 64, "steps": 2, "batch": 2}
RUN = RunOptions(device="cpu", quiet=True)


# what a network is made anew from


@pytest.fixture(scope="module")
def resnet(tmp_path_factory):
    """A folder in timm's form, with weights drawn at random."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("resnet")
    timm.models.save_for_hf(timm.create_model("test_resnet"), folder, safe_serialization=True)
    return folder


def test_a_folder_is_made_anew_from_its_architecture(resnet, tmp_path):
    assert architecture("resnet18.a1_in1k") == ("resnet18.a1_in1k", "")
    assert architecture(f"local-dir:{resnet}") == ("test_resnet", "")
    config = json.loads((resnet / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"model_args": {"pad_type": "same"}}))
    assert architecture(f"local-dir:{tmp_path}") == ("test_resnet", "same")
    (tmp_path / "config.json").write_text(json.dumps(config | {"model_args": {"img_size": 56, "depth": 3}}))
    with pytest.raises(ValueError, match="is made with img_size, depth, which a checkpoint cannot store"):
        architecture(f"local-dir:{tmp_path}")
    with pytest.raises(ValueError, match="cannot read the config.json of timm:local-dir:"):
        architecture("local-dir:/nowhere")


def test_a_checkpoint_needs_neither_the_folder_nor_the_network(resnet, tmp_path, monkeypatch):
    learned = Network(backbone=f"timm:local-dir:{resnet}", classes=CLASSES, **TINY).fit(discs(), run=RUN)
    assert learned.backbone == "timm:test_resnet"
    hub.save(learned, tmp_path / "saved")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(timm.models._builder, "load_pretrained", None)
    again = hub.load(tmp_path / "saved")
    image = discs()[0].image
    np.testing.assert_array_equal(again.segment(image).probs, learned.segment(image).probs)


def test_weights_of_another_shape_are_refused(tmp_path):
    learned = Network(backbone="unet", classes=CLASSES, **TINY).fit(discs(), run=RUN)
    with pytest.raises(ValueError, match="weights do not fit network: .*Load them with the settings"):
        Network(backbone="unet", classes=(*CLASSES, "more"), **TINY).load_state(learned.state())
    assert not any(name.startswith("second") for name in learned.state())


# what it learns


def test_classes_and_channels_are_told_by_the_examples():
    grey = [Example(e.image.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2), e.cues) for e in discs()]
    learned = Network(backbone="unet", **TINY).fit(grey, run=RUN)
    assert learned.classes == ("background", "object 1")
    assert learned.channels == 1
    assert Network(backbone="unet", **TINY).fit(discs(), run=RUN).channels == 3


def test_soft_labels_join_where_a_solver_is_named():
    learned = Network(backbone="unet", spread="live", classes=CLASSES, **TINY).fit(discs(), run=RUN)
    assert "soft" in learned.training["terms"]


@pytest.mark.parametrize(("spread", "joined"), [("objects", [True, False]), ("", [False, False])])
def test_soft_labels_join_where_there_are_boxes(spread, joined):
    examples = Example(discs(1)[0].image, Cues(boxes=(Box(11, 11, 38, 38, 1),))), discs(1)[0]
    methods = [Network(backbone="unet", spread=spread, classes=CLASSES, **TINY) for _ in examples]
    found = [m.fit([one], run=RUN).training["terms"] for m, one in zip(methods, examples, strict=True)]
    assert ["soft" in terms for terms in found] == joined


def test_rounds_share_the_steps_and_go_on_where_they_were(tmp_path):
    """The second learns what the first found, by terms of its own; stopped in it and taken up again it ends the same."""

    def learned(folder=None, stop=False, resume=False) -> Network:
        seen.clear()

        def progress(step, steps, figures):
            seen.append(sorted(figures))
            if stop and len(seen) == 4:
                raise KeyboardInterrupt

        tiny = TINY | {"steps": 6}
        run = RunOptions(device="cpu", quiet=True, folder=folder, resume=resume)
        return Network(backbone="unet", rounds=2, terms=("potts",), classes=CLASSES, **tiny).fit(
            discs(), progress, run=run
        )

    seen: list[list[str]] = []
    whole = learned()
    assert seen == [["loss", "potts"]] * 3 + [["cross_entropy", "dice", "loss", "soft"]] * 3
    assert (whole.training["steps"], whole.training["terms"]) == (6, {"potts": 1.0})
    with pytest.raises(KeyboardInterrupt):
        learned(tmp_path, stop=True)
    again = learned(tmp_path, resume=True)
    assert len(seen) == 2
    for name, array in whole.state().items():
        np.testing.assert_array_equal(again.state()[name], array)
    with pytest.raises(ValueError, match="rounds is 0. Give 1 or more"):
        Network(rounds=0)


def test_terms_by_hand_and_what_is_no_term():
    learned = Network(backbone="unet", terms=("dice", "potts=0.5"), classes=CLASSES, **TINY).fit(discs(), run=RUN)
    assert learned.training["terms"] == {"dice": 1.0, "potts": 0.5}
    with pytest.raises(ValueError, match="no term 'mumford'"):
        Network(terms=("mumford",))


def test_progress_is_told_and_may_end_it():
    seen = []

    def progress(step, steps, figures):
        seen.append((step, steps, figures["loss"]))
        if step == 1:
            raise RuntimeError("enough")

    unfitted = Network(backbone="unet", classes=CLASSES, **TINY)
    with pytest.raises(RuntimeError, match="enough"):
        unfitted.fit(discs(), progress, run=RUN)
    assert [(step, steps) for step, steps, _ in seen] == [(1, 2)]
    assert not unfitted.fitted


def not_a_step(step, steps, figures):
    pytest.fail("a step was taken")


@pytest.mark.parametrize("truth", [None, np.full((48, 48), 255, np.uint8)])
@pytest.mark.parametrize("method", [Network, Cam])
def test_validation_without_masks_says_so_before_the_training(method, truth):
    without = [Example(discs(1)[0].image, truth=truth)]
    with pytest.raises(ValueError, match="no picture of the validation has a true mask"):
        method(backbone="unet", classes=CLASSES, **TINY).fit(discs(), not_a_step, validation=without, run=RUN)


@pytest.mark.parametrize("method", [Network, Cam, Probe])
def test_pictures_of_which_nothing_is_labelled_are_no_training(method):
    unknown = [Example(one.image, Cues(labels=np.full((48, 48), 255, np.uint8))) for one in discs(2)]
    with pytest.raises(ValueError, match="all that the masks and other cues of 2 pictures mark is 255, unknown"):
        method(classes=CLASSES).fit(unknown, not_a_step, run=RUN)


def test_terms_that_learn_nothing_from_the_cues_are_refused():
    tagged = [Example(discs(1)[0].image, Cues(tags=("disc",)))]
    with pytest.raises(
        ValueError, match="terms dice, projection learn nothing from these cues .tags.. Choose among: tags"
    ):
        Network(backbone="unet", terms=("dice", "projection"), classes=CLASSES, **TINY).fit(tagged, not_a_step, run=RUN)


def test_a_large_picture_is_seen_at_a_bounded_size():
    learned = Network(backbone="unet", classes=CLASSES, **TINY).fit(discs(), run=RUN)
    image = np.zeros((300, 600, 3), np.uint8)
    assert learned.prepare(image).cache.shape == (2, 32, 64)
    assert learned.segment(image).labels.shape == (300, 600)


def test_cues_that_do_not_fit_a_picture_are_named():
    wrong = Example(discs(1)[0].image, Cues(labels=np.zeros((5, 5), np.uint8)))
    with pytest.raises(ValueError, match="picture 0: labels must be uint8"):
        Network(backbone="unet", classes=CLASSES, **TINY).fit([wrong], run=RUN)


@pytest.mark.parametrize("fitted_before", [False, True])
def test_a_fit_that_breaks_off_leaves_everything_as_it_was(fitted_before):
    """Also in a later round, when networks have been trained already."""
    segmenter = Network(backbone="unet", rounds=2, **(TINY | {"steps": 6}))
    if fitted_before:
        segmenter.fit(discs(), run=RUN)
    image = discs()[0].image
    before = segmenter.settings(), segmenter.training, segmenter.fitted, segmenter.state()
    answer = segmenter.segment(image).probs if fitted_before else None
    steps = []

    def progress(step, count, figures):
        steps.append(step)
        if len(steps) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        segmenter.fit(discs(), progress, run=RUN)
    assert (segmenter.settings(), segmenter.training, segmenter.fitted) == before[:3]
    assert segmenter.state().keys() == before[3].keys()
    if fitted_before:
        np.testing.assert_array_equal(segmenter.segment(image).probs, answer)
