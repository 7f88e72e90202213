"""Noisy linear imputation (Rong et al. 2022, section 4.2): removed pixels as a weighted mean of their neighbours.

A constant colour in the removed places has an outline, and the outline alone can give the class away. Here each
removed pixel is the mean of its eight neighbours, those beside it counting twice those at its corners; removed
neighbours are unknowns of the same equations, which conjugate gradients solve for all images at once.
"""

from __future__ import annotations

import torch
from torch import Tensor

NOISE = 0.01  # standard deviation of what is added, as in the authors' code; pixels are in [0, 1]
TOLERANCE = 1e-4  # of the residual of the equations, in the range of a pixel: errors stay within a grey level or two
MOST_ITERATIONS = 400
_WEIGHTS = torch.tensor([[1.0, 2.0, 1.0], [2.0, 0.0, 2.0], [1.0, 2.0, 1.0]]) / 12


def imputed(image: Tensor, removed: Tensor, generator: torch.Generator) -> Tensor:
    """[R, C, H, W]: ``image`` [C, H, W] in [0, 1] with ``removed`` [R, H, W] bool replaced.

    ``generator``: of the noise, the same for each of the R. Something of each image must be left.
    """
    holes = removed.unsqueeze(1).to(image.dtype)
    solved = _solved(image.expand(len(removed), *image.shape), holes)
    noise = torch.randn(image.shape, generator=generator).to(image) * NOISE
    return (solved + noise * holes).clamp(0.0, 1.0)


def _solved(images: Tensor, holes: Tensor) -> Tensor:
    """[R, C, H, W]: the smooth values in the holes; the rest as it is. Preconditioned conjugate gradients."""
    weights = _neighbours(torch.ones_like(images[:1, :1]))  # fewer neighbours at the border
    solution = torch.where(holes > 0, _mean_of_kept(images, holes), images)
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
