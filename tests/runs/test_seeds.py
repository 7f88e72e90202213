"""Groups of runs over seeds: against scipy's t tests and by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import seeds
from cnnlab.runs.run import Run
from cnnlab.runs.seeds_words import sentences
from cnnlab.runs.states import RunState


def run(
    run_id: str, accuracy: float | None, group: str | None = None, metric: str = "accuracy", **changes: object
) -> Run:
    result = {} if accuracy is None else {"test": {metric: accuracy}}
    experiment = Experiment().changed({"name": run_id, **changes})
    return Run(run_id, run_id, "", RunState.FINISHED, group=group, result=result, experiment=experiment)


def repeated(name: str, accuracies: Sequence[float]) -> list[Run]:
    return [
        run(name if place == 0 else f"{name}{place}", a, name if place else None) for place, a in enumerate(accuracies)
    ]


def test_a_run_and_those_that_repeat_it_are_a_group() -> None:
    runs = [*repeated("a", [0.9, 0.92]), run("b", 0.8), run("c", None, "a"), run("d", 0.3, "a", "loss")]
    (group,) = seeds.groups(runs)
    assert group.places == (0, 1)
    assert (group.metric, group.mean) == ("test_accuracy", pytest.approx(0.91))


def test_runs_that_belong_together_for_another_reason_do_not_repeat_each_other() -> None:
    seeds_differ = [run("a", 0.9, "g"), run("b", 0.8, "g", **{"training.seed": 4})]
    assert len(seeds.groups(seeds_differ)) == 1
    rates_differ = [run("a", 0.9, "g"), run("b", 0.8, "g", **{"training.learning_rate": 0.1})]
    assert seeds.groups(rates_differ) == []


def test_the_interval_of_the_mean_is_students() -> None:
    values = [0.91, 0.93, 0.9, 0.94, 0.92]
    (group,) = seeds.groups(repeated("a", values))
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (group.low, group.high) == (pytest.approx(low), pytest.approx(high))
    assert group.deviation == pytest.approx(np.std(values, ddof=1))


@pytest.mark.parametrize("second", [[0.89, 0.9, 0.88], [0.91, 0.935, 0.9], [0.5, 0.9]])
def test_two_groups_are_compared_as_welch_does(second: list[float]) -> None:
    first = [0.91, 0.93, 0.9, 0.94]
    a, b = seeds.groups([*repeated("a", first), *repeated("b", second)])
    found = seeds.contrast(a, b)
    assert found is not None
    expected = stats.ttest_ind(first, second, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_without_any_spread_nothing_is_said() -> None:
    a, b = seeds.groups([*repeated("a", [0.9, 0.9]), *repeated("b", [0.8, 0.8])])
    assert seeds.contrast(a, b) is None
    assert sentences([a, b], ["a"] * 4, "en") == []


def test_of_groups_without_a_difference_few_are_called_real() -> None:
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(500):
        a, b = seeds.groups([*repeated("a", rng.normal(0.9, 0.01, 5)), *repeated("b", rng.normal(0.9, 0.01, 5))])
        found = seeds.contrast(a, b)
        called += found is not None and found.real
    assert called / 500 <= 0.07


def test_the_better_one_is_named_first(home: Home) -> None:
    runs = [*repeated("a", [0.8, 0.81, 0.82]), *repeated("b", [0.9, 0.91, 0.92])]
    (sentence,) = sentences(seeds.groups(runs), [one.name for one in runs], "en")
    assert sentence.startswith("Over seeds too, b is better: by 7.")
