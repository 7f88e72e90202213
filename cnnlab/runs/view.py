"""The merged view: a folder on this machine gives the state and live progress, MLflow gives the rest.

Reading writes nothing. A run whose worker vanished is shown as LOST before anybody has written that down.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from cnnlab import yaml_io
from cnnlab.errors import LabError, Problem, RunError
from cnnlab.experiment import Experiment
from cnnlab.home import RUN_ID, Home
from cnnlab.runs import index, labels, position
from cnnlab.runs.epochs import Epochs
from cnnlab.runs.journal import Journal, Progress, Status
from cnnlab.runs.json_files import DAMAGED
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState

__all__ = ["Run", "foreign", "listing", "observed_status", "view"]

T = TypeVar("T")

# how long a run may be STARTING before a process has said that it works on it: on a busy machine the imports
# alone take a minute
START_SECONDS = 180.0
_LOOKED_INTO = 200  # settled runs of which a listing looks at the files: the newest, and as many others in turn
_STATE = "state.json"
_FILES = (_STATE, "experiment.yaml", "epochs.jsonl", "progress.json", "result.json", position.FILE, labels.FILE)


def view(home: Home, run_id: str) -> Run:
    """One run, of this home or else as MLflow knows it. Raises ``RunError`` ("unknown_run")."""
    folder = home.run_folder(run_id)
    if (folder / "state.json").is_file():
        return _local(Journal(folder), index.of(home))
    for run in foreign(home, run_id=run_id):
        return run
    raise RunError("unknown_run", value=run_id)


def listing(home: Home, *, limit: int = 50, states: Collection[RunState] | None = None) -> list[Run]:
    """The newest runs of this home, newest first, only those in ``states`` when given. Imports no MLflow."""
    ids = _ids(home)
    if not ids:
        return []
    kept = index.of(home)
    seen = [one for run_id in ids if (one := _seen(home, run_id, kept))]
    seen.sort(key=lambda one: one[0].created, reverse=True)
    found: list[Run] = []
    turn = kept.turn(_LOOKED_INTO, len(seen)) if states is None and limit >= len(seen) else range(0)
    for place, (status, run_id, settled) in enumerate(seen):
        if len(found) >= limit:
            break
        if settled and states is not None and status.state not in states:
            continue
        if settled and place >= _LOOKED_INTO and place not in turn:
            found.append(settled)
            continue
        journal = Journal(home.runs / run_id)
        observed = observed_status(journal, status)
        if states is None or observed.state in states:
            found.append(_run(journal, status, observed, kept))
    kept.keep(ids)
    kept.freeze()
    return found


def foreign(home: Home, *, limit: int = 50, run_id: str | None = None) -> list[Run]:
    """Runs that only MLflow knows: of other homes and machines, or whose folder is gone. Newest first.

    Only the one asked for by ``run_id`` comes with its epochs: MLflow reads them metric by metric.
    """
    from cnnlab.runs.foreign import read_foreign  # MLflow takes seconds to import

    return read_foreign(home, limit=limit, run_id=run_id)


def observed_status(journal: Journal, status: Status | None = None) -> Status:
    """The status as it is, not as it was last written: active without a living worker is LOST."""
    status = status or journal.status()
    if not status.state.is_active or _is_worked_on(journal, status):
        return status
    written = journal.status()  # the worker may have ended well between the two looks
    if written != status:
        return written if not written.state.is_active or _is_worked_on(journal, written) else _lost(written)
    return _lost(status)


def _is_worked_on(journal: Journal, status: Status) -> bool:
    if status.worker is None and status.state is RunState.STARTING:
        said = (journal.folder / "state.json").stat().st_mtime
        if time.time() - said < START_SECONDS:
            return True
    if status.worker is not None and status.worker.is_alive():
        return True
    return journal.is_held()


def _lost(status: Status) -> Status:
    return replace(status, state=RunState.LOST, worker=None, reason=Problem("worker_vanished"))


def _ids(home: Home) -> set[str]:
    try:
        return {name for name in os.listdir(home.runs) if RUN_ID.fullmatch(name)}  # noqa: PTH208  # names are enough
    except FileNotFoundError:
        return set()


def _seen(home: Home, run_id: str, kept: index.Index) -> tuple[Status, str, Run | None] | None:
    """The status as written, and the run where the index is sure of it; ``None`` for one that is being deleted."""
    entry = kept.settled(run_id)
    if entry is not None:
        return entry.status, run_id, entry.run
    status = _readable_status(Journal(home.runs / run_id), kept)
    return None if status is None else (status, run_id, None)


def _readable_status(journal: Journal, kept: index.Index) -> Status | None:
    """``None`` for a run that is being deleted; one whose file is damaged is shown as such, not hidden."""
    try:
        written = index.stamp(f"{journal.folder}/{_STATE}")
        known = kept.get(journal.run_id)
        if known is not None and known.stamps[0] == written and written is not None:
            return known.status
        return journal.status()
    except FileNotFoundError:
        return None
    except (RunError, OSError):
        return _damaged(journal)


def _damaged(journal: Journal) -> Status:
    created = journal.folder.stat().st_mtime
    reason = Problem(DAMAGED, _STATE, {"value": journal.run_id})
    return Status(journal.run_id, RunState.LOST, reason=reason, created=created)


def _local(journal: Journal, kept: index.Index) -> Run:
    status = _readable_status(journal, kept)
    if status is None:
        raise RunError("unknown_run", value=journal.run_id)
    return _run(journal, status, observed_status(journal, status), kept)


def _run(journal: Journal, written: Status, observed: Status, kept: index.Index) -> Run:
    """From the index only what has ended and said so: of the others the files do not tell everything."""
    damaged = written.reason is not None and written.reason.code == DAMAGED
    if not written.state.is_final or damaged:
        return _made(journal, observed, _facts(journal))
    return _ended(journal, written, kept)


def _ended(journal: Journal, status: Status, kept: index.Index) -> Run:
    """A run that has ended, as the index knows it while its files are the same; else read, and then known."""
    folder, run_id = str(journal.folder), journal.run_id
    rested = index.rested_stamp(folder)  # before the files, so that what comes between is seen the next time
    stamps = tuple([index.stamp(f"{folder}/{name}") for name in _FILES])
    known = kept.get(run_id)
    if known is None or known.stamps != stamps or known.status != status:
        facts = _facts(journal)
        run = _made(journal, status, facts)
        if facts["damaged"]:
            return run
        with contextlib.suppress(ValueError, TypeError):  # what JSON can't hold is read again
            kept.put(run_id, index.Entry(stamps, status, json.dumps(_stored(facts)), run, rested))
        return run
    run = known.run or _made(journal, status, _restored(journal, json.loads(known.facts)))
    if known.run is None or known.folder != rested:
        kept.put(run_id, index.Entry(stamps, status, "", run, rested), stored=False)
    return run


def _facts(journal: Journal) -> dict[str, Any]:
    """All that a run's files say beside its status; ``damaged``: what is wrong with one that can't be read.

    Progress that can't be read takes nothing from a run.
    """
    unreadable: list[Problem] = []

    def readable(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except RunError as error:
            unreadable.append(error.problem)
            return otherwise

    nothing: dict[str, Any] = {}
    progress = None
    with contextlib.suppress(RunError):
        progress = journal.progress()
    return {
        "description": _description(journal),
        "epochs": Epochs.of(journal.folder / "epochs.jsonl", readable(journal.epochs, [])),
        "progress": None if progress is None else progress.__dict__,
        "result": readable(journal.result, nothing),
        "position": readable(lambda: position.read_position(journal.folder), nothing),
        "labels": labels.stored_labels(journal.folder).as_dict(),
        "damaged": unreadable[0] if unreadable else None,
    }


def _stored(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "epochs": facts["epochs"].as_dict()}


def _restored(journal: Journal, facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "epochs": Epochs.from_dict(journal.folder / "epochs.jsonl", facts["epochs"])}


def _made(journal: Journal, status: Status, facts: dict[str, Any]) -> Run:
    if facts.get("damaged") and status.state.is_final:  # what it says of itself can't be trusted
        status = replace(status, state=RunState.LOST, reason=facts["damaged"])
    experiment = _experiment(facts["description"])
    progress = Progress(**facts["progress"]) if facts["progress"] else None
    published = facts["position"]
    heard = time.time() - progress.time if progress and status.state.is_active else None
    return Run(
        run_id=status.run_id,
        name=experiment.name if experiment else journal.run_id[:8],
        owner=experiment.owner if experiment else "",
        state=status.state,
        reason=status.reason,
        stop_reason=status.stop_reason,
        attempt=status.attempt,
        dataset=experiment.data.dataset if experiment else "",
        architecture=experiment.model.architecture if experiment else "",
        experiment=experiment,
        created=status.created,
        started=status.started,
        ended=status.ended,
        parent=status.parent,
        group=status.group,
        resumed_from=status.resumed_from,
        epochs=facts["epochs"],
        progress=progress,
        result=facts["result"],
        worker_pid=status.worker.pid if status.worker else None,
        folder=journal.folder,
        heard_seconds=heard,
        mlflow_run_id=published.get("mlflow_run_id"),
        mlflow_experiment_id=published.get("mlflow_experiment_id"),
        mlflow_tracking_uri=published.get("mlflow_tracking_uri"),
        note=facts["labels"]["note"],
        tags=facts["labels"]["tags"],
    )


def _experiment(described: Any) -> Experiment | None:
    try:
        return Experiment.from_dict(described)
    except LabError:
        return None  # the run is shown without its description; training it says what is wrong with the file


def _description(journal: Journal) -> Any:
    """What ``experiment.yaml`` holds, not yet checked; ``None`` where it is not to be read."""
    path = journal.folder / "experiment.yaml"
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError, LabError):
        return None


@functools.lru_cache(maxsize=256)
def _parsed(path: Path, _written: int) -> Any:
    # a description never changes, and parsing it is most of the cost of looking at a run that is open
    return yaml_io.parse(path.read_text("utf-8"), source=path.name)
