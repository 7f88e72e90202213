"""DeepLift's rescale rule (Shrikumar et al. 2017, section 3.5): backwards through multipliers instead of slopes.

Captum's ``DeepLift`` agrees where no pooling takes a maximum (a test holds it). Where one follows a ReLU, Captum's
ReLU sees the pooling's plain gradient, and overlapping windows overwrite one another: its map no longer adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnlab.explain.attribution.suitable import ACTIVATIONS, POOLS
from cnnlab.explain.base import Score
from cnnlab.models.network import Network

EPSILON = 1e-10  # a smaller difference counts as none


def multipliers(network: Network, score: Score, pixels: Tensor, bases: Tensor) -> tuple[Tensor, Tensor]:
    """[N, C, H, W]: what each pixel's difference from its base is multiplied by; [N]: the differences of the scores.

    ``pixels``, ``bases``: [N, C, H, W] float. ``network`` is borrowed and ``suitable.rescalable``.
    """
    both = torch.cat([pixels, bases]).requires_grad_(True)
    with _rules(network):
        image, base = network(both).chunk(2)
        scores = score(image)
        (slopes,) = torch.autograd.grad(scores.sum(), both, retain_graph=False)
    with torch.no_grad():
        return slopes.chunk(2)[0], scores.detach() - score(base)


@contextmanager
def _rules(network: nn.Module) -> Iterator[None]:
    def through(module: nn.Module, arguments: tuple[Tensor, ...], output: Tensor) -> Any:
        return _Multiplied.apply(arguments[0], output.detach(), module)

    ruled = [module for module in network.modules() if isinstance(module, (*POOLS, *ACTIVATIONS))]
    handles = [module.register_forward_hook(through) for module in ruled]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Multiplied(torch.autograd.Function):
    """What a module gave for images and, in the second half, their bases. Backwards, the images' multipliers."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, outputs: Tensor, module: nn.Module) -> Tensor:
        ctx.save_for_backward(inputs, outputs)
        ctx.module = module
        return outputs.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        inputs, outputs = ctx.saved_tensors
        change = torch.sub(*inputs.chunk(2))
        none = change.abs() < EPSILON
        wanted = gradient.chunk(2)[0]
        caused = _caused_by_places if isinstance(ctx.module, POOLS) else _caused_alone
        shares = caused(ctx.module, inputs, outputs, wanted) / torch.where(none, 1, change)
        found = torch.where(none, _slopes(ctx.module, inputs.chunk(2)[0], wanted), shares)
        return torch.cat([found, torch.zeros_like(found)]), None, None


def _caused_alone(module: nn.Module, inputs: Tensor, outputs: Tensor, wanted: Tensor) -> Tensor:  # noqa: ARG001
    """What the change of each place causes: of an activation, the change of its own output."""
    return wanted * torch.sub(*outputs.chunk(2))


def _caused_by_places(module: nn.Module, inputs: Tensor, outputs: Tensor, wanted: Tensor) -> Tensor:
    """What the change of each place causes: of a maximum, what the image has over the base is due to the image's place,
    what it lacks to the base's, where one place may be that of many windows.
    """
    output, output_base = outputs.chunk(2)
    larger = torch.maximum(output, output_base)
    due = torch.cat([wanted * (larger - output_base), wanted * (output - larger)])
    caused = torch.zeros_like(inputs).flatten(2)
    caused.scatter_add_(2, _places(module, inputs).flatten(2), due.flatten(2))
    return torch.add(*caused.unflatten(2, inputs.shape[2:]).chunk(2))


def _places(module: nn.Module, inputs: Tensor) -> Tensor:
    """[N, C, h, w]: the place in a plane of ``inputs`` that each window takes its value from."""
    if isinstance(module, nn.AdaptiveMaxPool2d):
        size: Any = module.output_size
        return functional.adaptive_max_pool2d(inputs, size, return_indices=True)[1]
    assert isinstance(module, nn.MaxPool2d)  # noqa: S101  # the other of POOLS
    sizes = (module.kernel_size, module.stride, module.padding, module.dilation)
    return functional.max_pool2d(inputs, *sizes, ceil_mode=module.ceil_mode, return_indices=True)[1]


def _slopes(module: nn.Module, inputs: Tensor, wanted: Tensor) -> Tensor:
    """The plain gradient, for places that do not change."""
    with torch.enable_grad():
        leaf = inputs.detach().requires_grad_(True)
        return torch.autograd.grad(module.forward(leaf), leaf, wanted)[0]
