"""What a run's result says of its cost, beside the time: energy and CO2, memory, multiply-accumulates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from cnnlab.data.types import InputKind
from cnnlab.energy import spent
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment, ModelSpec


def of_training(folder: Path, experiment: Experiment, device: torch.device) -> dict[str, Any]:
    """What ``spent.total`` says; on a GPU also the most of its memory that tensors took ("peak_gpu_memory_bytes")."""
    found = spent.total(folder, experiment.tracking.energy.country)
    if device.type == "cuda":
        found["peak_gpu_memory_bytes"] = torch.cuda.max_memory_allocated(device)
    return found


def macs(spec: ModelSpec, kind: InputKind, outputs: int) -> int | None:
    """Multiply-accumulates of one image, forward; ``None`` for a network that can't be counted."""
    from cnnlab.models.inspection import inspect  # takes a second: the flop counter brings a compiler along

    try:
        return inspect(spec, kind, outputs).macs
    except (LabError, RuntimeError, NotImplementedError):
        return None


def gpu_uuid(device: torch.device) -> str | None:
    """As its driver names it; ``None`` off the GPU."""
    return str(torch.cuda.get_device_properties(device).uuid) if device.type == "cuda" else None
