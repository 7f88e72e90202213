"""The figure of one score: dots where the means are, whiskers as long as the intervals."""

from __future__ import annotations

from cnnlab.plots.palette import LIGHT
from cnnlab.plots.score_intervals import Dot, figure

DOTS = [
    Dot("Grad-CAM", 0.4, 0.3, 0.6, "0.400"),
    Dot("<b>mine</b>", 0.5, None, None, "0.500"),
    Dot("Random map", 0.7, 0.65, 0.75, "0.700", is_control=True),
]


def test_dots_stand_at_their_means_in_the_given_order() -> None:
    made = figure(DOTS, "Deletion area", LIGHT, "en")
    methods, controls = made.data
    assert list(methods.x) == [0.4, 0.5]
    assert list(controls.x) == [0.7]
    assert [round(reach, 6) for reach in methods.error_x.array] == [0.2, 0.0]
    assert [round(reach, 6) for reach in methods.error_x.arrayminus] == [0.1, 0.0]
    assert list(made.layout.yaxis.categoryarray)[-1] == "Grad-CAM"
    assert made.layout.xaxis.title.text == "Deletion area"


def test_controls_are_drawn_apart_and_names_are_no_markup() -> None:
    made = figure(DOTS, "Deletion area", LIGHT, "es")
    methods, controls = made.data
    assert methods.y[1] == "&lt;b&gt;mine&lt;/b&gt;"
    assert (methods.marker.color, controls.marker.color) == (LIGHT.accent, LIGHT.muted)
    assert methods.marker.symbol != controls.marker.symbol
    assert [shape.x0 for shape in made.layout.shapes] == [0.7]
