"""Runs that only MLflow knows, whose tags somebody edited by hand: what can be read is shown, nothing raises."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.runs import mlflow_store, tags
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign

RUN_ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "text", ["", "twice", "1e999", "nan", "[1]", '"a"', "{}", '{"phase": 1, "more": 2}', "{", "null"]
)
@pytest.mark.parametrize(
    "name", [tags.ATTEMPT, tags.RESUMED_FROM, tags.PROGRESS, tags.REASON, tags.RESULT, tags.EXPERIMENT, tags.CREATED]
)
def test_an_edited_tag_leaves_the_rest_of_the_run(mlflow_home: Home, name: str, text: str) -> None:
    experiment = mlflow_store.ensure_store(mlflow_home)
    client = mlflow_store.connect(mlflow_home)
    said = {tags.RUN_ID: RUN_ID, tags.STATE: RunState.FINISHED.value, name: text}
    stored = client.create_run(experiment, tags=said, run_name="edited")
    client.log_metric(stored.info.run_id, "val_loss", 1e308)
    client.log_metric(stored.info.run_id, "test_accuracy", float("nan"))
    (run,) = foreign(mlflow_home)
    assert (run.run_id, run.name, run.attempt) == (RUN_ID, "edited", 1)
    assert isinstance(run.result, dict)
