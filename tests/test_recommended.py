"""Recommended settings: every network's can be used, and choosing a network never takes away what a person set."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab import recommended
from cnnlab.checks import check
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.registry import Entry, registry

DEFAULTS = Experiment()
SLOW_RATE = {"training.optimizer": "sgd", "training.learning_rate": 0.1, "training.schedule.name": "one_cycle"}
MIXED = {"training.optimizer": "adamw", "training.epochs": 12, "data.augmentation.crop": 2}


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two networks with recommendations that meet in one setting."""
    known = registry("architecture")
    for name, training in (("resnet8", SLOW_RATE), ("cnn", MIXED)):
        entry: Entry = known[name]
        changed = entry.model_copy(update={"facts": {**entry.facts, "training": training}})
        monkeypatch.setitem(known._entries, name, changed)
    return "resnet8", "cnn"


@pytest.mark.parametrize("name", registry("architecture"))
def test_what_is_recommended_can_be_used(name: str, home: Home) -> None:
    found = recommended.settings(name)
    assert all(field.startswith(("training.", "data.")) for field in found)
    flat = DEFAULTS.flat()
    assert {field for field in found if field not in flat} == set(), "settings by their dotted names, none a group"
    facts = registry("architecture")[name].facts
    size = {"data.image_size": facts["default_size"]} if "data.image_size" not in found else {}
    if not facts.get("layers"):
        check(recommended.start(name).changed({"data.dataset": "shapes", **size}), home)


def test_settings_are_those_of_the_data_file(two: tuple[str, str]) -> None:
    assert recommended.settings("resnet8") == SLOW_RATE
    assert recommended.settings("lenet5") == {}
    assert recommended.settings("no_such_network") == {}
    assert recommended.start("cnn") == DEFAULTS.changed({"model.architecture": "cnn", **MIXED})
    assert recommended.start("lenet5") == DEFAULTS


def _chosen(before: str, after: str, **settings: Any) -> dict[str, Any]:
    """From the defaults with what is recommended for ``before``, then ``settings`` (dots written as __)."""
    own = {name.replace("__", "."): value for name, value in settings.items()}
    return recommended.on_change(before, after, recommended.start(before).changed(own).flat().__getitem__)


def test_choosing_a_network_fills_what_nobody_has_set(two: tuple[str, str]) -> None:
    assert _chosen("lenet5", "resnet8") == SLOW_RATE


def test_what_the_last_network_brought_goes_with_it(two: tuple[str, str]) -> None:
    back = {field: DEFAULTS.flat()[field] for field in SLOW_RATE}
    assert _chosen("resnet8", "lenet5") == back
    assert _chosen("resnet8", "cnn") == {**back, **MIXED}


def test_what_a_person_set_stays(two: tuple[str, str]) -> None:
    kept = _chosen("resnet8", "cnn", training__learning_rate=0.03, training__epochs=5)
    assert set(kept) == {"training.optimizer", "training.schedule.name", "data.augmentation.crop"}


def test_what_is_set_otherwise_is_known(two: tuple[str, str]) -> None:
    now = DEFAULTS.changed({"training.optimizer": "sgd"}).flat()
    assert set(recommended.differing("resnet8", now.__getitem__)) == set(SLOW_RATE) - {"training.optimizer"}
    assert recommended.differing("resnet8", recommended.start("resnet8").flat().__getitem__) == {}
