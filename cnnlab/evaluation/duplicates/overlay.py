"""How well two images agree when one is laid over the other: as they are, mirrored, or one of them a cut of the other.

Agreement is the correlation of grey pixels, which brightness and contrast do not change. A cut is looked for on a
coarse grid of sizes and places first; the most promising are then moved and scaled by gradient ascent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnlab.data.types import Progress

GRID, FINE = 16, 24  # pixels a side: cuts are looked for in the one, agreement is measured in the other
SCALES = (0.9, 0.8)  # sides of the cuts on the grid, at the centre and at the four corners
_PLACES = ((0, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
_CUTS = ((1.0, 0.0, 0.0), *((s, x * (1 - s), y * (1 - s)) for s in SCALES for x, y in _PLACES))
REFINED = 3  # candidates an image whose cut is refined
_STEPS = 20

Floats = NDArray[np.float32]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Overlay:
    """[Q, k] each, of the candidates of Q images."""

    whole: Floats  # agreement as they are or mirrored, whichever is better
    mirrored: NDArray[np.bool_]
    grid: Floats  # the best of the grid of cuts, in coarse pixels; what ``cut`` is compared with
    cut: Floats  # refined agreement; -1 for those that were not promising
    cut_mirrored: NDArray[np.bool_]


@dataclass(frozen=True)
class Pixels:
    """The images made small, as unit vectors of mean 0."""

    grid: Floats  # [N, GRID * GRID]
    fine: Floats  # [N, FINE * FINE]


def described(inputs: NDArray[np.uint8], side: int, progress: Progress | None = None, *, grey: bool = True) -> Floats:
    """[N, H, W, C] -> [N, side * side], or C times that. Of a constant image all 0."""
    pieces = []
    for start in range(0, len(inputs), 4096):
        if progress is not None:
            progress("progress.reading_pixels", start, len(inputs))
        images = torch.from_numpy(np.array(inputs[start : start + 4096])).permute(0, 3, 1, 2).float()
        small = functional.interpolate(images.mean(1, keepdim=True) if grey else images, (side, side), mode="area")
        pieces.append(_centred(small.flatten(1)).numpy())
    return np.concatenate(pieces) if pieces else np.zeros((0, side * side), np.float32)


def overlaid(pixels: Pixels, rows: Index, near: Index) -> Overlay:
    """``rows`` [Q] images, ``near`` [Q, k] the candidates of each."""
    whole, mirrored = _whole(torch.from_numpy(pixels.fine[rows]), torch.from_numpy(pixels.fine[near]))
    grid, turned, direction, window = _on_grid(torch.from_numpy(pixels.grid[rows]), torch.from_numpy(pixels.grid[near]))
    top = min(REFINED, near.shape[1])
    column = grid.topk(top, dim=1).indices.flatten()
    row = torch.arange(len(rows))[:, None].expand(-1, top).flatten()
    image = torch.from_numpy(pixels.fine[rows])[row]
    other = torch.from_numpy(pixels.fine[near])[row, column]
    other = torch.where(turned[row, column][:, None], _flipped(other, FINE), other)
    image_is_cut = direction[row, column][:, None]
    refined = _refined(
        torch.where(image_is_cut, image, other),
        torch.where(image_is_cut, other, image),
        torch.tensor(_CUTS)[window[row, column]],
    )
    cut = torch.full(near.shape, -1.0)
    cut[row, column] = refined
    return Overlay(whole.numpy(), mirrored.numpy(), grid.numpy(), cut.numpy(), turned.numpy())


def _centred(values: Tensor) -> Tensor:
    values = values - values.mean(-1, keepdim=True)
    return values / values.norm(dim=-1, keepdim=True).clamp(min=1e-6)


def _flipped(flat: Tensor, side: int) -> Tensor:
    return flat.unflatten(-1, (side, side)).flip(-1).flatten(-2)


def _whole(images: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    straight = torch.einsum("qp,qkp->qk", images, others)
    turned = torch.einsum("qp,qkp->qk", _flipped(images, FINE), others)
    return torch.maximum(straight, turned), turned > straight + 1e-6


def _on_grid(images: Tensor, others: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """[Q, k] the best agreement, whether mirrored, whether the image is the one that is cut, which cut."""
    windows = _windows()
    cuts = _centred(torch.einsum("qp,wpr->qwr", images, windows))
    other_cuts = _centred(torch.einsum("qkp,wpr->qkwr", others, windows))
    tried = []
    for flip in (False, True):
        shown = _flipped(others, GRID) if flip else others
        turned_cuts = _flipped(other_cuts, GRID) if flip else other_cuts
        of_image = torch.einsum("qwp,qkp->qkw", cuts, shown)
        of_other = torch.einsum("qkwp,qp->qkw", turned_cuts, images)
        tried += [of_image, of_other]
    values, window = torch.stack(tried, 2).max(3)  # [Q, k, 4]
    best, way = values.max(2)
    window = window.gather(2, way[:, :, None]).squeeze(2)
    return best, way >= 2, way % 2 == 0, window


def _windows() -> Tensor:
    """[W, P, P]: maps the P coarse pixels of an image to those of one of its cuts, enlarged to the whole again."""
    basis = torch.eye(GRID * GRID).reshape(GRID * GRID, 1, GRID, GRID)
    made = []
    for cut in torch.tensor(_CUTS):
        given = cut.expand(GRID * GRID, -1)
        made.append(_cut(basis, given[:, 0], given[:, 1:]).flatten(1))
    return torch.stack(made)


def _cut(images: Tensor, scale: Tensor, offset: Tensor) -> Tensor:
    """[P, 1, S, S]: of each image the window of relative side ``scale`` [P] around ``offset`` [P, 2] in [-1, 1]."""
    zero = torch.zeros_like(scale)
    rows = [torch.stack([scale, zero, offset[:, 0]], 1), torch.stack([zero, scale, offset[:, 1]], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _refined(whole: Tensor, cut: Tensor, start: Tensor) -> Tensor:
    """[P] the best agreement of ``cut`` [P, F] with a window of ``whole`` [P, F], from ``start`` [P, 3] on."""
    images = whole.reshape(-1, 1, FINE, FINE)
    scale, offset = start[:, 0].clone().requires_grad_(), start[:, 1:].clone().requires_grad_()
    climber = torch.optim.Adam([scale, offset], lr=0.03)
    best = torch.full((len(images),), -1.0)
    with torch.enable_grad():
        for step in range(_STEPS):
            agreement = (_centred(_cut(images, scale, offset).flatten(1)) * cut).sum(1)
            best = torch.maximum(best, agreement.detach())
            loss: Any = -agreement.sum()
            climber.zero_grad()
            loss.backward()
            climber.step()
            if step == _STEPS // 2:
                climber.param_groups[0]["lr"] = 0.01
    return best
