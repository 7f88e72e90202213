"""The Neocognitron (Fukushima 1980, Biological Cybernetics 36: 193-202): three pairs of S- and C-layers, a classifier.

S-cells look for a pattern, C-cells forgive its place; the planes of the S-layers organise themselves by competition,
layer after layer, each from its own part of the first images of training. At the top one C-cell a plane sees the
whole image. Taken from its later form are the contrast cells and thresholds (see ``models.neocognitron``).

The paper reads a class off the one top cell that responds. Here a linear layer, trained by gradient all along, reads
all of them, standardised: their means differ by two orders of magnitude, and without it Adam at 0.001 was still at 84 %
on the digits after 30 epochs, with it at 97 % (validation).
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.layers.modules import FeatureBatchNorm
from cnnlab.models.neocognitron.cells import ComplexCells, ContrastCells, SimpleCells, TrainedCells
from cnnlab.models.neocognitron.organised import OrganisedCells, RandomCells
from cnnlab.models.network import Body

SMALLEST = 28  # pixels a side; smaller images are enlarged, or the third layer would see the border alone
SIMPLE_WINDOWS = (5, 3, 3)  # of S-cells, by layer
COLUMNS = (5, 3, 3)  # side of a hypercolumn, by layer
COMPLEX_WINDOWS = (5, 3)  # of C-cells; 3 in both cost 2 points on the digits' validation split, 7 and 5 cost 7


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    channels, height, width = kind.shape
    modules: dict[str, nn.Module] = {}
    if min(height, width) < SMALLEST:
        modules["enlarge"] = nn.Upsample((max(height, SMALLEST), max(width, SMALLEST)), mode="bilinear")
    modules["contrast"] = ContrastCells()
    maps = 2 * channels
    for number in (1, 2, 3):
        planes = options[f"planes{number}"]
        modules[f"s{number}"] = _simple_cells(number, maps, planes, options)
        modules[f"c{number}"] = ComplexCells(None if number == 3 else COMPLEX_WINDOWS[number - 1])
        maps = planes
    modules["flatten"] = nn.Flatten()
    modules["standardise"] = FeatureBatchNorm(maps, eps=1e-6, affine=False)
    modules["output"] = nn.Linear(maps, outputs)
    return Body(chain(modules), ("s1", "c1", "s2", "c2", "s3"), head=("standardise", "output"))


def _simple_cells(number: int, maps: int, planes: int, options: dict[str, Any]) -> SimpleCells:
    size, selectivity = SIMPLE_WINDOWS[number - 1], options["selectivity"]
    if options["learning"] == "gradient":
        return TrainedCells(maps, planes, size, selectivity)
    if options["learning"] == "random":
        return RandomCells(maps, planes, size, selectivity)
    images = options["images"]
    return OrganisedCells(
        maps,
        planes,
        size,
        selectivity,
        learning_selectivity=options["learning_selectivity"],
        column=COLUMNS[number - 1],
        first=(number - 1) * images,
        images=images,
    )
