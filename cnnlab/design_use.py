"""What an experiment takes from a design: its layers, and the images that they were made for."""

from __future__ import annotations

from typing import Any

from cnnlab.data import catalogue
from cnnlab.designs import Design
from cnnlab.experiment import DataSpec
from cnnlab.home import Home
from cnnlab.models.shapes import Shape


def settings_for(design: Design, shape: Shape) -> dict[str, Any]:
    """Dotted settings that train ``design``; ``shape``: of the images as they would be prepared without them."""
    changes: dict[str, Any] = {
        "model.architecture": "designed",
        "model.layers": [dict(layer) for layer in design.layers],
        "model.options": {},
        "model.pretrained": False,
    }
    if shape.height != design.size:
        changes["data.image_size"] = design.size
    if shape.channels != design.channels and design.channels in (1, 3):  # what images can have
        changes["data.channels"] = design.channels
    return changes


def image_shape(spec: DataSpec, home: Home) -> Shape:
    """Of the images as ``spec`` has them prepared. Raises ``LabError`` ("unknown_dataset")."""
    info = catalogue.find(spec.dataset, home)
    side = catalogue.prepared_size(info, spec)
    return Shape(spec.channels or info.channels, side, side)
