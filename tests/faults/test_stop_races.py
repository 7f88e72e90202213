"""Stop against everything at once: whatever wins, a run ends once and stays as it ended."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from tests.queue_of_fakes import ended, pretend, queue

__all__ = ["queue"]

RACES = 200


def stop_after(journal: Journal, home: Home, seconds: float, said: list[RunState | None]) -> None:
    """Appends the state that ``stop`` returned, or ``None`` when it found the run ended; nothing if it broke."""
    time.sleep(seconds)
    try:
        said.append(control.stop(journal.run_id, home))
    except RunError as error:
        if error.problem.code == "run_is_final":
            said.append(None)


@pytest.mark.slow
def test_each_of_200_raced_runs_ends_in_exactly_one_state(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_SLOTS", "4")
    final: dict[Path, bytes] = {}
    states = []
    for _ in range(RACES // 10):  # ten in the queue at a time, four of them at work
        journals = [pretend(queue, f"sleep {random.uniform(0, 0.05):.4f}") for _ in range(10)]
        said: dict[str, list[RunState | None]] = {journal.run_id: [] for journal in journals}
        # on a slow machine stops come late, on a fast one early: those who are behind get the shorter way
        longest = 0.6 if 2 * states.count(RunState.STOPPED) > len(states) else 0.1
        stoppers = [
            threading.Thread(target=stop_after, args=(journal, queue, random.uniform(0, longest), said[journal.run_id]))
            for journal in journals
            for _ in range(2)  # two people at two browsers
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        for journal in journals:
            state = ended(journal).state
            final[journal.folder] = (journal.folder / "state.json").read_bytes()
            assert len(said[journal.run_id]) == 2
            assert state in (RunState.STOPPED, RunState.FINISHED), journal.status()
            if RunState.STOPPED in said[journal.run_id]:
                assert state is RunState.STOPPED
            states.append(state)
    time.sleep(1)
    assert [folder for folder, content in final.items() if (folder / "state.json").read_bytes() != content] == []
    assert len(final) == RACES
    assert states.count(RunState.STOPPED) > 20, "the races should not all be lost"
    assert states.count(RunState.FINISHED) > 5, "the races should not all be won"


def test_a_stop_asked_before_the_worker_looks_is_not_lost(queue: Home) -> None:
    journal = pretend(queue, "sleep 30")
    while journal.status().state is RunState.QUEUED:
        time.sleep(0.001)
    assert control.stop(journal.run_id, queue) in (RunState.STARTING, RunState.RUNNING)
    assert ended(journal).state is RunState.STOPPED


@pytest.mark.slow
def test_stop_and_resume_by_two_people_end_in_one_state(queue: Home) -> None:
    """A hundred commands in random order on one run: it never has two workers, and ends when the commands do."""
    journal = pretend(queue, "sleep 0.05")
    refusals: set[str] = set()

    def command() -> None:
        for _ in range(25):
            action = random.choice([control.stop, control.resume])
            try:
                action(journal.run_id, queue)
            except RunError as error:
                refusals.add(error.problem.code)
            time.sleep(random.uniform(0, 0.04))

    people = [threading.Thread(target=command) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert refusals <= {"run_is_final", "run_is_held", "run_is_queued", "run_is_finished"}
    status = ended(journal)
    assert status.state in (RunState.STOPPED, RunState.FINISHED)
    said = (journal.folder / "worker.log").read_text() if (journal.folder / "worker.log").exists() else ""
    assert said.count("working as") <= status.attempt
