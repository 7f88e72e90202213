"""The attention of a transformer over the tokens of its image, block by block, and how its output reads the tokens.

Known are three layouts in which every block attends from all tokens to all: our own blocks (``models.tokens``),
torchvision's (``nn.MultiheadAttention``, read through a class token) and timm's ``VisionTransformer``. Attention
within windows, as Swin's and MaxViT's, has no such weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.models.network import Network
from cnnlab.models.tokens import Attention, MeanOfTokens, SequencePooling

Keep = Callable[[Tensor], None]
TIMM = "timm.models.vision_transformer"


@dataclass(frozen=True)
class Attentions:
    """``blocks``: of each block, the first first, [N, T, T]: how much each token (row) takes from each (column), the
    mean over the heads; every row sums to 1. ``reading``: [N, T], what the output takes of each token after the last
    block; ``output``: [N, outputs].
    """

    blocks: tuple[Tensor, ...]
    reading: Tensor
    output: Tensor


def attends(network: Network) -> bool:
    """Whether ``attentions`` knows how to read ``network``."""
    return bool(_blocks(network)) and _pooled(network) is not None


def attentions(network: Network, pixels: Tensor) -> Attentions:
    """Of one pass of ``pixels`` [N, C, H, W] through ``network``, which is borrowed and must attend."""
    caught: list[Tensor] = []
    pooled: list[Tensor] = []
    with ExitStack() as watched, torch.no_grad():
        for block in _blocks(network):
            watched.enter_context(_watched(block, lambda weights: caught.append(weights.detach())))
        for module in network.modules():
            if isinstance(module, SequencePooling):
                watched.enter_context(_hooked(module.weights, lambda weights: pooled.append(weights.squeeze(2))))
        output = network(pixels)
    places = pooled[-1] if pooled else _stated_reading(network, caught[-1])
    return Attentions(tuple(caught), places, output)


def _blocks(network: Network) -> list[nn.Module]:
    """The attention of each block, in the order in which the tokens pass them."""
    known = (Attention, nn.MultiheadAttention)
    return [each for each in network.modules() if isinstance(each, known) or _is_timms(each)]


def _is_timms(module: nn.Module) -> bool:
    return type(module).__name__ == "Attention" and hasattr(module, "fused_attn") and hasattr(module, "attn_drop")


def _pooled(network: Network) -> str | None:
    """How the output reads the tokens: "weights", "mean", "places" (their mean, without others before), "first"."""
    body = network.body
    if type(body).__module__ == TIMM:
        usual = type(body).__name__ == "VisionTransformer" and getattr(body, "attn_pool", None) is None
        return {"token": "first", "avg": "places"}.get(str(body.global_pool)) if usual else None
    kinds = {type(module) for module in network.modules()}
    if SequencePooling in kinds:
        return "weights"
    if MeanOfTokens in kinds:
        return "mean"
    return "first" if "class_token" in dict(body.named_parameters(recurse=False)) else None


def _stated_reading(network: Network, weights: Tensor) -> Tensor:
    """[N, T], the same for every image; ``weights``: [N, T, T] of the last block."""
    count, tokens, _ = weights.shape
    reading, how = weights.new_zeros(count, tokens), _pooled(network)
    first = int(getattr(network.body, "num_prefix_tokens", 0)) if how == "places" else 0
    if how == "first":
        reading[:, 0] = 1
    else:
        reading[:, first:] = 1 / (tokens - first)
    return reading


@contextmanager
def _watched(block: nn.Module, keep: Keep) -> Iterator[None]:
    """``keep`` gets the [N, T, T] of each pass through ``block``, which is left as it was."""
    if isinstance(block, Attention):
        with _hooked(block.weights, lambda weights: keep(weights.mean(1))):
            yield
    elif isinstance(block, nn.MultiheadAttention):
        with _asked(block), _hooked(block, lambda output: keep(output[1])):
            yield
    else:
        with _unfused(block), _hooked(block.get_submodule("attn_drop"), lambda weights: keep(weights.mean(1))):
            yield


@contextmanager
def _hooked(module: nn.Module, keep: Callable[[Any], None]) -> Iterator[None]:
    def hook(_module: nn.Module, _arguments: Any, output: Any) -> None:
        keep(output)

    handle = module.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _asked(block: nn.MultiheadAttention) -> Iterator[None]:
    """torchvision's blocks do without the weights: they are asked for on the way in."""

    def ask(_module: nn.Module, arguments: Any, named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return arguments, {**named, "need_weights": True, "average_attn_weights": True}

    handle = block.register_forward_pre_hook(ask, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _unfused(block: Any) -> Iterator[None]:
    """timm's blocks may compute in one step, without having the weights in one place."""
    fused = block.fused_attn
    block.fused_attn = False
    try:
        yield
    finally:
        block.fused_attn = fused
