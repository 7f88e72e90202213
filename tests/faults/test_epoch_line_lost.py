"""Killed between an epoch's checkpoint and its line in the journal: the resumed run has every epoch's line, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cnnlab import worker
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState


class Killed(BaseException):
    """Not an ``Exception``: like a kill, it leaves no time to write what became of the run."""


@pytest.mark.slow
def test_the_line_is_written_by_the_resume(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"training.epochs": 3, "training.early_stopping.patience": 0, "training.threads": 1}
    journal = Journal.create(mlflow_home, Experiment().changed(settings))
    append = Journal.append_epoch

    def killed_at_the_second(self: Journal, record: Mapping[str, Any]) -> None:
        if record["epoch"] == 2:
            raise Killed
        append(self, record)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append_epoch", killed_at_the_second)
        with pytest.raises(Killed):
            worker.run(journal, 1, mlflow_home)
    assert [record["epoch"] for record in journal.epochs()] == [1]
    resumed = journal.transition(RunState.STARTING, allowed=(RunState.RUNNING,), next_attempt=True, worker=None)
    assert resumed is not None
    assert worker.run(journal, resumed.attempt, mlflow_home) is RunState.FINISHED
    assert journal.status().resumed_from == 2
    assert [record["epoch"] for record in journal.epochs()] == [1, 2, 3]
    assert all(record["val_loss"] > 0 for record in journal.epochs())
