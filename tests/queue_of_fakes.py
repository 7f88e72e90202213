"""A real supervisor and fork server over workers that only pretend (``tests.jobs.fake_worker``): no torch, fast."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import supervisor
from cnnlab.jobs.submit import submit
from cnnlab.jobs.waiting import Lookout
from cnnlab.runs.journal import Journal, Status

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def queue(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The home whose supervisor starts pretending workers. Whatever was started ends with the test."""
    monkeypatch.setenv("CNNLAB_WORKER", "tests.jobs.fake_worker:main")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    yield home
    supervisor.shutdown(home)
    for _, status in Lookout(home).look():
        kill(status)


def pretend(home: Home, behaviour: str) -> Journal:
    return Journal.open(home, submit(Experiment(name=behaviour), home))


def wait_until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer. Fails with the question's name when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s")


def ended(journal: Journal, seconds: float = 30.0) -> Status:
    wait_until(lambda: journal.status().state.is_final, seconds)
    return journal.status()


def kill(status: Status) -> None:
    if status.worker is not None and status.worker.is_alive():
        os.kill(status.worker.pid, 9)
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(status.worker.pid).wait(10)
