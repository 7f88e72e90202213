"""Maps of both networks for the same few test images, to be looked at side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.explain.explain import explain_batch
from cnnlab.explain.laboratory.findings import Bench, models_of
from cnnlab.explain.laboratory.setup import ARMS, TEXTURE, Pair, Setup
from cnnlab.explain.render import picture_of
from cnnlab.home import Home

OF_CLASS, OF_OTHERS = 2, 2  # images of the class with the cue, and of others


@dataclass(frozen=True)
class Shown:
    """``said``, ``maps`` [H, W]: by arm. Each image carries the cue; with textures, shape and texture disagree."""

    name: str  # its class
    pixels: NDArray[np.uint8]  # [H, W, 3]
    said: dict[str, str]
    maps: dict[str, NDArray[np.float32]]


def shown(setup: Setup, pair: Pair, home: Home, method: str) -> list[Shown]:
    """The first images of the test split. Raises what ``models_of`` and ``explain_batch`` raise."""
    bench, models = Bench(setup, home, 1), models_of(pair, home)
    places = bench.first(OF_CLASS, OF_OTHERS)
    inputs, labels = bench.look(places)
    targets = [None] * len(labels) if setup.variant == TEXTURE else list(labels)
    names = models[ARMS[0]].card.outputs.class_names
    found = {
        arm: explain_batch(model.network, model.task, inputs, targets=targets, method=method)
        for arm, model in models.items()
    }
    return [
        Shown(
            names[label],
            picture_of(inputs[i : i + 1]),
            {arm: names[found[arm][i].predicted] for arm in ARMS},
            {arm: found[arm][i].map for arm in ARMS},
        )
        for i, label in enumerate(labels)
    ]
