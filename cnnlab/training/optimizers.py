"""Optimizers, fused where PyTorch has a fused kernel, with L2 left off biases and normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from cnnlab.experiment import FineTuning, TrainingSpec
from cnnlab.training.fine_tuning import divided

_FACTOR = "rate_factor"  # of a group: what the learning rate is multiplied by


def build_optimizer(network: nn.Module, spec: TrainingSpec) -> Optimizer:
    """The optimizer that ``spec`` names, over the parameters of ``network`` that are trained."""
    groups = _groups(network, spec)
    rate = spec.learning_rate
    if spec.optimizer == "sgd":
        nesterov = spec.nesterov and spec.momentum > 0
        return torch.optim.SGD(groups, lr=rate, momentum=spec.momentum, nesterov=nesterov, fused=True)
    if spec.optimizer == "rmsprop":
        return torch.optim.RMSprop(groups, lr=rate, momentum=spec.momentum, foreach=True)
    kind = torch.optim.AdamW if spec.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, fused=True)


def _groups(network: nn.Module, spec: TrainingSpec) -> list[dict[str, Any]]:
    """All parameters alike, or with fine-tuning the backbone's and the head's apart, at rates of their own.

    Also where only freezing is asked for: the fused SGD wants all momentum of a group or none.
    """
    if spec.fine_tuning == FineTuning():
        return _decay_groups(list(network.parameters()), spec.weight_decay)
    backbone, head = divided(network)
    slow = _decay_groups(backbone, spec.weight_decay)
    return [*_decay_groups(head, spec.weight_decay), *({**g, _FACTOR: spec.fine_tuning.backbone_rate} for g in slow)]


def _decay_groups(parameters: Sequence[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Weights of two or more axes decay; biases, norms and other vectors do not (He et al. 2019, "Bag of tricks")."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """``rate`` is the head's; the backbone's stands in its share of it."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get(_FACTOR, 1.0)
