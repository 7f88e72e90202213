"""A multilayer perceptron: every pixel to every unit, so nothing is known of what lies beside what.

The baseline of LeCun et al. 1998 (section III.C: two hidden layers of 300 and 100 units reached 3.05 % error on MNIST)
with ReLU. It has no maps: what explains it is the gradient at the input.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.models.architectures.cnn import MAXIMUM_HEAD_WEIGHTS
from cnnlab.models.blocks import activation, chain, dropout
from cnnlab.models.layers.modules import FeatureBatchNorm
from cnnlab.models.network import Body


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any size and number of channels. Raises ``ExperimentError`` ("dense_too_large")."""
    channels, height, width = kind.shape
    sizes = [channels * height * width, *options["hidden"], outputs]
    weights = sum(inputs * units for inputs, units in pairwise(sizes))
    if weights > MAXIMUM_HEAD_WEIGHTS:
        raise ExperimentError(
            "dense_too_large", field="model.options.hidden", value=weights, limit=MAXIMUM_HEAD_WEIGHTS
        )
    modules: dict[str, nn.Module] = {"flatten": nn.Flatten()}
    for number, (inputs, units) in enumerate(pairwise(sizes[:-1]), start=1):
        modules[f"dense{number}"] = nn.Linear(inputs, units, bias=not options["batch_norm"])
        if options["batch_norm"]:
            modules[f"norm{number}"] = FeatureBatchNorm(units)
        modules[f"activation{number}"] = activation(options["activation"])
        dropout(modules, f"dropout{number}", options["dropout"])
    modules["output"] = nn.Linear(sizes[-2], outputs)
    return Body(chain(modules), ())
