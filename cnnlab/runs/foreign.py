"""Runs that only MLflow knows, as ``Run``: what their tags say, and how long ago. Others' runs: see ``others``."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cnnlab.errors import LabError, Problem, RunError
from cnnlab.experiment import Experiment
from cnnlab.home import RUN_ID, Home
from cnnlab.runs import mlflow_store, tags
from cnnlab.runs.asking import asking
from cnnlab.runs.journal import Progress
from cnnlab.runs.labels_published import NOTE
from cnnlab.runs.others import MOST_METRICS, others_run
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState

if TYPE_CHECKING:
    import mlflow
    from mlflow import MlflowClient

PAGE = 200
BEST = "best_epoch"  # a metric, stored at the epochs that were the best so far


def read_foreign(home: Home, *, limit: int, run_id: str | None = None) -> list[Run]:
    """See ``view.foreign``. Raises ``RunError`` as ``asking``."""
    if not mlflow_store.has_store(home):
        return []
    with asking(home) as client:
        return _search(client, home, limit, run_id)


def _search(client: MlflowClient, home: Home, limit: int, run_id: str | None) -> list[Run]:
    if run_id:
        return _one(client, home, run_id)
    found: list[Run] = []
    page: str | None = None
    places = [experiment.experiment_id for experiment in client.search_experiments()]
    while places and len(found) < limit:
        runs = client.search_runs(places, max_results=PAGE, order_by=["start_time DESC"], page_token=page)
        found += [run for stored in runs if (run := _foreign(stored, home)) is not None]
        page = runs.token
        if not page:
            break
    return found[:limit]


def _one(client: MlflowClient, home: Home, run_id: str) -> list[Run]:
    """By CNN Lab's id, or by MLflow's own for what another program logged; with its epochs."""
    experiment = client.get_experiment_by_name(mlflow_store.EXPERIMENT)
    stored: list[mlflow.entities.Run] = []
    if experiment is not None:
        wanted = f"tags.`{tags.RUN_ID}` = '{run_id}'"  # the id is 32 hex digits by now
        stored = list(client.search_runs([experiment.experiment_id], wanted, max_results=1))
    stored = stored or _by_mlflow_id(client, run_id)
    return [_with_epochs(client, run) for one in stored if (run := _foreign(one, home)) is not None]


def _by_mlflow_id(client: MlflowClient, run_id: str) -> list[mlflow.entities.Run]:
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return []
    return [found] if found.info.lifecycle_stage == "active" else []


def _foreign(stored: mlflow.entities.Run, home: Home) -> Run | None:
    """``None`` for a run of this home."""
    run = _run(stored, home) or others_run(stored, home)
    said = stored.data.tags.get(tags.RUN_ID, "")
    here = RUN_ID.fullmatch(said) and (home.run_folder(said) / "state.json").exists()
    return None if here else run


def _run(stored: mlflow.entities.Run, home: Home) -> Run | None:
    """``None`` for what another program logged."""
    said = stored.data.tags
    try:
        home.run_folder(said.get(tags.RUN_ID, ""))
        state = RunState(said.get(tags.STATE, ""))
    except (RunError, ValueError):
        return None
    experiment = _experiment(said.get(tags.EXPERIMENT))
    info = stored.info
    return Run(
        run_id=said[tags.RUN_ID],
        name=info.run_name or said[tags.RUN_ID][:8],
        owner=said.get(tags.OWNER, ""),
        state=state,
        reason=_reason(said.get(tags.REASON)),
        stop_reason=said.get(tags.STOP_REASON) or None,
        attempt=_whole(said.get(tags.ATTEMPT)) or 1,
        dataset=said.get(tags.DATASET, ""),
        architecture=said.get(tags.ARCHITECTURE, ""),
        experiment=experiment,
        created=_number(said.get(tags.CREATED)) or (info.start_time or 0) / 1000,
        started=_number(said.get(tags.STARTED)),
        ended=info.end_time / 1000 if info.end_time else None,
        parent=said.get(tags.PARENT) or None,
        group=said.get(tags.GROUP) or None,
        resumed_from=_whole(said.get(tags.RESUMED_FROM)),
        progress=_progress(said.get(tags.PROGRESS)),
        result=_mapping(said.get(tags.RESULT)),
        folder=None,
        local=False,
        heard_seconds=_heard(said) if state.is_active else None,
        mlflow_run_id=info.run_id,
        mlflow_experiment_id=info.experiment_id,
        mlflow_tracking_uri=mlflow_store.display_uri(mlflow_store.tracking_uri(home)),
        host=said.get(tags.HOST, ""),
        note=said.get(NOTE, ""),
        tags={name: value for name, value in said.items() if not name.startswith(("mlflow.", "cnnlab."))},
    )


def _with_epochs(client: MlflowClient, run: Run) -> Run:
    """The records of the epochs, put together from one history a metric."""
    assert run.mlflow_run_id is not None  # noqa: S101
    stored = client.get_run(run.mlflow_run_id)
    records: dict[int, dict[str, Any]] = defaultdict(dict)
    names = [name for name in stored.data.metrics if name != BEST and not name.startswith(("system/", "test_"))]
    for name in names if run.by_cnnlab else names[:MOST_METRICS]:
        for point in client.get_metric_history(run.mlflow_run_id, name):
            records[point.step].update({"epoch": point.step, "time": point.timestamp / 1000, name: point.value})
    for point in client.get_metric_history(run.mlflow_run_id, BEST):
        records[point.step]["best"] = point.step == int(point.value)
    epochs = [records[step] for step in sorted(records) if "epoch" in records[step]]
    return Run(**{**run.__dict__, "epochs": [_unprefixed(record) for record in epochs]})


def _unprefixed(record: dict[str, Any]) -> dict[str, Any]:
    return {("seconds" if name == "epoch_seconds" else name): value for name, value in record.items()}


def _heard(said: dict[str, str]) -> float | None:
    when = _number(said.get(tags.HEARTBEAT_TIME))
    return max(0.0, time.time() - when) if when else None


def _experiment(text: str | None) -> Experiment | None:
    if not text:
        return None
    try:
        return Experiment.from_dict(_json(text))
    except LabError:
        return None  # of a later version: the rest of the run is still worth showing


def _json(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None  # somebody edited the tag by hand


def _mapping(text: str | None) -> dict[str, Any]:
    found = _json(text)
    return found if isinstance(found, dict) else {}


def _reason(text: str | None) -> Problem | None:
    try:
        return Problem.from_dict(_mapping(text)) if _mapping(text) else None
    except (KeyError, TypeError, ValueError):
        return None


def _progress(text: str | None) -> Progress | None:
    try:
        return Progress(**_mapping(text)) if _mapping(text) else None
    except TypeError:
        return None


def _whole(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None and math.isfinite(number) else None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
