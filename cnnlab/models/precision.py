"""Layers that have to compute in float32 whatever the precision of the rest."""

from __future__ import annotations

import contextlib

import torch


def without_autocast(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """What ``with`` needs for that; inputs still have to be made float32. Nothing on the meta device, which has no
    autocast to turn off.
    """
    if device.type == "meta":
        return contextlib.nullcontext()
    return torch.autocast(device.type, enabled=False)
