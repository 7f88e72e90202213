"""Before a run is made: names, options and whether the parts go together, all at once and without torch."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab.checks import check
from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.home import Home


def _fields(home: Home, **changes: Any) -> dict[str, str]:
    with pytest.raises(ExperimentError) as caught:
        check(Experiment().changed({name.replace("__", "."): value for name, value in changes.items()}), home)
    return {problem.field: problem.code for problem in caught.value.problems}


def test_the_default_experiment_is_fine(home: Home) -> None:
    check(Experiment(), home)


def test_an_image_too_small_for_the_network_is_said_before_the_run(home: Home) -> None:
    assert _fields(home, data__image_size=4) == {"data.image_size": "input_too_small"}


def test_a_block_that_leaves_nothing_is_named_with_its_number(home: Home) -> None:
    blocks = [{"filters": 8, "pool_size": 2}] * 6
    found = _fields(home, model__architecture="cnn", model__options={"blocks": blocks})
    assert len(found) == 1
    assert next(iter(found)).startswith("model.options.blocks[")


def test_drawn_images_are_checked_at_the_size_they_are_drawn_in(home: Home) -> None:
    shapes = Experiment().changed({"data.dataset": "shapes", "data.options": {"size": 16}})
    check(shapes, home)
    check(shapes.changed({"data.image_size": 32}), home)


def test_every_problem_is_reported_at_once(home: Home) -> None:
    found = _fields(
        home,
        data__dataset="nothing",
        model__architecture="nothing",
        task__name="nothing",
        data__split__test=0.9,
        model__options={},
    )
    assert found == {
        "data.dataset": "unknown_dataset",
        "model.architecture": "unknown_architecture",
        "task.name": "unknown_task",
        "data.split": "split_leaves_nothing",
    }
