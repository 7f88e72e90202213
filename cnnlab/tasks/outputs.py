"""How many numbers a network has to give for a task. No torch: estimates ask too."""

from __future__ import annotations

from cnnlab.experiment import TaskSpec
from cnnlab.registry import registry


def network_outputs(task: TaskSpec, classes: int) -> int:
    """One a class, unless the task's data file states another number for its option ``output``."""
    entry = registry("task")[task.name]
    if "output" not in entry.options:
        return classes
    chosen = task.options.get("output", entry.options["output"].default)
    return int(entry.facts.get("outputs", {}).get(chosen, classes))
