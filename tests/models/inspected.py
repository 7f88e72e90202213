"""Networks inspected, for tests."""

from __future__ import annotations

from typing import Any

import torch
import torchvision
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.inspection import Inspection, inspect_network
from cnnlab.models.network import Body, Network
from cnnlab.models.receptive import Receptive

IMAGENET = InputKind("image", (3, 224, 224))


def wrapped(module: nn.Module, channels: int = 3) -> Network:
    return Network(Body(module, ()), (0.0,) * channels, (1.0,) * channels)


def of_module(module: nn.Module, *shape: int) -> Inspection:
    return inspect_network(wrapped(module, shape[0]), InputKind("image", shape))


def of_torchvision(name: str) -> tuple[Inspection, Any]:
    weights = torchvision.models.get_model_weights(name).DEFAULT
    options = {"aux_logits": False, "init_weights": False} if name == "GoogLeNet" else {}
    with torch.device("meta"):
        network = wrapped(torchvision.models.get_model(name, weights=None, **options))
        return inspect_network(network, IMAGENET), weights.meta


def field(inspection: Inspection, name: str) -> Receptive:
    found = next(row.receptive for row in inspection.rows if row.name == name)
    assert found is not None
    return found
