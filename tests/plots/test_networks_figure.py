"""The timeline of networks."""

from __future__ import annotations

import pytest

from cnnlab.plots import networks
from cnnlab.plots.networks import Mark, label_sides, timeline
from cnnlab.plots.palette import DARK, LIGHT, Palette


def mark(key: str, year: int, value: float, *, chosen: bool = False, group: str = "Compact") -> Mark:
    return Mark(key, key, group, year, value, value, value * 10, f"{key} · {year}", chosen)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_chosen_are_in_the_accent_and_groups_have_symbols(colours: Palette) -> None:
    marks = [mark("One", 1980, 1e4), mark("Two", 2015, 1e7, chosen=True), mark("Three", 2017, 1e6, group="Hybrids")]
    figure = timeline(marks, colours, "en", x_axis="Year", y_axis="parameters")
    points = [trace for trace in figure.data if trace.mode != "lines"]
    assert [trace.name for trace in points] == ["Compact", "Hybrids"]
    assert list(points[0].marker.color) == [colours.muted, colours.accent]
    assert points[0].marker.symbol != points[1].marker.symbol
    assert figure.layout.yaxis.type == "log"
    assert [keys[0] for trace in points for keys in trace.customdata] == ["One", "Two", "Three"]


def test_labels_do_not_lie_on_each_other() -> None:
    crowd = [mark(f"Network {number}", 2015, 1e6 * (1 + number / 50)) for number in range(12)]
    sides = label_sides([mark("Old", 1980, 1e4), *crowd])
    assert sides["Old"] == "right"
    assert 0 < sum(bool(side) for side in sides.values()) < 13


def test_a_label_at_the_right_edge_stands_on_the_left() -> None:
    long = "A very long name of a network of today"
    assert label_sides([mark("Old", 1980, 1e4), mark(long, 2024, 1e8)])[long] == "left"


def test_a_chosen_label_goes_first() -> None:
    crowd = [mark(f"Network {number}", 2015, 1e6) for number in range(4)]
    sides = label_sides([*crowd, mark("Chosen one", 2015, 1e6, chosen=True)])
    assert sides["Chosen one"]


def test_user_text_is_no_markup() -> None:
    figure = timeline([mark("<b>x</b>", 2000, 10)], LIGHT, "es", x_axis="Año", y_axis="parámetros")
    points = figure.data[-1]
    assert "<b>" not in f"{points.text} {points.hovertext} {points.name}"


def test_one_family_alone_is_drawn() -> None:
    figure = timeline([Mark("a", "a", "g", 1998, 5.0, 5.0, 5.0, "a", False)], LIGHT, "en", x_axis="x", y_axis="y")
    assert len([trace for trace in figure.data if trace.mode != "lines"]) == 1
    assert figure.layout.height == networks.HEIGHT
