"""What a network asks of its input and options, checked from the registry's data alone: no torch, no memory."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.design import checked_layers
from cnnlab.models.shapes import Shape, block_shapes
from cnnlab.registry import Entry, checked, registry

DEFAULT_MINIMUM = 1


def checked_model(spec: ModelSpec, kind: InputKind) -> dict[str, Any]:
    """The options of ``spec``, completed and checked.

    Raises ``ExperimentError`` for an unknown or wrong option, an input that is of another kind or too small,
    pretrained weights that the architecture has not, layers that it does not take or that can't be, or
    blocks that leave nothing of the input.
    """
    entry = registry("architecture")[spec.architecture]
    # the defaults go through as well: the items of a list are completed there
    options = checked(entry.options, {**entry.defaults(), **spec.options}, "model.options")
    _check_input(entry, kind)
    if spec.pretrained and not entry.facts.get("pretrained", False):
        raise ExperimentError("no_pretrained_weights", field="model.pretrained", value=spec.architecture)
    if spec.layers is not None and not entry.facts.get("layers", False):
        raise ExperimentError("layers_not_taken", field="model.layers", value=spec.architecture)
    if spec.layers is not None:
        # how many classes there are is not known here, and it decides about the output alone
        checked_layers(spec.layers, Shape(*kind.shape), outputs=1, field="model.layers")
    if "blocks" in entry.facts:  # names the option that is a chain of convolution blocks
        name = entry.facts["blocks"]
        block_shapes(options[name], Shape(*kind.shape), f"model.options.{name}")
    return options


def _check_input(entry: Entry, kind: InputKind) -> None:
    accepted = entry.facts.get("inputs", ["image"])
    if kind.name not in accepted:
        known = ", ".join(accepted)
        raise ExperimentError("input_kind", field="model.architecture", value=entry.name, kind=kind.name, known=known)
    smallest = min(kind.shape[1:])
    minimum = int(entry.facts.get("minimum_size", DEFAULT_MINIMUM))
    if smallest < minimum:
        raise ExperimentError(
            "input_too_small", field="data.image_size", value=smallest, limit=minimum, architecture=entry.name
        )
