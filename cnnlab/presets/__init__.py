"""Ready experiments: ``NAME.yaml`` in this folder, as partial as one likes."""

from __future__ import annotations

import importlib.resources

from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.registry import unknown_name


def preset_names() -> list[str]:
    folder = importlib.resources.files(__name__)
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def load_preset(name: str) -> Experiment:
    """Raises ``ExperimentError`` ("unknown_preset")."""
    if name not in preset_names():
        error = unknown_name("preset", name, preset_names())
        raise ExperimentError.from_problems(error.problems)
    text = (importlib.resources.files(__name__) / f"{name}.yaml").read_text("utf-8")
    return Experiment.from_yaml(text, source=f"{name}.yaml")
