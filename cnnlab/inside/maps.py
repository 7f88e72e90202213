"""What a network makes of one image, layer by layer. Importing this imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.inside.layers import outputs_of
from cnnlab.inside.subject import PREFIX, full_name

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.models.network import Network

Order = Literal["index", "strength"]


@dataclass(frozen=True)
class FeatureMaps:
    """``values``: [maps, rows, columns] as the layer gives them; ``index``: which of its maps each of them is."""

    layer: str
    values: NDArray[np.float32]
    index: tuple[int, ...]

    def strongest(self, most: int) -> FeatureMaps:
        """The first ``most`` of them."""
        return FeatureMaps(self.layer, self.values[:most], self.index[:most])


def feature_maps(
    network: Network, image: Tensor, layers: Sequence[str], *, order: Order = "index"
) -> dict[str, FeatureMaps]:
    """Layer -> its maps for ``image`` ([1, C, H, W] uint8), in the order in which the layers end.

    "strength": the maps with the largest mean absolute value first. Tokens are laid out as the places they stand
    for, without a class token; a row of numbers is maps of one position. Raises ``LabError``:
    "unknown_inside_layer", "layer_without_maps".
    """
    names = [full_name(network, layer) for layer in layers]
    caught = outputs_of(network, image[:1], names)
    for name in names:
        if name not in caught:
            raise LabError("layer_without_maps", field="--layer", value=name.removeprefix(PREFIX)[:80])
    return {name.removeprefix(PREFIX): _sorted(name, maps, order) for name, maps in caught.items()}


def _sorted(name: str, maps: Tensor, order: Order) -> FeatureMaps:
    values: NDArray[np.float32] = maps[0].detach().float().cpu().numpy().copy()
    index = np.arange(len(values))
    if order == "strength":
        index = np.argsort(-np.abs(values).mean((1, 2)), kind="stable")
    return FeatureMaps(name.removeprefix(PREFIX), values[index], tuple(index.tolist()))
