"""The test split as arrays: read, measured where it is gone or damaged, refused before a run has ended."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab import worker
from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import held_out_predictions
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.predictions import PREDICTIONS
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.training.fit import Step
from tests.evaluation.made_weights import untrained
from tests.pages import made_runs


def test_it_is_what_the_predictions_say(home: Home) -> None:
    run = untrained(home)
    found = judged(run, home)  # nothing was stored: measured now
    columns = held_out_predictions(run, home)
    assert found.labels.tolist() == columns["label"]
    assert found.predictions.tolist() == columns["prediction"]
    assert list(found.files) == columns["file"]
    assert np.allclose(found.probabilities, columns["probabilities"])
    assert np.allclose(found.confidence, columns["probability"])
    assert found.names == tuple(str(digit) for digit in range(10))
    assert int(found.wrong.sum() + found.right.sum()) == len(found) == 270

    (run.folder / PREDICTIONS).write_bytes(b"PAR1 and nothing more")
    assert judged(run, home).labels.tolist() == found.labels.tolist()


@pytest.mark.parametrize("make", [made_runs.queued, made_runs.running])
def test_nobody_looks_before_the_end(home: Home, make: made_runs.Make) -> None:
    with pytest.raises(LabError) as refused:
        judged(make(home), home)
    assert refused.value.problem.code == "run_in_training"


def test_predictions_and_weights_that_are_both_gone(home: Home) -> None:
    run = untrained(home)
    (run.checkpoints / "best.safetensors").unlink()
    with pytest.raises(LabError) as gone:
        judged(run, home)
    assert gone.value.problem.code == "model_missing"
    assert run.status().state is RunState.FINISHED


def test_an_attempt_forgets_what_was_measured_of_earlier_weights(mlflow_home: Home) -> None:
    journal = Journal.create(mlflow_home, Experiment().changed({"training.threads": 1}), worker=ProcessIdentity.own())
    (journal.folder / PREDICTIONS).parent.mkdir()
    (journal.folder / PREDICTIONS).write_bytes(b"of other weights")

    def stop_in_training(event: object) -> None:
        if isinstance(event, Step):
            journal.request_stop()

    assert worker.run(journal, 1, mlflow_home, report=stop_in_training) is RunState.STOPPED
    assert not (journal.folder / PREDICTIONS).exists()
