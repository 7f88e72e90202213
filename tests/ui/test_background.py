"""Work in a thread: its progress is seen, its error becomes problems, its cancelling ends it."""

from __future__ import annotations

import threading
import time

import pytest
import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.ui import background
from cnnlab.ui.background import Work


@pytest.fixture(autouse=True)
def _no_works_left() -> None:
    st.cache_resource.clear()


def ended(work: Work) -> Work:
    deadline = time.monotonic() + 10
    while not work.ended and time.monotonic() < deadline:
        time.sleep(0.005)
    assert work.ended
    return work


def test_a_result_and_its_progress() -> None:
    def job(progress: Progress) -> str:
        progress("progress.decoding", 3, 4)
        return "done"

    work = ended(background.begin("a", job))
    assert (work.result, work.phase, work.share, work.problems) == ("done", "progress.decoding", 0.75, ())
    assert background.find("a") is work
    background.forget("a")
    assert background.find("a") is None


def test_work_that_goes_on_is_not_begun_twice() -> None:
    gate, calls = threading.Event(), []

    def job(progress: Progress) -> None:
        calls.append(1)
        gate.wait(10)

    first = background.begin("a", job)
    assert background.begin("a", job) is first
    gate.set()
    ended(first)
    assert len(calls) == 1
    assert background.begin("a", job) is not first


def test_a_known_error_keeps_its_problem_and_an_unknown_one_gets_one() -> None:
    def refused(progress: Progress) -> None:
        raise DataError("dataset_name", field="name", value="X")

    def broken(progress: Progress) -> None:
        raise ZeroDivisionError

    assert ended(background.begin("a", refused)).problems[0].code == "dataset_name"
    (problem,) = ended(background.begin("b", broken)).problems
    assert problem.code == "unexpected"
    assert problem.params["kind"] == "ZeroDivisionError"


def test_cancelling_ends_it_at_the_next_report() -> None:
    reported = threading.Event()

    def endless(progress: Progress) -> None:
        while True:
            progress("progress.decoding", 1, 2)
            reported.set()
            time.sleep(0.002)

    work = background.begin("a", endless)
    assert reported.wait(10)
    work.cancel()
    assert ended(work).cancelled
    assert work.problems == ()
