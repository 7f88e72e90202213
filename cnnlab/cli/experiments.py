"""From arguments to an experiment: a file, a preset, another run or a network's own, then the changes asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cnnlab import designs, recommended
from cnnlab.checks import check
from cnnlab.design_use import image_shape, settings_for
from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment, parse_setting
from cnnlab.home import Home
from cnnlab.presets import load_preset
from cnnlab.runs.journal import Journal


def experiment_from(arguments: argparse.Namespace, home: Home) -> Experiment:
    """The checked experiment. Raises ``LabError`` naming what can't be used.

    Where nothing but ``--architecture`` says how to begin, it begins with the settings recommended for that network.
    """
    experiment = _start(arguments, home)
    changes: dict[str, Any] = {}
    if arguments.dataset:
        changes["data.dataset"] = arguments.dataset
    if arguments.architecture:
        changes["model.architecture"] = arguments.architecture
    if arguments.from_weights:
        changes |= {"model.weights_from": arguments.from_weights, "model.pretrained": False}
    if arguments.seed is not None:
        changes["training.seed"] = arguments.seed
    if getattr(arguments, "design", None):
        design = designs.find(arguments.design, home)
        experiment = experiment.changed(changes)
        changes = settings_for(design, image_shape(experiment.data, home))
    changes |= dict(parse_setting(text) for text in arguments.set)
    experiment = experiment.changed(changes)
    check(experiment, home)
    return experiment


def _start(arguments: argparse.Namespace, home: Home) -> Experiment:
    given = [name for name in ("file", "preset", "like") if getattr(arguments, name)]
    if len(given) > 1:
        raise ExperimentError("one_start_only", value=", ".join(given))
    if arguments.preset:
        return load_preset(arguments.preset)
    if arguments.like:
        return Journal.open(home, arguments.like).experiment().changed({"name": ""})
    if arguments.file:
        return read_experiment(Path(arguments.file))
    if arguments.from_weights and not arguments.architecture:
        return Journal.open(home, arguments.from_weights).experiment().changed({"name": ""})
    return recommended.start(arguments.architecture) if arguments.architecture else Experiment()


def read_experiment(path: Path) -> Experiment:
    """An experiment from a YAML file. Raises ``ExperimentError`` ("file_missing", "file_unreadable")."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ExperimentError("file_missing", value=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError("file_unreadable", value=str(path)) from error
    return Experiment.from_yaml(text, source=path.name)
