"""Runs as a table: columns, the Pareto front, groups by a setting, differences from a baseline."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from scipy import stats

from cnnlab.evaluation.baseline import deltas
from cnnlab.evaluation.differences import pairs_of
from cnnlab.home import Home
from cnnlab.runs import grouping, table
from cnnlab.runs.pareto import front
from cnnlab.runs.table import Column
from cnnlab.runs.view import view
from tests.pages import made_runs
from tests.runs.test_comparison import answered, with_result


def test_what_was_set_measured_and_spent(home: Home) -> None:
    made = [with_result(home, "a", 0.9), made_runs.queued(home, "b", **{"training.learning_rate": 0.1})]
    found = {column.name: column for column in table.columns([view(home, one.run_id) for one in made])}
    assert found["test_accuracy"].values == (0.9, None)
    assert found["train_seconds"].values == (10.4, None)
    assert found["training.learning_rate"].values == (0.001, 0.1)
    assert "energy_kwh" not in found
    assert found["training.learning_rate"].numeric
    assert not found["data.dataset"].numeric
    assert not found["data.dataset"].varies


def test_values_that_are_no_finite_numbers_are_missing(home: Home) -> None:
    journal = made_runs.finished(home, "a")
    result = journal.result()
    journal.write_result({**result, "energy_kwh": "much", "macs": True, "test": {"accuracy": None, "loss": 0.5}})
    found = {column.name: column.values for column in table.columns([view(home, journal.run_id)])}
    assert found["test_loss"] == (0.5,)
    assert not {"energy_kwh", "macs", "test_accuracy"} & set(found)


def test_a_table_that_no_spreadsheet_runs(home: Home) -> None:
    runs = [view(home, made_runs.finished(home, name).run_id) for name in ("=1+1", 'a, b\n"c"')]
    read = list(csv.DictReader(io.StringIO(table.as_csv(runs, table.columns(runs)))))
    assert read[0]["name"] == "'=1+1"
    assert float(read[1]["test_accuracy"]) == 0.9778
    assert read[1]["run_id"] == runs[1].run_id


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_what_nothing_dominates(seed: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, 6, size=(25, 2)).astype(float)
    costs, results = drawn[:, 0].tolist(), drawn[:, 1].tolist()
    expected = {
        a
        for a in range(25)
        if not any(
            costs[b] <= costs[a] and results[b] >= results[a] and (costs[b] < costs[a] or results[b] > results[a])
            for b in range(25)
        )
    }
    assert set(front(costs, results)) == expected
    assert set(front([-cost for cost in costs], results, more_cost=True)) == expected
    assert set(front(costs, [-result for result in results], more_result=False)) == expected


def test_the_front_leaves_out_what_is_unknown() -> None:
    assert front([1, None, 3], [0.5, 0.9, None]) == [0]
    assert front([], []) == []


def test_groups_by_a_setting_with_students_interval() -> None:
    setting = Column("training.batch_size", "setting", (64, 32, 64, 64, None, 32))
    metric = Column("test_accuracy", "metric", (0.9, 0.7, 0.8, 0.94, 0.5, None))
    small, large, unknown = grouping.levels(setting, metric)
    assert (small.value, small.places, small.mean, small.low) == (32, (1,), 0.7, None)
    values = [0.9, 0.8, 0.94]
    reference = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (large.low, large.high) == pytest.approx(reference)
    assert large.deviation == pytest.approx(np.std(values, ddof=1))
    assert unknown.value is None


def test_differences_from_a_baseline_carry_the_paired_interval(home: Home) -> None:
    made = [answered(home, "good", 0), answered(home, "poor", 30), made_runs.queued(home, "later")]
    runs = [view(home, one.run_id) for one in made]
    pairs = pairs_of([run.folder for run in runs])
    for baseline, other, sign in ((0, 1, -1), (1, 0, 1)):
        found = {one.column: one for one in deltas(table.columns(runs), baseline, pairs)}
        accuracy = found["test_accuracy"]
        assert (accuracy.place, accuracy.difference, accuracy.real) == (other, pytest.approx(0.5 * sign), True)
        assert accuracy.low is not None
        assert accuracy.high is not None
        assert accuracy.low < accuracy.difference < accuracy.high
        assert found["train_seconds"].low is None
    assert deltas(table.columns(runs), 2, pairs) == []
