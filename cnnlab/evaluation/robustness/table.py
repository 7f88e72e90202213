"""The corruptions by name: their five strengths, where those come from, and their texts. No torch on import."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from cnnlab import yaml_io
from cnnlab.errors import LabError

LEVELS = 5


@dataclass(frozen=True)
class Corruption:
    """``strengths``: from the weakest on; their unit is in ``text("about")``. ``as_in``: "hendrycks2019" or "own"."""

    name: str
    strengths: tuple[float, ...]
    as_in: str
    texts: dict[str, dict[str, str]]

    def text(self, key: str, language: str) -> str:
        return self.texts[language][key]


@functools.cache
def corruptions() -> dict[str, Corruption]:
    """In the order in which they are shown."""
    path = Path(__file__).with_name("corruptions.yaml")
    stated = yaml_io.parse(path.read_text("utf-8"), source=path.name)
    return {
        name: Corruption(name, tuple(float(value) for value in one["strengths"]), one["as_in"], one["texts"])
        for name, one in stated.items()
    }


def chosen(names: str | None) -> list[str]:
    """``"noise,shift"`` -> both, in the table's order; all for ``None``. Raises ``LabError`` ("unknown_corruption")."""
    known = corruptions()
    wanted = [name for name in (names or "").split(",") if name]
    for name in wanted:
        if name not in known:
            raise LabError("unknown_corruption", field="--corruptions", value=name[:40], known=", ".join(known))
    return [name for name in known if not wanted or name in wanted]
