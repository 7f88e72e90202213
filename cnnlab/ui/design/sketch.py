"""A design while it is drawn: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from cnnlab.designs import Design

Layer = Mapping[str, Any]


@dataclass(frozen=True)
class Sketch:
    """``dataset`` gives size, channels and outputs; "" where those were entered."""

    name: str = ""
    dataset: str = "digits"
    size: int = 28
    channels: int = 1
    outputs: int = 10
    layers: tuple[Layer, ...] = ()

    @classmethod
    def of(cls, design: Design, dataset: str = "") -> Self:
        layers = tuple(dict(layer) for layer in design.layers)
        return cls(design.name, dataset, design.size, design.channels, design.outputs, layers)

    def design(self) -> Design:
        return Design(self.name.strip(), self.size, self.channels, self.outputs, self.layers)

    def on(self, dataset: str, size: int, channels: int, outputs: int) -> Sketch:
        """The same layers for the images of a dataset."""
        return replace(self, dataset=dataset, size=size, channels=channels, outputs=outputs)

    def same_design(self, other: Sketch) -> bool:
        """The dataset that it is looked at with is no part of a design."""
        return replace(self, dataset="") == replace(other, dataset="")
