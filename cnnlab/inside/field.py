"""What a unit really looks at: the effective receptive field, beside the theoretical one.

Luo, Li, Urtasun, Zemel 2016, "Understanding the effective receptive field in deep convolutional neural networks": the
gradient of a unit with respect to the input says how much each pixel matters. It fades towards the edge of what the
unit could see, so that the effective field is smaller than the theoretical. Importing this imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.inside.layers import outputs_of
from cnnlab.inside.subject import PREFIX, full_name
from cnnlab.models.receptive import Receptive

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.models.network import Network

SHARE = 0.9545  # of all gradient: what two standard deviations hold of a normal distribution
IMAGES = 16  # enough that one image's edges do not decide
_AT_ONCE = 8


@dataclass(frozen=True)
class EffectiveField:
    """``map``: [H, W] of the input, the mean absolute gradient, its sum 1 (0 where no gradient arrives)."""

    layer: str
    map: NDArray[np.float32]
    unit: tuple[int, int]  # row and column in the layer's map
    units: tuple[int, int]  # rows and columns that there are
    images: int  # averaged over
    centre: tuple[float, float]  # row and column of the input that ``size`` is measured around
    size: int | None  # side of the smallest square around it that holds ``SHARE`` of the gradient; None without any
    theoretical: Receptive | None  # None where it can't be derived

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """(top, left, bottom, right) of the theoretical field of this unit, in pixels, ends included; may reach out."""
        if self.theoretical is None:
            return None
        sides = [
            (start + place * stride - (size - 1) / 2, start + place * stride + (size - 1) / 2)
            for start, place, stride, size in zip(
                self.theoretical.start, self.unit, self.theoretical.stride, self.theoretical.size, strict=True
            )
        ]
        return sides[0][0], sides[1][0], sides[0][1], sides[1][1]


def effective(
    network: Network, kind: InputKind, layer: str, images: Tensor, *, unit: tuple[int, int] | None = None
) -> EffectiveField:
    """Of ``unit`` (the middle one unless said) in ``layer``: the gradient of its sum over all maps with respect to
    ``images`` ([N, C, H, W] uint8), absolute, summed over colours, averaged over images.

    Raises ``LabError``: "unknown_inside_layer", "layer_without_maps", "no_such_unit".
    """
    name = full_name(network, layer)
    total = np.zeros(kind.shape[-2:], dtype=np.float64)
    chosen, units = (0, 0), (0, 0)
    for start in range(0, len(images), _AT_ONCE):
        gradient, chosen, units = _gradient(network, name, images[start : start + _AT_ONCE], unit)
        total += gradient
    theoretical = theoretical_field(network, kind, name)
    centre = _centre(theoretical, chosen, units, kind)
    mass = total.sum()
    shares = (total / mass if mass > 0 else total).astype(np.float32)
    size = side_holding(shares, centre, SHARE) if mass > 0 else None
    return EffectiveField(name.removeprefix(PREFIX), shares, chosen, units, len(images), centre, size, theoretical)


def _gradient(
    network: Network, name: str, images: Tensor, unit: tuple[int, int] | None
) -> tuple[NDArray[np.float64], tuple[int, int], tuple[int, int]]:
    """[H, W], the unit, and how many units there are."""
    import torch

    from cnnlab.explain.attribution.inputs import differentiable
    from cnnlab.explain.borrow import borrowed

    with borrowed(network) as net:
        pixels = differentiable(images.to(net.mean.device))
        maps = outputs_of(net, pixels, [name], gradients=True).get(name)
        if maps is None:
            raise LabError("layer_without_maps", field="--layer", value=name.removeprefix(PREFIX)[:80])
        rows, columns = int(maps.shape[2]), int(maps.shape[3])
        row, column = unit if unit is not None else (rows // 2, columns // 2)
        if not (0 <= row < rows and 0 <= column < columns):
            raise LabError("no_such_unit", field="--unit", value=f"{row},{column}", rows=rows - 1, columns=columns - 1)
        answer = maps[:, :, row, column].sum()
        (slope,) = torch.autograd.grad(answer, pixels, allow_unused=True) if answer.requires_grad else (None,)
    size = tuple(images.shape[-2:])
    found = np.zeros(size) if slope is None else slope.abs().sum((0, 1)).double().cpu().numpy()
    return np.nan_to_num(found), (row, column), (rows, columns)


def theoretical_field(network: Network, kind: InputKind, layer: str) -> Receptive | None:
    """Of ``layer``, which may be a block: see ``cnnlab.models.inspection``."""
    from cnnlab.explain.borrow import borrowed
    from cnnlab.models.inspection import receptive_fields

    with borrowed(network) as net:
        return receptive_fields(net, kind).get(full_name(network, layer).removeprefix(PREFIX))


def _centre(
    theoretical: Receptive | None, unit: tuple[int, int], units: tuple[int, int], kind: InputKind
) -> tuple[float, float]:
    """Of the unit's field, within the image; without one, where the unit lies in its map."""
    sides = kind.shape[-2:]
    if theoretical is None:
        row, column = (
            (place + 0.5) / count * side - 0.5 for place, count, side in zip(unit, units, sides, strict=True)
        )
        return row, column
    row, column = (
        min(max(start + place * stride, 0.0), side - 1.0)
        for start, place, stride, side in zip(theoretical.start, unit, theoretical.stride, sides, strict=True)
    )
    return row, column


def side_holding(shares: NDArray[np.float32], centre: tuple[float, float], share: float) -> int:
    """Side in pixels of the smallest square around ``centre`` that holds ``share`` of what ``shares`` [H, W] sums to.

    A square that reaches beyond the image is measured as a whole.
    """
    rows = np.abs(np.arange(shares.shape[0]) - centre[0])[:, None]
    columns = np.abs(np.arange(shares.shape[1]) - centre[1])[None, :]
    distance = np.maximum(rows, columns)
    order = np.argsort(distance, axis=None, kind="stable")
    held = np.cumsum(shares.reshape(-1)[order].astype(np.float64))
    place = int(np.searchsorted(held, share * held[-1] * (1 - 1e-6)))
    reach = float(distance.reshape(-1)[order][min(place, len(order) - 1)])
    return round(2 * reach) + 1
