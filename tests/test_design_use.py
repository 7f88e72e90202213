"""A saved design in an experiment: its layers, with images as it wants them, from the command line as from the page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnnlab import designs, estimates
from cnnlab.cli import main
from cnnlab.design_use import image_shape, settings_for
from cnnlab.designs import Design
from cnnlab.estimates import Estimate
from cnnlab.experiment import DataSpec, Experiment
from cnnlab.home import Home
from cnnlab.models.shapes import Shape

LAYERS = ({"kind": "convolution", "filters": 8}, {"kind": "global_pooling"})
DESIGN = Design("mine", 20, 3, 10, LAYERS)


def test_images_are_prepared_as_the_design_was_made_for_where_they_differ() -> None:
    model = {
        "model.architecture": "designed",
        "model.layers": [dict(layer) for layer in LAYERS],
        "model.options": {},
        "model.pretrained": False,
    }
    assert settings_for(DESIGN, Shape(3, 20, 20)) == model
    assert settings_for(DESIGN, Shape(1, 28, 28)) == {**model, "data.image_size": 20, "data.channels": 3}


def test_channels_that_no_image_has_are_left_as_they_are() -> None:
    assert "data.channels" not in settings_for(Design("odd", 28, 7, 10, LAYERS), Shape(1, 28, 28))


def test_the_size_of_images_follows_the_dataset_and_its_options(home: Home) -> None:
    assert image_shape(DataSpec(), home) == Shape(1, 28, 28)
    assert image_shape(DataSpec(dataset="shapes", options={"size": 48}), home) == Shape(3, 48, 48)
    assert image_shape(DataSpec(image_size=16, channels=3), home) == Shape(3, 16, 16)


def test_the_command_line_takes_a_design_by_its_name(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Experiment] = []

    def estimated(experiment: Experiment, *_: Any, **__: Any) -> Estimate:
        asked.append(experiment)
        return Estimate(1000, 10**9, 1.0, "calibration")

    monkeypatch.setattr(estimates, "estimate", estimated)
    designs.save(DESIGN, home)
    assert main(["estimate", "--design", "mine", "--set", "training.epochs=2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parameters"] == 1000
    (experiment,) = asked
    changes = {**settings_for(DESIGN, Shape(1, 28, 28)), "training.epochs": 2}
    assert experiment == Experiment().changed(changes)


def test_a_design_that_is_not_there_is_said_in_one_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    designs.save(DESIGN, home)
    assert main(["estimate", "--design", "min"]) == 2
    said = capsys.readouterr().err
    assert "min" in said
    assert "mine" in said
    assert said.count("\n") == 1
    with pytest.raises(SystemExit) as ended:
        main(["estimate", "--design", "mine", "--architecture", "lenet5"])
    assert ended.value.code == 2
