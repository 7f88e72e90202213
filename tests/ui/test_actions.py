"""Names of runs that are started again, and the cure that a failure suggests."""

from __future__ import annotations

import pytest

from cnnlab.errors import Problem
from cnnlab.experiment import Experiment
from cnnlab.names import friendly_name
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui import actions

RUN_ID = "0123456789abcdef" * 2


def run(name: str = "", reason: Problem | None = None, experiment: Experiment | None = None) -> Run:
    return Run(RUN_ID, name, "ada", RunState.FAILED, reason=reason, experiment=experiment or Experiment())


@pytest.mark.parametrize(
    ("name", "following"),
    [
        (friendly_name(RUN_ID), ""),
        ("faces", "faces-2"),
        ("faces-2", "faces-3"),
        ("faces-99", "faces-100"),
        ("a\nb", "a\nb-2"),
        ("x" * 255, "x" * 240 + "-2"),
    ],
)
def test_the_next_name(name: str, following: str) -> None:
    assert actions.next_name(run(name)) == following


def test_the_cure_is_the_suggested_change() -> None:
    reason = Problem("loss_not_finite", "training.learning_rate", {"value": "0.1", "suggestion": "0.01", "epoch": 1})
    assert actions.cure(run(reason=reason)) == {"training.learning_rate": "0.01"}
    assert Experiment().changed(actions.cure(run(reason=reason))).training.learning_rate == 0.01


@pytest.mark.parametrize(
    "reason",
    [
        None,
        Problem("out_of_memory", "training.batch_size"),
        Problem("worker_vanished"),
        Problem("x", "not.a.setting", {"suggestion": "1"}),
    ],
)
def test_without_a_suggestion_there_is_no_cure(reason: Problem | None) -> None:
    assert actions.cure(run(reason=reason)) == {}
