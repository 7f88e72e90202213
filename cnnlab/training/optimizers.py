"""Optimizers, fused where PyTorch has a fused kernel, with L2 left off biases and normalisation."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from cnnlab.experiment import TrainingSpec


def build_optimizer(network: nn.Module, spec: TrainingSpec) -> Optimizer:
    """The optimizer that ``spec`` names, over the parameters of ``network`` that are trained."""
    groups = _decay_groups(network, spec.weight_decay)
    rate = spec.learning_rate
    if spec.optimizer == "sgd":
        nesterov = spec.nesterov and spec.momentum > 0
        return torch.optim.SGD(groups, lr=rate, momentum=spec.momentum, nesterov=nesterov, fused=True)
    if spec.optimizer == "rmsprop":
        return torch.optim.RMSprop(groups, lr=rate, momentum=spec.momentum, foreach=True)
    kind = torch.optim.AdamW if spec.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, fused=True)


def _decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weights of two or more axes decay; biases, norms and other vectors do not (He et al. 2019, "Bag of tricks")."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def set_rate(optimizer: Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
