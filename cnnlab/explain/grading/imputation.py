"""Noisy linear imputation (Rong et al. 2022, section 4.2): removed pixels as a weighted mean of their neighbours.

A constant colour in the removed places has an outline, and the outline alone can give the class away. Here each
removed pixel is the mean of its eight neighbours, those beside it counting twice those at its corners; removed
neighbours are unknowns of the same equations, which conjugate gradients solve for all images at once.
"""

from __future__ import annotations

import torch
from torch import Tensor

NOISE = 0.01  # standard deviation of what is added, as in the authors' code; pixels are in [0, 1]
TOLERANCE = 2e-4  # of the residual, in the range of a pixel; at 224 pixels the mean error is below one grey level
MOST_ITERATIONS = 400
VALUES_AT_ONCE = 2**18  # numbers that are solved for together: more leave the processor's cache
SMALLEST = 8  # side of the smallest picture that is solved, in pixels
_WEIGHTS = torch.tensor([[1.0, 2.0, 1.0], [2.0, 0.0, 2.0], [1.0, 2.0, 1.0]]) / 12


def imputed(image: Tensor, removed: Tensor, generator: torch.Generator) -> Tensor:
    """[R, C, H, W]: ``image`` [C, H, W] in [0, 1] with ``removed`` [R, H, W] bool replaced.

    ``generator``: of the noise, the same for each of the R. Something of each image must be left.
    """
    holes = removed.unsqueeze(1).to(image.dtype)
    at_once = max(1, VALUES_AT_ONCE // image.numel())
    solved = torch.cat([_solved(image.expand(len(part), *image.shape), part) for part in holes.split(at_once)])
    noise = torch.randn(image.shape, generator=generator).to(image) * NOISE
    return (solved + noise * holes).clamp(0.0, 1.0)


def _solved(images: Tensor, holes: Tensor) -> Tensor:
    """[R, C, H, W]: the smooth values in the holes; the rest as it is.

    From coarse to fine: conjugate gradients settle what is near within a few steps, and what is far in as many steps
    as a hole is wide. So a picture of half the size is solved first, and tells where to begin.
    """
    if min(images.shape[-2:]) < 2 * SMALLEST or not bool(holes.any()):
        return _conjugate_gradients(images, holes, _mean_of_kept(images, holes))
    kept = 1 - holes
    shares = torch.nn.functional.avg_pool2d(kept, 2, ceil_mode=True)
    smaller = torch.nn.functional.avg_pool2d(images * kept, 2, ceil_mode=True) / shares.clamp(min=1e-6)
    solved = _solved(smaller, (shares == 0).to(holes))
    start = torch.nn.functional.interpolate(solved, images.shape[-2:], mode="bilinear", align_corners=False)
    return _conjugate_gradients(images, holes, start)


def _conjugate_gradients(images: Tensor, holes: Tensor, start: Tensor) -> Tensor:
    """[R, C, H, W] from ``start``, preconditioned by the diagonal of the equations."""
    weights = _neighbours(torch.ones_like(images[:1, :1]))  # fewer neighbours at the border
    solution = torch.where(holes > 0, start, images)
    residual = holes * (_neighbours(solution) - weights * solution)
    direction = scaled = residual / weights
    slope = _dot(residual, scaled)
    for _ in range(MOST_ITERATIONS):
        if float(residual.abs().max()) < TOLERANCE:
            break
        pushed = holes * (weights * direction - _neighbours(direction))
        step = slope / _dot(direction, pushed).clamp(min=1e-20)
        solution = solution + step * direction
        residual = residual - step * pushed
        scaled = residual / weights
        before, slope = slope, _dot(residual, scaled)
        direction = scaled + slope / before.clamp(min=1e-20) * direction
    return solution


def _neighbours(values: Tensor) -> Tensor:
    """[R, C, H, W]: the weighted sum of each place's eight neighbours, as far as they exist."""
    rows, channels, height, width = values.shape
    flat = values.reshape(rows * channels, 1, height, width)
    summed = torch.nn.functional.conv2d(flat, _WEIGHTS.to(values)[None, None], padding=1)
    return summed.reshape(values.shape)


def _mean_of_kept(images: Tensor, holes: Tensor) -> Tensor:
    kept = 1 - holes
    return (images * kept).sum((2, 3), keepdim=True) / kept.sum((2, 3), keepdim=True).clamp(min=1)


def _dot(first: Tensor, second: Tensor) -> Tensor:
    return (first * second).sum((2, 3), keepdim=True)
