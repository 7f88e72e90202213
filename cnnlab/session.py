"""What a worker does with one run: prepare, restore, train, conclude; each step leaves the journal whole."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import torch

from cnnlab.data import rarity
from cnnlab.data.load import Dataset, load
from cnnlab.data.splits import SplitIndex
from cnnlab.energy import costs
from cnnlab.energy.spent import Spending
from cnnlab.errors import ExperimentError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import PREDICTIONS, Origin, forget_predictions, write_predictions
from cnnlab.evaluation.stored import weights_name
from cnnlab.explain.timeline.tracking import Tracker
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.pace import Pace
from cnnlab.runs import first_weights
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.states import RunState
from cnnlab.signs import Signs
from cnnlab.tasks.build import build_task
from cnnlab.tasks.outputs import network_outputs
from cnnlab.training import checkpoints, fine_tuning, runtime
from cnnlab.training import first_weights as first_weights_of
from cnnlab.training.fit import EpochResult, FitState, Step, fit
from cnnlab.training.measure import Measured, Measuring, drain, measuring

PROGRESS_SECONDS = 0.5
STOP_SECONDS = 0.05


class Stopped(Exception):  # noqa: N818  # not an error: somebody asked for it
    """A stop was asked for, and what was done so far is safe."""


class Session:
    """One attempt at one run: ``prepare``, ``train``, ``conclude``. The first two raise ``Stopped`` when asked to."""

    def __init__(self, journal: Journal, home: Home, attempt: int, report: Callable[[Any], None]) -> None:
        self._journal = journal
        self._attempt = attempt
        self._report = report
        self._home = home
        self._pace = Pace()
        self._signs = Signs(journal, self._pace, report)
        self._saved: tuple[int, int] | None = None  # the place in the run that the last checkpoint holds
        self._resumed_from: int | None = None
        self._trained = False  # by this attempt
        self._experiment = journal.experiment()
        self._spec = self._experiment.training

    # preparing

    def prepare(self) -> None:
        """Data, network and state, as the last whole checkpoint has them; then the run is RUNNING."""
        self._runtime = runtime.prepare(self._spec)
        self._data = self._load()
        self._stop_if_asked()
        self._build()
        self._restore()
        experiment, log = self._experiment, self._journal.log
        self._maps = Tracker(self._journal.folder, experiment, self._data, self._network, self._task, self._state, log)
        self._announce()

    def _load(self) -> Dataset:
        split_path = self._journal.folder / "split.npz"
        split = SplitIndex.load(split_path) if split_path.exists() else None
        spec = self._experiment.data
        known = self._known_fingerprint()
        if known is not None:
            spec = spec.model_copy(update={"fingerprint": known})
        dataset = load(spec, self._home, progress=self._loading, split=split)
        if split is None:
            dataset.split.save(split_path)
        return dataset

    def _known_fingerprint(self) -> str | None:
        """What the run was started with: a resume must find the same data."""
        if not (self._journal.folder / "model.json").exists():
            return self._experiment.data.fingerprint
        return Card.read(self._journal.folder).dataset_fingerprint

    def _loading(self, phase: str, done: int, total: int) -> None:
        if self._pace.due("progress", PROGRESS_SECONDS):
            self._signs.say(Progress(phase, step=done, steps=total))
            self._stop_if_asked()

    def _build(self) -> None:
        data, spec = self._data, self._spec
        torch.manual_seed(spec.seed)
        self._outputs = network_outputs(self._experiment.task, data.outputs.count)
        network = build_network(self._experiment.model, data.kind, self._outputs, data.mean, data.std)
        self._begins = first_weights_of.begin(network, first_weights.read(self._journal.folder), spec)
        self._network = self._runtime.place(network)
        self._task = build_task(self._experiment, data.outputs, data.training_counts)
        self._state = FitState.fresh(self._network, self._task, spec)
        self._training = data.train.to(self._runtime.device)
        self._validation = data.validation.to(self._runtime.device)
        self._augment = rarity.augmenter_of(data, self._experiment.data, spec.seed)

    def _restore(self) -> None:
        journal = self._journal
        restored = checkpoints.load_latest(journal.checkpoints, self._network, self._state)
        journal.truncate_epochs(restored.epoch if restored else 0)
        if restored:
            for name in restored.refused:
                journal.log(f"checkpoint {name[:40]}… is damaged: the one before is used")
            if restored.best_lost:
                journal.log("the weights of the best epoch are damaged: the best epoch is looked for anew")
            self._compare_conditions()
            self._write_lost_line(restored.epoch)
            journal.log(f"resumed after epoch {restored.epoch}, batch {restored.step}")
            self._resumed_from = restored.epoch

    def _write_lost_line(self, epoch: int) -> None:
        """A kill between an epoch's checkpoint and its line: the checkpoint has the line, so nobody trains it again."""
        recorded = self._journal.epochs()
        record = (checkpoints.stored_meta(self._journal.checkpoints) or {}).get("record")
        if record and record["epoch"] == epoch and (not recorded or recorded[-1]["epoch"] < epoch):
            self._journal.append_epoch(record)

    def _announce(self) -> None:
        """Says what the weights will need to be used, then that training begins."""
        journal, data = self._journal, self._data
        forget_predictions(journal.folder)  # measured after an earlier attempt, of other weights
        card = Card(
            self._experiment.to_dict(),
            data.kind,
            data.outputs,
            data.mean,
            data.std,
            data.name,
            data.fingerprint,
            data.training_counts,
        )
        card.write(journal.folder)
        fields: dict[str, Any] = {} if self._resumed_from is None else {"resumed_from": self._resumed_from}
        if journal.transition(RunState.RUNNING, allowed=(RunState.STARTING,), attempt=self._attempt, **fields) is None:
            raise Stopped
        journal.log(f"training on {self._runtime.device}, {self._runtime.precision}, {torch.get_num_threads()} threads")
        for remark in [*self._begins, *fine_tuning.remarks(self._network, self._spec, self._state.epoch)]:
            journal.log(remark)

    def _compare_conditions(self) -> None:
        before = (checkpoints.stored_meta(self._journal.checkpoints) or {}).get("conditions", {})
        changed = [name for name, value in self._runtime.conditions().items() if before.get(name) != value]
        if changed:
            self._journal.log(f"continued, not identical to an uninterrupted run: {', '.join(changed)} changed")

    # training

    def train(self) -> str:
        """Trains to the end and says why it ended: "completed" or "early_stopping"."""
        splits = (self._training, self._validation)
        events = fit(
            self._network, *splits, self._task, self._spec, self._runtime, state=self._state, augment=self._augment
        )
        with self._spending() as spending, closing(events):
            for event in events:
                spending.tick()
                self._pace.lap()
                if isinstance(event, EpochResult):
                    self._record_epoch(event)
                elif isinstance(event, Step):
                    self._record_step(event)
                else:
                    self._record_measuring("validating", event)
                self._report(event)
                self._stop_if_asked()
        with self._signs.unhurried("explaining"):
            self._maps.after(self._state.epoch, last=True)
        return "early_stopping" if self._state.stopped_early else "completed"

    def _spending(self) -> Spending:
        measure, gpu = self._experiment.tracking.energy.measure, costs.gpu_uuid(self._runtime.device)
        return Spending(self._journal.folder, self._attempt, measure=measure, gpu=gpu)

    def _record_step(self, step: Step) -> None:
        self._trained = True
        if not self._pace.due("progress", PROGRESS_SECONDS):
            return
        loss = self._finite(float(step.loss), step.epoch)
        done = self._state.epoch * step.steps + step.step
        left = self._pace.seconds_left(done, self._spec.epochs * step.steps)
        self._signs.say(Progress("training", step.epoch, self._spec.epochs, step.step, step.steps, loss, left))
        if self._spec.checkpoint_seconds and self._pace.due("checkpoint", self._spec.checkpoint_seconds):
            self._save()

    def _record_measuring(self, phase: str, event: Measuring) -> None:
        if self._pace.due("progress", PROGRESS_SECONDS):
            epoch = min(self._state.epoch + 1, self._spec.epochs)
            self._signs.say(Progress(phase, epoch, self._spec.epochs, event.step, event.steps))

    def _record_epoch(self, result: EpochResult) -> None:
        """First the checkpoint, then the line: an epoch that is written can never be lost again."""
        for name in ("train_loss", "val_loss"):
            self._finite(result.metrics[name], result.epoch)
        if result.improved:
            with self._signs.unhurried("saving"):
                checkpoints.save_best(self._journal.checkpoints, self._network, result.epoch)
        metrics = {name: value if math.isfinite(value) else None for name, value in result.metrics.items()}
        record = {
            "epoch": result.epoch,
            "time": time.time(),
            **metrics,
            "learning_rate": result.learning_rate,
            "seconds": result.seconds,
            "images_per_second": result.images_per_second,
            "best": result.improved,
        }
        self._save(record)
        self._journal.append_epoch(record)
        with self._signs.unhurried("explaining"):
            self._maps.after(result.epoch)
        if fine_tuning.unfreezes_after(self._network, self._spec, result.epoch):
            self._journal.log(f"backbone unfrozen at epoch {result.epoch + 1}")

    def _finite(self, loss: float, epoch: int) -> float:
        if not math.isfinite(loss):
            rate = self._spec.learning_rate
            cure = {"value": f"{rate:g}", "suggestion": f"{rate / 10:g}", "epoch": epoch}
            raise ExperimentError("loss_not_finite", field="training.learning_rate", **cure)
        return loss

    def _save(self, line: dict[str, Any] | None = None) -> None:
        """``line``: that of the epoch that ends here, in case there is no time to write it."""
        meta = {"dataset_fingerprint": self._data.fingerprint, "conditions": self._runtime.conditions(), "record": line}
        if "loss" in self._state.sums:  # within an epoch: never keep weights that are already spoiled
            self._finite(float(self._state.sums["loss"]), self._state.epoch + 1)
        with self._signs.unhurried("saving"):
            checkpoints.save_state(self._journal.checkpoints, self._network, self._state, meta)
        self._saved = self._place()
        self._pace.restart("checkpoint")

    def _place(self) -> tuple[int, int]:
        return self._state.epoch, self._state.step

    # concluding

    def conclude(self, stop_reason: str) -> None:
        """Restores the best weights, measures them on the test split, and writes what came out."""
        journal, state = self._journal, self._state
        final_state_sha256 = checkpoints.digest_of_state(self._network, state)
        best_epoch = state.stopping.best_epoch
        if not checkpoints.load_best(journal.checkpoints, self._network, best_epoch):
            journal.log("there are no best weights to restore: the last ones are kept")
        test = self._test() if len(self._data.test) else None
        self._signs.begin("saving")
        checkpoints.publish_best(journal.checkpoints, self._network)
        if test is not None:
            self._keep(test)
        best = next((record for record in journal.epochs() if record["epoch"] == best_epoch), {})
        journal.write_result(
            {
                "epochs": state.epoch,
                "stop_reason": stop_reason,
                "best_epoch": best_epoch,
                "train_seconds": state.seconds,
                "images_per_second": state.images / max(state.seconds, 1e-9),
                "parameters": sum(p.numel() for p in self._network.parameters()),
                "weights_sha256": checkpoints.digest_of_weights(self._network),
                "final_state_sha256": final_state_sha256,
                "validation": {k.removeprefix("val_"): v for k, v in best.items() if k.startswith("val_")},
                "test": {} if test is None else test.metrics,
                **costs.of_training(journal.folder, self._experiment, self._runtime.device),
                "macs": costs.macs(self._experiment.model, self._data.kind, self._outputs),
                **self._runtime.conditions(),
            }
        )
        checkpoints.tidy(journal.checkpoints, self._spec.keep_checkpoints)

    def _test(self) -> Measured:
        test = self._data.test.to(self._runtime.device)
        where, size = self._runtime.in_float32(), self._spec.batch_size
        passing = measuring(self._network, test, self._task, where, batch_size=size, keep_predictions=True)
        return drain(passing, lambda event: self._record_measuring("testing", event))

    def _keep(self, test: Measured) -> None:
        """The predictions, under the name that the published weights have now."""
        folder = self._journal.folder
        origin = Origin(weights_name(folder), self._data.split.fingerprint, test.metrics)
        write_predictions(folder / PREDICTIONS, test.predictions, self._data.files, origin=origin)

    # telling and being told

    def _stop_if_asked(self) -> None:
        """Raises ``Stopped`` once what was trained is safe."""
        if self._pace.due("stop", STOP_SECONDS) and self._journal.stop_requested():
            if self._trained and self._place() != self._saved:
                self._save()
            raise Stopped
