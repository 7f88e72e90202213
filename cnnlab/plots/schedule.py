"""The learning rate that a run is going to use, as a curve over its epochs."""

from __future__ import annotations

from typing import Any

from cnnlab.experiment import TrainingSpec
from cnnlab.plots.palette import Palette
from cnnlab.training import schedules

_POINTS = 240
UNKNOWN_STEPS = 20  # an epoch's batches while the size of the dataset is not known: the shape is the same


def planned_rates(spec: TrainingSpec, steps_per_epoch: int | None) -> list[tuple[float, float]]:
    """(epochs done, learning rate) from the first step to the last; a plateau's drops can't be foreseen."""
    steps = max(1, steps_per_epoch or UNKNOWN_STEPS)
    total = spec.epochs * steps
    shown = sorted({round(place * (total - 1) / (_POINTS - 1)) for place in range(_POINTS)})
    curve = [(step / steps, schedules.rate(spec, step, steps)) for step in shown]
    return [*curve, (float(spec.epochs), curve[-1][1])]


def schedule_curve(rates: list[tuple[float, float]], *, name: str, x_axis: str, palette: Palette) -> dict[str, Any]:
    """An ECharts option; ``name`` is that of the quantity, for whoever points at the curve."""
    label = {"color": palette.text, "fontSize": 12}
    line = {
        "type": "line",
        "name": name,
        "data": [list(point) for point in rates],
        "showSymbol": False,
        "lineStyle": {"width": 2.25, "color": palette.accent},
        "itemStyle": {"color": palette.accent},
        "emphasis": {"disabled": True},
    }
    axis_name = {"nameLocation": "middle", "nameGap": 24, "nameTextStyle": label, "axisLabel": label}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 16, "top": 12, "bottom": 28, "containLabel": True},
        "legend": {"show": False},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3g"},
        "xAxis": {
            "type": "value",
            "name": x_axis,
            **axis_name,
            "min": 0,
            "max": rates[-1][0],
            "minInterval": 1,
            "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.grid}},
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "splitNumber": 3,
            "splitLine": {"lineStyle": {"color": palette.grid}},
            "axisLabel": {**label, "formatter": "{value}"},
        },
        "series": [line],
    }
