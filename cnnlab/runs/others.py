"""Runs that other programs logged to the same MLflow store, as ``Run``: what any run in MLflow says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.home import RUN_ID, Home
from cnnlab.runs import mlflow_store
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState

if TYPE_CHECKING:
    import mlflow

MOST_METRICS = 60  # of one run that are read: each is a question of its own
_OWNER = "mlflow.user"
_DESCRIPTION = "mlflow.note.content"
_STATES = {
    "SCHEDULED": RunState.QUEUED,
    "RUNNING": RunState.RUNNING,
    "FINISHED": RunState.FINISHED,
    "FAILED": RunState.FAILED,
    "KILLED": RunState.STOPPED,
}


def others_run(stored: mlflow.entities.Run, home: Home) -> Run | None:
    """Its id is MLflow's own. ``None`` for one that can't be shown: of another form of id, or a state of its own."""
    info, said = stored.info, stored.data.tags
    state = _STATES.get(str(info.status))
    if state is None or not RUN_ID.fullmatch(str(info.run_id)):
        return None
    return Run(
        run_id=info.run_id,
        name=info.run_name or info.run_id[:8],
        owner=said.get(_OWNER, ""),
        state=state,
        dataset=_dataset(stored),
        created=(info.start_time or 0) / 1000,
        started=info.start_time / 1000 if info.start_time else None,
        ended=info.end_time / 1000 if info.end_time and state.is_final else None,
        local=False,
        by_cnnlab=False,
        mlflow_run_id=info.run_id,
        mlflow_experiment_id=info.experiment_id,
        mlflow_tracking_uri=mlflow_store.display_uri(mlflow_store.tracking_uri(home)),
        note=said.get(_DESCRIPTION, ""),
        tags={name: value for name, value in said.items() if not name.startswith(("mlflow.", "cnnlab."))},
    )


def _dataset(stored: mlflow.entities.Run) -> str:
    """Of its inputs, where it states one."""
    inputs = stored.inputs.dataset_inputs if stored.inputs else []
    return str(inputs[0].dataset.name) if inputs else ""
