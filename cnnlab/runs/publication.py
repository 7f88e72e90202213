"""Brings one run in MLflow up to what its journal says. Every step may be repeated after a failure or a kill.

A run is found by its tag, so it is created once. An epoch is sent with the time its journal line states, which
MLflow stores once however often it is sent; and no epoch is sent that MLflow has already, so one that had to be
trained again (its checkpoint was damaged) is not doubled either.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.entities import Run as StoredRun

from cnnlab.home import Home
from cnnlab.runs import artifacts, logged_model, mlflow_store, tags
from cnnlab.runs import mlflow_values as values
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.note import note
from cnnlab.runs.position import read_position, stamp, write_position
from cnnlab.runs.states import MLFLOW_STATUS, RunState
from cnnlab.runs.tail import Tail

BATCH_METRICS = 900  # MLflow takes 1,000 values in all a call
BATCH_PARAMS = 100
HEARTBEAT_SECONDS = 10.0
DIGEST_LENGTH = 36  # what MLflow keeps of a dataset's digest


@dataclass(frozen=True)
class Point:
    """The metrics of one moment."""

    step: int
    milliseconds: int
    metrics: dict[str, float]

    def as_metrics(self) -> list[Metric]:
        return [Metric(name, value, self.milliseconds, self.step) for name, value in self.metrics.items()]


class Publication:
    """One run and its counterpart in MLflow. Opening it connects, and creates the counterpart when there is none."""

    def __init__(self, journal: Journal, home: Home) -> None:
        self._journal = journal
        self._home = home
        self._experiment = journal.experiment()
        self._experiment_id = mlflow_store.ensure_store(home)
        self._client = mlflow_store.connect(home)
        stored = self._find() or self._create()
        self._run_id: str = stored.info.run_id
        self._said: dict[str, str] = {}  # the changing tags as MLflow has them
        self._beats = int(stored.data.tags.get(tags.HEARTBEAT) or 0)
        self._beaten = 0.0
        self._dataset_known = bool(stored.inputs and stored.inputs.dataset_inputs)
        self._last_epoch = self._newest_epoch(stored)
        self._epochs = Tail(journal.folder / "epochs.jsonl")
        self._system = Tail(journal.folder / "system.jsonl")
        self._system_lines = 0
        self._pending: list[Point] = []
        self._pending_system: list[Point] = []
        self._system_known = int(self._position().get("system_lines") or 0)
        self._predictions: dict[str, str] = dict(self._position().get(artifacts.FOLDER) or {})
        self._describe()
        self._save_position()

    # finding and creating

    def _position(self) -> dict[str, Any]:
        """Where this run stood in this store: what is said of another store does not count."""
        position = read_position(self._journal.folder)
        return position if position.get("mlflow_tracking_uri") == self._uri else {}

    @property
    def _uri(self) -> str:
        return mlflow_store.display_uri(mlflow_store.tracking_uri(self._home))

    def _find(self) -> StoredRun | None:
        wanted = f"tags.`{tags.RUN_ID}` = '{self._journal.run_id}'"
        found = self._client.search_runs([self._experiment_id], wanted, ViewType.ALL, max_results=1)
        if not found:
            return None
        if found[0].info.lifecycle_stage == "deleted":  # in MLflow's own page, while the run lives on
            self._client.restore_run(found[0].info.run_id)
        return found[0]

    def _create(self) -> StoredRun:
        status = self._journal.status()
        fixed = values.fixed_tags(self._journal, self._home, self._experiment, status)
        fixed["mlflow.note.content"] = note(self._experiment, self._journal.run_id)
        fixed |= {name: value for name, value in values.state_tags(status).items() if value}
        begun = int(1000 * (status.started or status.created))
        return self._client.create_run(self._experiment_id, begun, fixed, self._experiment.name)

    def _describe(self) -> None:
        """Parameters and description: the same at every attempt, so sending them again changes nothing."""
        pairs = [Param(name, value) for name, value in values.params(self._experiment).items()]
        for start in range(0, len(pairs), BATCH_PARAMS):
            self._client.log_batch(self._run_id, params=pairs[start : start + BATCH_PARAMS])
        self._client.log_artifact(self._run_id, str(self._journal.folder / "experiment.yaml"))
        status = self._journal.status()
        self._client.update_run(self._run_id, status=MLFLOW_STATUS[status.state])

    def _newest_epoch(self, stored: StoredRun) -> int:
        """The newest epoch that MLflow has, whatever its metrics are called; 0 for none."""
        names = [n for n in stored.data.metrics if n.startswith(("train_", "val_", "epoch_")) and n != "train_seconds"]
        if not names:
            return 0
        name = "epoch_seconds" if "epoch_seconds" in names else names[0]
        return max((point.step for point in self._client.get_metric_history(self._run_id, name)), default=0)

    # while it runs

    def update(self) -> None:
        """Sends what is new. Raises what MLflow raises; what was not sent is sent at the next call."""
        self._read()
        if not self._dataset_known:
            self._send_dataset()
        status = self._journal.status()
        changed = self._changed_tags(status)
        points = self._pending + self._pending_system
        for chunk in _chunks(points):
            self._send([metric for point in chunk for metric in point.as_metrics()], {})
        if changed:
            self._send([], changed)
            self._said |= changed
        if self._pending:
            self._last_epoch = self._pending[-1].step
        if points:
            self._system_known = max(self._system_known, self._system_lines)
            self._pending, self._pending_system = [], []
            self._save_position()

    def _read(self) -> None:
        for record in self._epochs.read():
            newest = self._pending[-1].step if self._pending else self._last_epoch
            if record["epoch"] > newest:
                at = int(1000 * record["time"])
                self._pending.append(Point(int(record["epoch"]), at, values.epoch_metrics(record)))
        for record in self._system.read():
            self._system_lines += 1
            if self._system_lines > self._system_known:
                measured = values.finite({k: v for k, v in record.items() if k != "time"})
                self._pending_system.append(Point(self._system_lines, int(1000 * record["time"]), measured))

    def _changed_tags(self, status: Status) -> dict[str, str]:
        said = values.state_tags(status)
        now = time.monotonic()
        if status.state.is_active and now - self._beaten >= HEARTBEAT_SECONDS:
            self._beats, self._beaten = self._beats + 1, now
            said |= {tags.HEARTBEAT: str(self._beats), tags.HEARTBEAT_TIME: f"{time.time():.1f}"}
            said |= values.progress_tag(self._journal.progress())
        return {name: value for name, value in said.items() if self._said.get(name) != value}

    def _send(self, metrics: list[Metric], changed: dict[str, str]) -> None:
        self._client.log_batch(self._run_id, metrics, tags=[RunTag(name, value) for name, value in changed.items()])

    def _send_dataset(self) -> None:
        """The data as MLflow's input, as soon as the worker has prepared them and knows their fingerprint."""
        path = self._journal.folder / "model.json"
        if not path.exists():
            return
        card = json.loads(path.read_text("utf-8"))
        fingerprint, outputs = card["dataset_fingerprint"], card["outputs"]
        source = json.dumps({"dataset": card["dataset"], "fingerprint": fingerprint})
        profile = {"classes": len(outputs["class_names"]), "training_samples": sum(card["training_counts"])}
        data = Dataset(
            card["dataset"], fingerprint[:DIGEST_LENGTH], "cnnlab", source, profile=json.dumps(profile)
        )  # fmt: skip
        self._client.log_inputs(self._run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
        self._send([], {tags.DATASET_FINGERPRINT: fingerprint})
        self._dataset_known = True

    # at the end

    def finish(self) -> None:
        """Everything that a run leaves behind; first what is small and tells how it ended. Then it is complete."""
        self.update()
        status = self._journal.status()
        result = self._journal.result() if status.state is RunState.FINISHED else {}
        ended = int(1000 * (status.ended or time.time()))
        last = Point(int(result.get("best_epoch") or 0), ended, values.result_metrics(result))
        self._send(last.as_metrics(), values.result_tag(result))
        self._end(status, ended)
        self._send_files()
        if status.state is RunState.FINISHED and (self._journal.checkpoints / "best.safetensors").exists():
            logged_model.log_model(self._client, self._run_id, self._experiment_id, self._journal, last.as_metrics())
        self._save_position(complete=stamp(status))
        mlflow_store.analyze(self._home)

    def _end(self, status: Status, ended: int) -> None:
        kind = MLFLOW_STATUS[status.state]
        if status.state.is_final:
            self._client.set_terminated(self._run_id, kind, ended)
        else:
            self._client.update_run(self._run_id, status=kind)

    def _send_files(self) -> None:
        folder = self._journal.folder
        for path, place in (
            (folder / "log.txt", None),
            (folder / "split.npz", "data"),
        ):
            if path.is_file():
                self._client.log_artifact(self._run_id, str(path), place)
        now = artifacts.stamps(folder)
        for name in now:
            self._client.log_artifact(self._run_id, str(folder / artifacts.FOLDER / name), artifacts.FOLDER)
        self._predictions = now

    def _save_position(self, complete: str | None = None) -> None:
        position = {
            "mlflow_run_id": self._run_id,
            "mlflow_experiment_id": self._experiment_id,
            "mlflow_tracking_uri": self._uri,
            "last_epoch": self._last_epoch,
            "system_lines": self._system_known,
            "complete": complete,
            artifacts.FOLDER: self._predictions,
        }
        write_position(self._journal.folder, position)


def _chunks(points: list[Point]) -> list[list[Point]]:
    """Moments together as long as a call can hold them: an epoch is stored whole or not at all."""
    chunks: list[list[Point]] = []
    size = BATCH_METRICS + 1
    for point in points:
        if size + len(point.metrics) > BATCH_METRICS:
            chunks.append([])
            size = 0
        chunks[-1].append(point)
        size += len(point.metrics)
    return chunks
