"""Designs that tests share: every kind of layer with every option that changes what is built."""

from __future__ import annotations

import random
from typing import Any

Layers = list[dict[str, Any]]
ACTIVATIONS = ["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]

_CONVOLUTIONS: Layers = [
    {"filters": 6, "kernel_size": 5, "padding": "2"},
    {"filters": 8, "kernel_size": 4, "bias": False},
    {"filters": 8, "kernel_size": 3, "stride": 2, "dilation": 2, "padding": "0"},
    {"filters": 12, "kernel_size": 3, "groups": 4},
    {"filters": 10, "kernel_size": 3, "separable": True, "stride": 2},
    {"filters": 10, "kernel_size": 2, "separable": True, "bias": False, "dilation": 3},
]
# in an order in which the channels fit: 4 in, what each makes out
_ON_MAPS: Layers = [
    {"kind": "pooling", "type": "max", "size": 3, "stride": 2, "padding": 1},
    {"kind": "pooling", "type": "average", "size": 3, "stride": 3},
    {"kind": "pooling", "type": "average", "size": 3, "stride": 2, "ceil_mode": True},
    {"kind": "pooling", "size": 3, "stride": 3, "padding": 1, "ceil_mode": True},
    {"kind": "adaptive_pooling", "size": 5},
    {"kind": "adaptive_pooling", "type": "max", "size": 7},
    {"kind": "normalization"},
    {"kind": "normalization", "type": "layer"},
    {"kind": "normalization", "type": "group", "groups": 2},
    {"kind": "dropout", "probability": 0.4, "channels": True},
    {"kind": "dropout", "probability": 0.2},
    {"kind": "dropout", "probability": 0.0},
    {"kind": "squeeze_excitation", "reduction": 2},
    {"kind": "residual_block", "filters": 4},
    {"kind": "residual_block", "filters": 6, "kernel_size": 5, "stride": 2, "activation": "silu"},
    {"kind": "residual_block", "filters": 4, "normalization": "layer", "activation": "tanh"},
    {"kind": "residual_block", "filters": 8, "normalization": "none", "stride": 3},
]
_ENDS: list[Layers] = [
    [{"kind": "global_pooling"}],
    [{"kind": "global_pooling", "type": "max"}, {"kind": "linear", "units": 9}],
    [{"kind": "flatten"}, {"kind": "linear", "units": 12, "bias": False}, {"kind": "normalization"}],
    [{"kind": "flatten"}, {"kind": "linear", "units": 12}, {"kind": "normalization", "type": "layer"}],
    [{"kind": "flatten"}, {"kind": "linear", "units": 12}, {"kind": "normalization", "type": "group", "groups": 3}],
    [{"kind": "flatten"}, {"kind": "dropout"}, {"kind": "linear", "units": 5}, {"kind": "activation", "type": "gelu"}],
]


def every_kind() -> list[Layers]:
    """One design for each way a layer can be built."""
    first = {"kind": "convolution", "filters": 4, "padding": "same"}
    middles = [{"kind": "convolution", **options} for options in _CONVOLUTIONS]
    middles += [{"kind": "activation", "type": name} for name in ACTIVATIONS] + _ON_MAPS
    return [[first, middle, *_ENDS[number % len(_ENDS)]] for number, middle in enumerate(middles)]


def drawn(seed: int, *, length: int) -> Layers:
    """A design of layers drawn at random, of which some can't be."""
    draw = random.Random(seed)
    kinds = [
        lambda: {
            "kind": "convolution",
            "filters": draw.choice([4, 6, 8, 12]),
            "kernel_size": draw.randint(1, 7),
            "stride": draw.randint(1, 3),
            "padding": draw.choice(["same", "0", "1", "3"]),
            "dilation": draw.randint(1, 3),
            "groups": draw.choice([1, 1, 2, 4]),
            "bias": draw.random() < 0.5,
        },
        lambda: {"kind": "convolution", "filters": draw.randint(1, 9), "separable": True, "stride": draw.randint(1, 2)},
        lambda: {
            "kind": "pooling",
            "type": draw.choice(["max", "average"]),
            "size": draw.randint(1, 4),
            "stride": draw.randint(1, 3),
            "padding": draw.randint(0, 1),
            "ceil_mode": draw.random() < 0.5,
        },
        lambda: {"kind": "activation", "type": draw.choice(ACTIVATIONS)},
        lambda: {"kind": "normalization", "type": draw.choice(["batch", "layer", "group"]), "groups": 2},
        lambda: {"kind": "residual_block", "filters": draw.choice([4, 6]), "stride": draw.randint(1, 2)},
        lambda: {"kind": "squeeze_excitation", "reduction": draw.randint(1, 4)},
        lambda: {"kind": "dropout", "channels": draw.random() < 0.5},
    ]
    return [draw.choice(kinds)() for _ in range(length)] + [{"kind": draw.choice(["flatten", "global_pooling"])}]
