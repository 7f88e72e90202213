"""Explanations in one figure that is zoomed as a whole, and scorecards as dots."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.plots import attributions, scorecard
from cnnlab.plots.attributions import Square
from cnnlab.plots.palette import DARK, LIGHT, Palette
from cnnlab.plots.scorecard import Line, placed

PICTURE = np.zeros((4, 4, 3), np.uint8)
VALUES = np.arange(16, dtype=np.float32).reshape(4, 4) - 8


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_all_panels_zoom_together_and_tell_their_values(colours: Palette) -> None:
    row = [Square("image", PICTURE), Square("<b>map</b>", PICTURE, VALUES), Square("open", None)]
    made = attributions.figure([row, row], colours, "es", "valor")
    axes = [made.layout[name] for name in made.layout if name.startswith(("xaxis", "yaxis"))]
    matched = {axis.matches for axis in axes if axis.matches is not None}
    assert sorted(name[0] for name in matched) == ["x", "y"]
    assert len(axes) == 12
    assert sum(axis.matches is None for axis in axes) == 2  # those that the others follow
    maps = [trace for trace in made.data if trace.type == "heatmap"]
    assert len(maps) == 2
    assert np.array_equal(np.asarray(maps[0].z), VALUES)
    assert maps[0].hovertemplate.startswith("valor %{z")
    assert all(colour == "rgba(0,0,0,0)" for _, colour in maps[0].colorscale)  # the picture below has the colours
    titles = [note.text for note in made.layout.annotations]
    assert "&lt;b&gt;map&lt;/b&gt;" in titles
    assert all(note.font.color == colours.text for note in made.layout.annotations)


def test_better_is_always_to_the_right() -> None:
    low = Line("deletion", False, {"a": 0.1, "b": 0.5, "random": 0.9, "none": None}, {})
    assert [placed(low, name) for name in ("a", "b", "random", "none")] == [1.0, 0.5, 0.0, None]
    high = Line("insertion", True, {"a": 0.1, "b": 0.5, "random": 0.9}, {})
    assert [placed(high, name) for name in ("a", "b", "random")] == [0.0, 0.5, 1.0]
    assert placed(Line("flat", False, {"a": 2.0, "b": 2.0}, {}), "a") == 0.5


def test_maps_and_controls_differ_in_colour_and_in_symbol() -> None:
    values = {"Grad-CAM": 0.2, "Saliency": 0.3, "Random map": 0.5, "Edges": 0.4}
    lines = [Line("deletion", False, values, {name: f"{value}" for name, value in values.items()})]
    made = scorecard.figure(lines, ["Grad-CAM", "Saliency"], ["Random map", "Edges"], DARK, "en", "better →")
    assert [trace.name for trace in made.data] == list(values)
    assert len({trace.marker.symbol for trace in made.data}) == 4
    assert len({trace.marker.color for trace in made.data}) == 3  # the controls stand back in one colour
