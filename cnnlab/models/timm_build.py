"""A network of timm as a ``Body``: built for the size and channels of the input, with what explains it found out.

timm says where the last feature maps are (``feature_info``); how they are laid out, and whether the network can take
the input at all, is seen on the meta device, where nothing is computed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError, LabError
from cnnlab.models.layouts import Layout, as_maps
from cnnlab.models.network import Body
from cnnlab.models.timm_names import PREFIX, entry
from cnnlab.models.weights import FIELD as WEIGHTS_FIELD
from cnnlab.models.weights import weight_folders

SIZE_FIELD = "data.image_size"
LOOKED_AT = 3  # the last feature maps


@dataclass(frozen=True)
class _Probe:
    layers: tuple[str, ...]
    layout: Layout


def build(
    name: str,
    kind: InputKind,
    outputs: int,
    options: Mapping[str, Any],  # noqa: ARG001  # the contract's signature
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``name``: timm's, without the prefix; ``kind``: an image of any number of channels.

    Raises ``ExperimentError`` ("timm_size") for an image that the network can't take, ``LabError``
    ("weights_offline", "weights_broken").
    """
    probe = _probe(name, kind.shape)
    network = _created(name, kind.shape, outputs, pretrained=pretrained)
    _take_one_image(network)
    return Body(network, probe.layers, head=_head(network), layout=probe.layout)


def _created(name: str, shape: tuple[int, ...], outputs: int, *, pretrained: bool = False) -> nn.Module:
    import timm

    settings: dict[str, Any] = {"in_chans": shape[0], "num_classes": outputs}
    if _settings(name).fixed_input_size:
        settings["img_size"] = shape[-1]
    network: nn.Module = _with_weights(name, settings) if pretrained else timm.create_model(name, **settings)
    for module in network.modules():
        if hasattr(module, "inplace"):
            vars(module)["inplace"] = False  # an explanation keeps what it has seen
    return network


def _with_weights(name: str, settings: Mapping[str, Any]) -> nn.Module:
    import timm
    from safetensors import SafetensorError

    stored = stored_weights(name)
    overlay: dict[str, Any] = {"pretrained_cfg_overlay": {"file": str(stored)}} if stored else {}
    try:
        network: nn.Module = timm.create_model(name, pretrained=True, **overlay, **settings)
    except SafetensorError as error:
        raise LabError("weights_broken", field=WEIGHTS_FIELD, file=stored.name if stored else name) from error
    except OSError as error:  # of the hub, of the network and of the disk alike
        where = _settings(name)
        url = f"https://huggingface.co/{where.hf_hub_id}" if where.hf_hub_id else where.url
        raise LabError(
            "weights_offline",
            field=WEIGHTS_FIELD,
            value=PREFIX + name,
            file=weights_file(name),
            url=url,
            detail=str(error)[:120],
        ) from error
    return network


def weights_file(name: str) -> str:
    """What a file of weights is called that was put here by hand: the hub's ``model.safetensors``, renamed."""
    return f"timm-{name}.safetensors"


def stored_weights(name: str) -> Path | None:
    paths = (folder / weights_file(name) for folder in weight_folders())
    return next((path for path in paths if path.is_file()), None)


def _settings(name: str) -> Any:
    from timm.models import get_pretrained_cfg

    return get_pretrained_cfg(name)


def _head(network: nn.Module) -> tuple[str, ...]:
    """timm's names of the layers that give the classes: one, or two where a network was distilled."""
    stated = getattr(network, "default_cfg", {}).get("classifier") or ()
    names = (stated,) if isinstance(stated, str) else tuple(stated)
    modules = dict(network.named_modules())
    return tuple(name for name in names if name in modules)


@functools.lru_cache(maxsize=64)
def _probe(name: str, shape: tuple[int, ...]) -> _Probe:
    """Which layers explain the network, in the order that the image passes them. Nothing is computed."""
    seen: dict[str, tuple[int, ...]] = {}
    size = (shape[-2], shape[-1])
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        try:
            network = _created(name, shape, outputs=2).train()
            channels = _feature_channels(network)
            handles = [_watch(module, layer, seen) for layer, module in network.named_modules() if layer]
            with torch.no_grad():
                raw = network(torch.empty(2, *shape))
            for handle in handles:
                handle.remove()
        except (RuntimeError, ValueError, AssertionError, TypeError, ZeroDivisionError, IndexError) as error:
            raise _cant_take(name, size, str(error) or type(error).__name__) from error
    if not isinstance(raw, Tensor) or raw.shape != (2, 2):
        raise _cant_take(name, size, f"output {type(raw).__name__}")
    _check_patches(network, name, size)
    wanted = [layer for layer in seen if layer in channels] or list(_convolutions(network, seen))
    layouts = {layer: layout for layer in wanted if (layout := _layout(seen[layer], channels.get(layer), size))}
    if not layouts:
        raise _cant_take(name, size, "1 x 1")
    last = list(layouts)[-LOOKED_AT:]
    layout = layouts[last[-1]]
    return _Probe(tuple(layer for layer in last if layouts[layer] == layout), layout)


def _feature_channels(network: nn.Module) -> dict[str, int]:
    """timm's feature layers and how many channels they have."""
    info = getattr(network, "feature_info", None) or []
    rows: list[dict[str, Any]] = list(getattr(info, "info", info))
    modules = dict(network.named_modules())
    return {row["module"]: row["num_chs"] for row in rows if row.get("module") in modules}


def _watch(module: nn.Module, layer: str, seen: dict[str, tuple[int, ...]]) -> Any:
    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            seen.pop(layer, None)  # a layer that is passed twice counts where it was passed last
            seen[layer] = tuple(output.shape)

    return module.register_forward_hook(hook)


def _convolutions(network: nn.Module, seen: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """For networks of which timm names no feature layers."""
    modules = dict(network.named_modules())
    yield from (layer for layer in seen if isinstance(modules[layer], nn.Conv2d))


def _layout(shape: tuple[int, ...], channels: int | None, size: tuple[int, int]) -> Layout | None:
    """Of a layer's output; ``None`` where it has no more than one place."""
    layout: Layout = "tokens" if len(shape) == 3 else "maps"
    if len(shape) == 4 and channels is not None and shape[1] != channels == shape[3]:
        layout = "channels_last"
    maps = as_maps(torch.empty(shape, device="meta"), layout, size)
    return layout if maps is not None and maps.shape[-2] * maps.shape[-1] > 1 else None


def _check_patches(network: nn.Module, name: str, size: tuple[int, int]) -> None:
    """A network that cuts the image into patches would drop what is left over at its edges without a word."""
    patch = getattr(getattr(network, "patch_embed", None), "patch_size", None)
    sides = (patch, patch) if isinstance(patch, int) else patch
    if isinstance(sides, tuple) and any(side % step for side, step in zip(size, sides, strict=True)):
        raise _cant_take(name, size, f"{size[0]} / {sides[0]}")


def _cant_take(name: str, size: tuple[int, int], detail: str) -> ExperimentError:
    default, said = entry(PREFIX + name).facts["default_size"], (detail.splitlines() or ["–"])[0][:120]
    return ExperimentError(
        "timm_size", field=SIZE_FIELD, value=size[0], architecture=PREFIX + name, default=default, detail=said
    )


def _take_one_image(network: nn.Module) -> None:
    """The last batch of an epoch may hold a single image, of which some networks normalise a single value a channel:
    that image is then passed twice. Hooks, so that the weights keep timm's names.
    """
    network.register_forward_pre_hook(_twice)
    network.register_forward_hook(_once)


def _twice(network: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
    (images,) = inputs
    alone = network.training and len(images) == 1
    network._one_image = alone  # type: ignore[assignment]
    return (images.repeat(2, 1, 1, 1),) if alone else None


def _once(network: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
    return output[:1] if network._one_image else None
