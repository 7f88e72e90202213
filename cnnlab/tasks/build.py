"""From the description of a task to the task."""

from __future__ import annotations

from cnnlab.data.types import OutputSpec
from cnnlab.experiment import Experiment
from cnnlab.registry import registry
from cnnlab.tasks.base import Task


def build_task(experiment: Experiment, outputs: OutputSpec, training_counts: tuple[int, ...]) -> Task:
    """Raises ``LabError`` ("unknown_task")."""
    task: Task = registry("task").module(experiment.task.name).create(experiment, outputs, training_counts)
    return task
