"""From the description of a network to the network."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.network import Body, Network
from cnnlab.models.requirements import checked_model
from cnnlab.registry import registry


def build_network(
    spec: ModelSpec, kind: InputKind, outputs: int, mean: Sequence[float], std: Sequence[float]
) -> Network:
    """The network of ``spec`` for inputs of ``kind``, with ``outputs`` raw outputs and its preprocessing inside.

    ``mean`` and ``std``: one value a channel, of pixels in [0, 1]. The weights come from torch's default
    generator: seed it first. Raises what ``checked_model`` raises.
    """
    options = checked_model(spec, kind)
    code = registry("architecture").module(spec.architecture)
    # the code of a family may have to know which member is meant
    build = getattr(code, "build", None) or functools.partial(code.build_member, spec.architecture)
    body: Body = build(kind, outputs, options, pretrained=spec.pretrained, layers=spec.layers)
    return Network(body, mean, std)
