"""``train``, ``submit``, ``repeat`` and ``resume``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cnnlab import estimates
from cnnlab.cli.experiments import experiment_from
from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import control
from cnnlab.jobs.environment import recorded
from cnnlab.jobs.repeat import repeat as repeat_run
from cnnlab.jobs.submit import submit as submit_experiment
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.view import view

# before torch is imported: threads that wait by spinning starve each other on few cores
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def train(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Trains here and now, in this process."""
    experiment = experiment_from(arguments, home)
    own = ProcessIdentity.own()
    journal = Journal.create(home, experiment, parent=arguments.like, worker=own, environment=recorded())
    return _in_foreground(journal, 1, home, output)


def submit(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Queues the experiment and returns at once."""
    run_id = submit_experiment(experiment_from(arguments, home), home, parent=arguments.like)
    output.result({"run_id": run_id}, run_id)
    return 0


def repeat(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Queues the same experiment with other seeds."""
    queued = repeat_run(arguments.run, home, times=arguments.seeds)
    said = output.t("cli.repeated", count=len(queued))
    output.result({"run_id": arguments.run, "queued": queued}, "\n".join([said, *queued]))
    return 0


def estimate(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """What the experiment would cost on this machine; nothing is trained."""
    experiment = experiment_from(arguments, home)
    found = estimates.estimate(experiment, home)
    words = output.t(
        "cli.estimate",
        parameters=formats.whole(found.parameters, output.language),
        memory=formats.size(found.memory_bytes, output.language),
        epoch=formats.duration(found.seconds_per_epoch),
        basis=output.t(f"cli.estimate_basis.{found.basis}"),
    )
    output.result(found.as_dict(), words)
    return 0


def resume(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Goes on with a run that was stopped, failed or lost."""
    if arguments.detach:
        control.resume(arguments.run, home)
        return output.run(view(home, arguments.run))
    journal = Journal.open(home, arguments.run)
    attempt = control.prepare_resume(journal, worker=ProcessIdentity.own())
    return _in_foreground(journal, attempt, home, output)


def _in_foreground(journal: Journal, attempt: int, home: Home, output: Output) -> int:
    foreground(journal, attempt, home, output)
    return output.run(view(home, journal.run_id))


def foreground(journal: Journal, attempt: int, home: Home, output: Output) -> None:
    """Trains in this process, to the end or until Ctrl-C; the run's state says what became of it."""
    from cnnlab import worker

    output.say("cli.training", run_id=journal.run_id, name=journal.experiment().name)
    with _graceful_interrupt(journal, output), _Bar(output) as bar:
        worker.run(journal, attempt, home, report=bar.show)


@contextmanager
def _graceful_interrupt(journal: Journal, output: Output) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) asks for a stop; a second Ctrl-C ends the process at once."""

    def ask(signum: int, frame: object) -> None:  # noqa: ARG001  # the signal module's signature
        journal.request_stop()
        output.say("cli.stopping")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Bar:
    """A progress bar on stderr over all batches, with the latest validation beside it."""

    def __init__(self, output: Output) -> None:
        from tqdm import tqdm

        self._output = output
        self._bar: tqdm[Any] = tqdm(total=0, file=sys.stderr, leave=False, disable=None)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, event: Any) -> None:
        """Takes what the worker reports: progress, and what ``fit`` yields."""
        if isinstance(event, Progress):
            phase = self._output.t(event.key)
            self._bar.set_description_str(f"{phase} {event.epoch}/{event.epochs}" if event.epochs else phase)
            if event.phase == "training":
                self._bar.total = event.epochs * event.steps
                self._bar.update((event.epoch - 1) * event.steps + event.step - self._bar.n)
        elif hasattr(event, "metrics"):
            shown = {k: formats.number(v, 4, self._output.language) for k, v in event.metrics.items() if "val" in k}
            self._bar.set_postfix_str("  ".join(f"{name} {value}" for name, value in shown.items()))
