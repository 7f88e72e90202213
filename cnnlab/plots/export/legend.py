"""What each line and symbol stands for, in rows above a chart."""

from __future__ import annotations

from typing import Any

_LETTERS = 96  # of a row at the width of a figure
_SHORT = 40


def above(axes: Any) -> None:
    """One entry a name, in the order of the drawing; nothing where nothing has a name."""
    handles, names = axes.get_legend_handles_labels()
    known = {name: handle for handle, name in zip(handles, names, strict=True) if name}
    if not known:
        return
    shown = [name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}…" for name in known]
    columns = max(1, min(len(shown), _LETTERS // (max(map(len, shown)) + 6)))
    place: dict[str, Any] = {"loc": "lower left", "borderaxespad": 0.4}
    if not hasattr(axes, "zaxis"):
        place["bbox_to_anchor"] = (0, 1)
    axes.legend(list(known.values()), shown, ncols=columns, fontsize=9, columnspacing=1.4, **place)
