"""Every setting of every method is explained under its field: what it means, what it counts, which values it can have."""

from dataclasses import dataclass, fields

import pytest

from wss_core.features import FEATURES
from wss_core.losses import TERMS
from wss_core.methods import METHODS
from wss_core.methods.explain import explain, field_texts
from wss_core.segmenter import Segmenter
from wss_core.spread import SPREAD


@dataclass(kw_only=True)
class Base(Segmenter):
    """A method with a setting that another inherits."""

    side: int = 64
    """Longer side of the grid.

    Unit: cells. Range: 1 or more."""
    ratio: float = 0.5
    "How much of it. Unit: none. Range: 0 to 1."
    bare: int = 3


@dataclass(kw_only=True)
class Derived(Base):
    """Another default, with a reason of its own."""

    side: int = 128
    """As for the base, but finer. Unit: cells. Range: 2 or more."""
    mode: str = "a"
    """Which way. Values: "a" or "b". """
    """No second text counts."""


def problems(method: type[Segmenter]) -> list[str]:
    """What is missing in the texts of a method's settings, a sentence each."""
    texts = field_texts(method)
    found = []
    for setting in explain(method):
        text = texts.get(setting.name, "")
        if len(setting.meaning) < 10 or not setting.meaning.endswith("."):
            found.append(f"{method.name}: {setting.name} is not explained in a sentence under its field")
        if setting.type in ("int", "float") and not ("Unit: " in text and setting.values):
            found.append(f"{method.name}: {setting.name} has no 'Unit: U. Range: R.' (U may be none)")
        if setting.type not in ("int", "float", "bool") and setting.name != "classes" and not setting.values:
            found.append(f"{method.name}: {setting.name} has no 'Values: V.'")
    return found


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_setting_is_explained(method):
    assert [setting.name for setting in explain(method)] == [field.name for field in fields(method)]
    assert problems(method) == []


def test_what_is_missing_is_seen():
    assert problems(Base) == [
        ": bare is not explained in a sentence under its field",
        ": bare has no 'Unit: U. Range: R.' (U may be none)",
    ]


def test_texts_are_read_with_those_of_the_bases():
    side, ratio, bare, mode = explain(Derived)[1:]
    assert (side.meaning, side.unit, side.values) == ("As for the base, but finer.", "cells", "2 or more")
    assert (side.default, side.type) == (128, "int")
    assert (ratio.meaning, ratio.unit, ratio.values) == ("How much of it.", "", "0 to 1")
    assert (bare.meaning, bare.unit, bare.values) == ("", "", "")
    assert (mode.meaning, mode.values) == ("Which way.", '"a" or "b"')


def test_a_class_without_source_is_named():
    kind = type("Typed", (Segmenter,), {"__dataclass_fields__": {}, "__module__": "nowhere"})
    with pytest.raises(ValueError, match="the source of Typed is not here"):
        field_texts(kind)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_the_values_named_are_those_there_are(method):
    for setting in explain(method):
        for word, registry in (("SPREAD", SPREAD), ("FEATURES", FEATURES), ("TERMS", TERMS)):
            if f"in {word} (" in setting.values:
                listed = setting.values.partition(f"in {word} (")[2].partition(")")[0]
                assert set(listed.split(", ")) == set(registry), setting.name


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_what_a_method_says_of_its_settings_is_of_settings_it_has(method):
    defaults = {field.name: field.default for field in fields(method)}
    assert method.fit_settings <= set(defaults)
    assert not method.fit_settings & set(method.cost_settings)
    for name, (lowest, highest) in method.cost_settings.items():
        assert lowest <= defaults[name] <= highest
    if method.page_preset:
        assert method.learns
        for settings in (*method.page_preset.efforts.values(), method.page_preset.boxes_only):
            method(**settings)
