"""What a score of maps is given: one image, the class in question, and what the network says of changed copies.

A score is a data file and a code file in ``scores``. The data file states in ``facts``: ``order``, ``year``,
``paper``, ``link``; ``better`` ("higher" or "lower"); where it holds ``needs``: "mask" (the place of the object),
"method" (the method is run again, so maps that know nothing have no such score). In ``texts``: ``title``,
``summary`` and ``limits``, what the score does not say. The code file has ``grade(graded, maps) -> [M]``, or
``grade(graded, map, again)`` where the method is run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Batch
from cnnlab.explain.attribution.perturbed import chunks
from cnnlab.explain.progress import report
from cnnlab.models.network import Network, unit
from cnnlab.tasks.base import Task

Maps = NDArray[np.float32]  # [M, H, W]
Values = NDArray[np.float64]  # [M], one a map


@dataclass(frozen=True)
class Graded:
    """``network`` is borrowed. ``inputs``: [1, C, H, W] uint8; ``mask``: [H, W], the object, where it is known."""

    network: Network
    task: Task
    inputs: Tensor
    target: int
    mask: NDArray[np.bool_] | None = None
    seed: int = 0

    @cached_property
    def image(self) -> Tensor:
        """[C, H, W] float in [0, 1], on the network's device."""
        return unit(self.inputs.to(self.network.mean.device))[0]

    def generator(self) -> np.random.Generator:
        """The same numbers for each score that asks, and for each map of one call."""
        return np.random.default_rng(self.seed)

    def kept_probabilities(self, kept: NDArray[np.bool_], baseline: Tensor) -> Values:
        """[R] of the target where only ``kept`` [R, H, W] of the image is left, in ``baseline`` [C, H, W]."""
        return self._of_rows(kept, baseline, self.probabilities)

    def kept_scores(self, kept: NDArray[np.bool_], baseline: Tensor) -> Values:
        """[R]: the number that an explanation of the target explains, of the same images."""
        return self._of_rows(kept, baseline, self._scores)

    def probabilities(self, pixels: Tensor) -> Values:
        """[R] of the target for ``pixels`` [R, C, H, W] in [0, 1]."""
        batch = Batch(pixels, None, None, torch.zeros(len(pixels), dtype=torch.int64))
        with torch.no_grad():
            columns = self.task.decode(self.task.forward(self.network, batch), batch).columns
        found: Values = columns["probabilities"][:, self.target].double().cpu().numpy()
        return found

    def _scores(self, pixels: Tensor) -> Values:
        with torch.no_grad():
            found: Values = self.task.score(self.network(pixels), self.target).double().cpu().numpy()
        return found

    def _of_rows(self, kept: NDArray[np.bool_], baseline: Tensor, asked: Callable[[Tensor], Values]) -> Values:
        found = np.empty(len(kept))
        for rows in chunks(len(kept), self.image):
            left = torch.from_numpy(kept[rows]).unsqueeze(1).to(self.image.device)
            found[rows] = asked(torch.where(left, self.image, baseline))
            report(rows.stop, len(kept))
        return found


def ranks(maps: Maps, generator: np.random.Generator) -> NDArray[np.int64]:
    """[M, H, W]: 0 for the place that speaks most for the class. Equal places come in an order drawn by chance.

    Otherwise a map that is zero nearly everywhere would be graded by the order of its pixels in memory.
    """
    flat = maps.reshape(len(maps), -1)
    by_chance = generator.random(flat.shape[1])
    found = np.empty(flat.shape, np.int64)
    for i, values in enumerate(flat):
        found[i, np.lexsort((by_chance, -values))] = np.arange(len(values))
    return found.reshape(maps.shape)
