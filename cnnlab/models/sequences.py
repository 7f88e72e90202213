"""Networks of the catalogue that are plain sequences, as lists of layers that the designer can go on from: no torch.

Each list, built as a design, has the same layers in the same order as the network, so that weights can be copied over
one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.requirements import checked_model
from cnnlab.registry import checked, registry

Layer = dict[str, Any]
Layers = list[Layer]

# what the architecture "designed" is where no layers are given
DEFAULT_LAYERS: tuple[Mapping[str, Any], ...] = (
    {"kind": "convolution", "filters": 32, "bias": False},
    {"kind": "normalization"},
    {"kind": "activation"},
    {"kind": "pooling"},
    {"kind": "convolution", "filters": 64, "bias": False},
    {"kind": "normalization"},
    {"kind": "activation"},
    {"kind": "pooling"},
    {"kind": "convolution", "filters": 128, "bias": False},
    {"kind": "normalization"},
    {"kind": "activation"},
    {"kind": "global_pooling"},
)


def as_layers(architecture: str, options: Mapping[str, Any], kind: InputKind) -> Layers:
    """The layers of a network of the catalogue, for inputs of ``kind``, without the output.

    Raises ``ExperimentError``: "not_a_sequence" for a network with branches, "sequence_too_small" where it would
    enlarge the image first, and what ``checked_model`` says of its options; ``LabError`` ("unknown_architecture").
    """
    entry = registry("architecture")[architecture]
    writer = _WRITERS.get(architecture) or _FAMILIES.get(entry.code)
    if writer is None:
        known = ", ".join(name for name in registry("architecture") if is_sequence(name))
        raise ExperimentError("not_a_sequence", field="network", value=architecture, known=known)
    complete = checked_model(ModelSpec(architecture=architecture, options=dict(options)), kind)
    return [_short(layer) for layer in writer(complete, kind)]


def is_sequence(architecture: str) -> bool:
    """Whether ``as_layers`` can write it out."""
    entry = registry("architecture")[architecture]
    return architecture in _WRITERS or entry.code in _FAMILIES


def _short(layer: Layer) -> Layer:
    """Without the options that are as they would be anyway: a list that people read."""
    defaults = registry("layer")[layer["kind"]].defaults()
    complete = checked(registry("layer")[layer["kind"]].options, {k: v for k, v in layer.items() if k != "kind"}, "")
    return {"kind": layer["kind"], **{name: value for name, value in complete.items() if value != defaults[name]}}


def _dropped(probability: float, *, channels: bool = False) -> Layers:
    return [{"kind": "dropout", "probability": probability, "channels": channels}] if probability > 0 else []


def _lenet5(options: Mapping[str, Any], kind: InputKind) -> Layers:
    side = min(kind.shape[1:])
    if side < 28:
        raise ExperimentError("sequence_too_small", field="size", value=side, limit=28, architecture="lenet5")
    activation = {"kind": "activation", "type": options["activation"]}
    pooling = {"kind": "pooling", "type": options["pooling"]}
    averaged = [{"kind": "adaptive_pooling", "size": 5}] if side > 32 else []
    return [
        {"kind": "convolution", "filters": 6, "kernel_size": 5, "padding": "2" if side < 32 else "0"},
        activation,
        pooling,
        {"kind": "convolution", "filters": 16, "kernel_size": 5, "padding": "0"},
        activation,
        pooling,
        *averaged,
        {"kind": "flatten"},
        {"kind": "linear", "units": 120},
        activation,
        *_dropped(options["dropout"]),
        {"kind": "linear", "units": 84},
        activation,
        *_dropped(options["dropout"]),
    ]


def _cnn(options: Mapping[str, Any], kind: InputKind) -> Layers:  # noqa: ARG001  # one signature for all networks
    layers: Layers = []
    for block in options["blocks"]:
        sizes = {name: block[name] for name in ("filters", "kernel_size", "stride", "padding")}
        layers.append({"kind": "convolution", **sizes, "bias": not block["batch_norm"]})
        if block["batch_norm"]:
            layers.append({"kind": "normalization"})
        layers.append({"kind": "activation", "type": block["activation"]})
        if block["pooling"] != "none":
            size = block["pool_size"]
            layers.append({"kind": "pooling", "type": block["pooling"], "size": size, "stride": size})
        layers += _dropped(block["dropout"], channels=True)
    layers.append({"kind": "global_pooling" if options["head"] == "global" else "flatten"})
    for units in options["hidden"]:
        layers += _dropped(options["head_dropout"])
        layers.append({"kind": "linear", "units": units})
        layers.append({"kind": "activation", "type": options["blocks"][-1]["activation"]})
    return layers + _dropped(options["head_dropout"])


def _fast_cnn(options: Mapping[str, Any], kind: InputKind) -> Layers:  # noqa: ARG001
    layers: Layers = []
    for block in range(3):
        layers.append({"kind": "convolution", "filters": options["width"] * 2**block, "bias": False})
        if block < 2:
            layers.append({"kind": "pooling"})
        layers += [{"kind": "normalization"}, {"kind": "activation"}]
    return [*layers, {"kind": "global_pooling", "type": "max"}, *_dropped(options["dropout"])]


def _mlp(options: Mapping[str, Any], kind: InputKind) -> Layers:  # noqa: ARG001
    layers: Layers = [{"kind": "flatten"}]
    for units in options["hidden"]:
        layers.append({"kind": "linear", "units": units, "bias": not options["batch_norm"]})
        if options["batch_norm"]:
            layers.append({"kind": "normalization"})
        layers += [{"kind": "activation", "type": options["activation"]}, *_dropped(options["dropout"])]
    return layers


def _resnet(options: Mapping[str, Any], kind: InputKind) -> Layers:  # noqa: ARG001
    width = options["width"]
    layers: Layers = [
        {"kind": "convolution", "filters": width, "bias": False},
        {"kind": "normalization"},
        {"kind": "activation"},
    ]
    for stage in range(3):
        for number in range(options["blocks"]):
            stride = 2 if stage > 0 and number == 0 else 1
            layers.append({"kind": "residual_block", "filters": width * 2**stage, "stride": stride})
    return [*layers, {"kind": "global_pooling"}]


def _alexnet(options: Mapping[str, Any], kind: InputKind) -> Layers:
    removed = 5 - _affordable(min(kind.shape[1:]), 5, smallest_map=4)
    stride, padding = {0: (4, "2"), 1: (2, "5")}.get(removed, (1, "5"))
    poolings = [_pooled(3, kept=number >= removed - 2, ceil=removed > 0) for number in range(3)]
    first = {"kind": "convolution", "filters": 64, "kernel_size": 11, "stride": stride, "padding": padding}
    layers = [first, *_RELU, *poolings[0]]
    layers += [{"kind": "convolution", "filters": 192, "kernel_size": 5}, *_RELU, *poolings[1]]
    for filters in (384, 256, 256):
        layers += [{"kind": "convolution", "filters": filters}, *_RELU]
    layers += poolings[2]
    if options["classifier"] == "global":
        return [*layers, {"kind": "global_pooling"}, *_dropped(options["dropout"])]
    layers += [{"kind": "adaptive_pooling", "size": 6}, {"kind": "flatten"}]
    for _ in range(2):
        layers += [*_dropped(options["dropout"]), {"kind": "linear", "units": 4096}, *_RELU]
    return layers


def _vgg(options: Mapping[str, Any], kind: InputKind, *, depths: tuple[int, ...], normalized: bool) -> Layers:
    removed = 5 - _affordable(min(kind.shape[1:]), 5, smallest_map=3)
    layers: Layers = []
    for stage, depth in enumerate(depths):
        for _ in range(depth):
            layers.append({"kind": "convolution", "filters": min(64 * 2**stage, 512)})
            layers += [*([{"kind": "normalization"}] if normalized else []), *_RELU]
        layers += _pooled(2, kept=stage >= removed, ceil=removed > 0)
    if options["classifier"] == "global":
        return [*layers, {"kind": "global_pooling"}, *_dropped(options["dropout"])]
    layers += [{"kind": "adaptive_pooling", "size": 7}, {"kind": "flatten"}]
    for _ in range(2):
        layers += [{"kind": "linear", "units": 4096}, *_RELU, *_dropped(options["dropout"])]
    return layers


_RELU: Layers = [{"kind": "activation"}]


def _pooled(size: int, *, kept: bool, ceil: bool) -> Layers:
    return [{"kind": "pooling", "size": size, "stride": 2, "ceil_mode": ceil}] if kept else []


def _affordable(side: int, halvings: int, smallest_map: int) -> int:
    """How often a published network for large images halves one of ``side``: see ``cnnlab.models.zoo.surgery``."""
    return next((count for count in range(halvings, 0, -1) if side / 2**count >= smallest_map), 0)


Writer = Callable[[Mapping[str, Any], InputKind], Layers]
_VGG_DEPTHS = {"vgg11": (1, 1, 2, 2, 2), "vgg13": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
_WRITERS: dict[str, Writer] = {
    "lenet5": _lenet5,
    "cnn": _cnn,
    "fast_cnn": _fast_cnn,
    "mlp": _mlp,
    "alexnet": _alexnet,
    **{name: partial(_vgg, depths=depths, normalized=False) for name, depths in _VGG_DEPTHS.items()},
    **{f"{name}_bn": partial(_vgg, depths=_VGG_DEPTHS[name], normalized=True) for name in ("vgg11", "vgg16")},
}
_FAMILIES: dict[str, Writer] = {"resnet_cifar": _resnet}
