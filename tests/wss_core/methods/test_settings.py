"""What settings say: which name the built-in model, which suit the cues, and what a further class costs."""

import pytest

from wss_core import CueSpec
from wss_core.methods import METHODS, create, find
from wss_core.methods.settings import uses_builtin_model


@pytest.mark.parametrize("value", ["builtin", "learned"])
def test_values_that_stand_for_the_built_in_model(value):
    assert uses_builtin_model(value)


@pytest.mark.parametrize("value", ["live", "timm:builtin", "", "objects", 3, None, ["learned"], {"a": "builtin"}])
def test_values_that_do_not(value):
    assert not uses_builtin_model(value)


def test_a_point_on_every_object_says_that_objects_lie_apart():
    assert find("network").settings_for_cues(CueSpec("points", per="object")) == {"apart": True}
    for spec in (CueSpec("points"), CueSpec("scribbles", per="object"), CueSpec("full")):
        assert find("network").settings_for_cues(spec) == {}
    for method in METHODS:
        method(**method.settings_for_cues(CueSpec("points", per="object")))


def test_each_class_of_grabcut_costs_a_cut():
    assert create("grabcut", side=100, iterations=3).cost_per_class == 30_000
    assert create("grabcut", side=0).cost_per_class > create("grabcut", side=512).cost_per_class
    assert all(create(method.name).cost_per_class == 0 for method in METHODS if method.name != "grabcut")


def test_weights_that_would_be_fetched_are_named():
    assert create("propagate").downloads == create("network").downloads == ()
    (download,) = create("propagate", features="timm:resnet18.a1_in1k").downloads
    assert download.name == "pretrained weights of resnet18.a1_in1k"
    assert create("network", backbone="timm:hf-hub:user/net").downloads
    assert create("probe", features="timm:local-dir:/somewhere").downloads == ()


def test_auto_is_the_first_method():
    assert find("auto") is METHODS[0]
    assert create("auto") == METHODS[0]()
    with pytest.raises(ValueError, match="no method 'paint'. Choose one of: auto, propagate"):
        find("paint")


def test_an_unknown_setting_is_answered_with_the_settings_alone():
    with pytest.raises(ValueError, match="probe has no such setting .* It takes: classes, features, ") as error:
        create("probe", class_weights=1)
    assert "learns" not in str(error.value)
