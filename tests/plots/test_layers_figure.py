"""Where the costs of a network sit."""

from __future__ import annotations

from cnnlab.plots.layers import bars
from cnnlab.plots.palette import LIGHT


def test_the_largest_is_in_the_accent_and_every_bar_has_its_label() -> None:
    figure = bars(["a", "<b>"], [1, 3], ["1 · 25 %", "3 · 75 %"], LIGHT, "en", x_axis="parameters")
    (trace,) = figure.data
    assert list(trace.marker.color) == [LIGHT.muted, LIGHT.accent]
    assert list(trace.text) == ["1 · 25 %", "3 · 75 %"]
    assert list(figure.layout.yaxis.ticktext) == ["a", "&lt;b&gt;"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_without_costs_nothing_is_the_largest() -> None:
    figure = bars(["a", "b"], [0, 0], ["0", "0"], LIGHT, "es", x_axis="MAC")
    assert set(figure.data[0].marker.color) == {LIGHT.muted}
    assert figure.layout.xaxis.range[1] > 0


def test_more_stages_make_a_taller_figure() -> None:
    heights = [bars(["a"] * n, [1] * n, ["1"] * n, LIGHT, "en", x_axis="x").layout.height for n in (2, 20)]
    assert heights[1] > heights[0]
