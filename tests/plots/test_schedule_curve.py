"""The learning rate as it will be drawn."""

from __future__ import annotations

import pytest

from cnnlab.experiment import Experiment, TrainingSpec
from cnnlab.plots.palette import LIGHT
from cnnlab.plots.schedule import planned_rates, schedule_curve


def spec(**changes: object) -> TrainingSpec:
    return Experiment().changed({f"training.{name.replace('__', '.')}": v for name, v in changes.items()}).training


def test_a_constant_rate_is_a_level_line_over_all_epochs() -> None:
    rates = planned_rates(spec(epochs=5), 20)
    assert (rates[0], rates[-1]) == ((0.0, 0.001), (5.0, 0.001))
    assert {rate for _, rate in rates} == {0.001}


def test_one_cycle_rises_and_falls() -> None:
    rates = planned_rates(spec(epochs=10, schedule__name="one_cycle"), 20)
    values = [rate for _, rate in rates]
    assert values[0] == pytest.approx(0.001 / 25)
    peak_at, peak = max(rates, key=lambda point: point[1])
    assert peak == pytest.approx(0.001, rel=1e-3)
    assert peak_at == pytest.approx(3, abs=0.1)
    assert values[-1] < values[0]


@pytest.mark.parametrize(("epochs", "steps"), [(1, 1), (1, 2), (100_000, 1), (3, 5000), (7, None)])
def test_few_points_in_order_whatever_the_length(epochs: int, steps: int | None) -> None:
    rates = planned_rates(spec(epochs=epochs, schedule__name="cosine"), steps)
    places = [place for place, _ in rates]
    assert len(rates) <= 242
    assert places == sorted(places)
    assert places[-1] == epochs


def test_the_chart_carries_its_words_and_its_range() -> None:
    option = schedule_curve(planned_rates(spec(epochs=4), 3), name="Tasa", x_axis="época", palette=LIGHT)
    assert (option["series"][0]["name"], option["xAxis"]["name"]) == ("Tasa", "época")
    assert option["xAxis"]["max"] == 4.0
    assert option["yAxis"]["min"] == 0
