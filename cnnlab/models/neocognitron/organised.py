"""S-cells whose planes organise themselves: competition without labels (Fukushima 1980, section 3).

Each image is shown once to one layer at a time. In each hypercolumn, a small square through all planes, the cell that
responds most wins; of the winners in one plane the strongest becomes the seed, and the plane's connections grow by
what the seed sees. Where something is to be seen and no plane responds, a plane that is still free takes the pattern
on. During this the threshold is higher than later (two thresholds: Fukushima, Tanigawa 1996, Biol. Cybernetics 75).

Planes are buffers that a forward pass in training mode changes, as batch normalisation's statistics are, and the
images are counted in a buffer: so a checkpoint carries everything, and nothing here is drawn.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from cnnlab.models.neocognitron.cells import EPSILON, SimpleCells
from cnnlab.models.precision import without_autocast

GAIN = 20.0  # of organised planes: an S-cell's response hardly depends on contrast once gain x activity is above 1
FREE = 0.01  # free planes respond a little, so that a network that has seen nothing passes something on
FAINT = 0.3  # share of an image's largest activity below which there is nothing to be seen
NEW_PLANES = 2  # at most from one image, so that the planes come from many
CONNECTIONS = 8  # of a random plane


class OrganisedCells(SimpleCells):
    """``first``, ``images``: it learns from that many images of training, after ``first`` have passed.

    ``column``: side of a hypercolumn. ``learning_selectivity``: the threshold of similarity during learning.
    """

    planes: Tensor  # [planes, C, size, size], sums of what the seeds saw, not negative
    organised: Tensor  # [planes] bool
    seen: Tensor  # images that passed in training mode

    def __init__(
        self,
        channels: int,
        planes: int,
        size: int,
        selectivity: float,
        *,
        learning_selectivity: float,
        column: int,
        first: int,
        images: int,
    ) -> None:
        super().__init__(channels, size, selectivity)
        self.learning_selectivity, self.column = learning_selectivity, column
        self.first, self.last = first, first + images
        self.register_buffer("planes", torch.rand(planes, channels, size, size) * self.window)
        self.register_buffer("organised", torch.zeros(planes, dtype=torch.bool))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    def connections(self) -> tuple[Tensor, Tensor]:
        """b makes e / (b v) the cosine of pattern and plane. Planes that are free when learning ends fall silent."""
        scale = torch.where(self.organised, GAIN, FREE * (self.seen < self.last)) / self._lengths()
        return self.planes * scale[:, None, None, None], GAIN * self.organised

    def forward(self, inputs: Tensor) -> Tensor:
        if self.training and not inputs.is_meta:
            self._learn(inputs)
        return super().forward(inputs)

    def _lengths(self) -> Tensor:
        """[planes]: in the geometry in which activity is a pattern's length."""
        return (self.planes.square() / self.window).sum((1, 2, 3)).add(EPSILON).sqrt()

    @torch.no_grad()
    def _learn(self, inputs: Tensor) -> None:
        seen = int(self.seen)
        self.seen += len(inputs)
        with without_autocast(inputs.device):
            for image in inputs[max(0, self.first - seen) : max(0, self.last - seen)].float():
                self._learn_from(image)

    def _learn_from(self, image: Tensor) -> None:
        """``image``: [C, H, W]."""
        patterns = functional.unfold(image[None], self.size, padding=self.size // 2)[0].T  # [places, C x size x size]
        activity = self._smoothed(image.square().sum(0)[None, None]).flatten().add(EPSILON).sqrt()
        visible = activity > FAINT * activity.max()
        # a pattern of length 1 counts as much from a faint stroke as from a strong one
        seeds = patterns * self.window.expand_as(self.planes[:1]).flatten() / activity[:, None]
        similarity = self._similarity(patterns, activity) * visible[:, None]
        similarity = self._take_on(patterns, seeds, activity, visible, similarity)
        height, width = image.shape[1:]
        for plane, place in self._winners(similarity, height, width):
            self.planes[plane] += seeds[place].view_as(self.planes[plane])

    def _similarity(self, patterns: Tensor, activity: Tensor) -> Tensor:
        """[places, planes]; 0 for free planes."""
        products = patterns @ self.planes.flatten(1).T
        return products / (self._lengths() * activity[:, None]) * self.organised

    def _take_on(
        self, patterns: Tensor, seeds: Tensor, activity: Tensor, visible: Tensor, similarity: Tensor
    ) -> Tensor:
        """Free planes take on the strongest patterns that no plane responds to. Gives the similarity afterwards."""
        for _ in range(NEW_PLANES):
            free = (~self.organised).nonzero()
            unanswered = visible & (similarity.amax(1) <= self.learning_selectivity)
            if not len(free) or not unanswered.any():
                break
            plane, place = int(free[0]), int((activity * unanswered).argmax())
            self.planes[plane] = seeds[place].view_as(self.planes[plane])
            self.organised[plane] = True
            similarity[:, plane] = self._similarity(patterns, activity)[:, plane] * visible
        return similarity

    def _winners(self, similarity: Tensor, height: int, width: int) -> list[tuple[int, int]]:
        """(plane, place) of each plane's seed cell."""
        planes = similarity.shape[1]
        responses = torch.where(similarity > self.learning_selectivity, similarity, 0).T.reshape(
            1, planes, height, width
        )
        strongest, places = functional.max_pool2d(
            responses, self.column, self.column, ceil_mode=True, return_indices=True
        )
        strongest, places = strongest[0].flatten(1), places[0].flatten(1)  # [planes, hypercolumns]
        won = torch.zeros_like(strongest).scatter_(0, strongest.argmax(0, keepdim=True), 1)
        best, column = (strongest * won).max(1)
        return [(plane, int(places[plane, column[plane]])) for plane in best.nonzero().flatten().tolist()]


class RandomCells(OrganisedCells):
    """Planes of a few random connections that stay as they are: what self-organisation is compared with.

    A few, because a plane with connections to everything resembles everything: on the digits' validation split, each
    at the best selectivity tried, 2, 4, 8, 16, 32 and all connections gave 86, 91, 95, 95, 60 and 27 %.
    """

    def __init__(self, channels: int, planes: int, size: int, selectivity: float) -> None:
        super().__init__(channels, planes, size, selectivity, learning_selectivity=1.0, column=1, first=0, images=0)
        drawn = torch.rand(planes, channels * size * size).argsort(1).argsort(1)
        self.planes.mul_((drawn < CONNECTIONS).view_as(self.planes))
        self.organised.fill_(True)
