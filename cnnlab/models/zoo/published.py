"""torchvision's networks as published, with their ImageNet weights or without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from cnnlab.models.weights import pretrained_state

State = dict[str, Tensor]


def url_of(name: str) -> str:
    """Where torchvision keeps the ImageNet weights of one of its networks: those of the first recipe.

    The second recipes gain a point or two on ImageNet, and their features transfer worse.
    """
    from torchvision.models import get_model_weights

    weights = get_model_weights(name)
    row: Any = weights["IMAGENET1K_V1"]
    return str(row.url)


def published(
    name: str, *, pretrained: bool, renamed: Callable[[State], State] | None = None, **options: Any
) -> nn.Module:
    """torchvision's network ``name`` for ImageNet's 1,000 classes, built with ``options``.

    ``renamed``: from the names in an old file of weights to those of today. Raises ``LabError``
    ("weights_offline", "weights_broken").
    """
    from torchvision.models import get_model

    network: nn.Module = get_model(name, weights=None, **options)
    return with_weights(network, name, renamed) if pretrained else network


def with_weights(network: nn.Module, name: str, renamed: Callable[[State], State] | None = None) -> nn.Module:
    """``network``, built as torchvision's ``name``, with its ImageNet weights. Raises what ``published`` raises."""
    state = pretrained_state(url_of(name), name)
    network.load_state_dict(state if renamed is None else renamed(state))
    return network
