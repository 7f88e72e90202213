"""A network and the score in one module, as Captum's methods want it that hook modules."""

from __future__ import annotations

import warnings

from torch import Tensor, nn

from cnnlab.explain.base import Score
from cnnlab.models.network import Network

# said at every call, of hooks that are gone when it returns
warnings.filterwarnings("ignore", message="Setting backward hooks", category=UserWarning)


class Scored(nn.Module):
    """[N, C, H, W] -> [N] scores."""

    def __init__(self, network: Network, score: Score) -> None:
        super().__init__()
        self.network = network
        self.score = score

    def forward(self, pixels: Tensor) -> Tensor:
        return self.score(self.network(pixels))
