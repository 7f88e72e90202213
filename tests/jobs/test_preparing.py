"""A dataset prepared in a process of its own: what it says, what it raises, and how it is ended."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from cnnlab.data import catalogue
from cnnlab.data.preview import is_prepared
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.jobs import preparing
from cnnlab.jobs.preparing import prepare_dataset


class EnoughError(Exception):
    pass


def speaking(monkeypatch: pytest.MonkeyPatch, program: str) -> list[subprocess.Popen[str]]:
    """The process runs ``program`` instead."""
    started: list[subprocess.Popen[str]] = []
    original = subprocess.Popen

    def popen(command: list[str], **named: object) -> subprocess.Popen[str]:
        started.append(original([sys.executable, "-c", program], **named))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(preparing.subprocess, "Popen", popen)
    return started


@pytest.mark.slow
def test_it_is_prepared_and_says_how_far_it_is(home: Home) -> None:
    said: list[tuple[str, int, int]] = []
    prepare_dataset("digits", home, progress=lambda *report: said.append(report))
    assert is_prepared(catalogue.find("digits", home), home)
    assert said[-1] == ("progress.preparing", 1797, 1797)


@pytest.mark.slow
def test_what_goes_wrong_there_is_raised_here(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(LabError) as caught:
        prepare_dataset("mnist", home)
    assert caught.value.problem.code == "dataset_offline"
    assert "ossci-datasets" in caught.value.message("es")
    assert not list((home.cache / "downloads").rglob("*.part"))


def test_an_unknown_name_starts_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    started = speaking(monkeypatch, "raise SystemExit(0)")
    with pytest.raises(LabError, match="--help"):
        prepare_dataset("--help", home)
    assert started == []


def test_cancelling_ends_a_process_that_says_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    started = speaking(monkeypatch, "import time; time.sleep(60)")

    def enough(*_: object) -> None:
        raise EnoughError

    began = time.monotonic()
    with pytest.raises(EnoughError):
        prepare_dataset("digits", home, progress=enough)
    assert time.monotonic() - began < 10
    assert started[0].poll() is not None


def test_one_that_does_not_listen_is_killed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "END_SECONDS", 0.3)
    program = "import json, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    program += "print(json.dumps({'phase': 'progress.preparing', 'done': 1, 'total': 2}), flush=True); time.sleep(60)"
    started = speaking(monkeypatch, program)

    def enough(phase: str, done: int, total: int) -> None:
        if done:
            raise EnoughError

    with pytest.raises(EnoughError):
        prepare_dataset("digits", home, progress=enough)
    assert started[0].returncode == -9


def test_a_process_that_dies_is_one_sentence(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    speaking(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(LabError) as caught:
        prepare_dataset("digits", home)
    assert caught.value.problem.code == "preparing_ended"
    assert "-9" in caught.value.message("es")
