"""The runs of the ground-truth laboratory: found again when they were trained before, else submitted as one group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.explain.laboratory.setup import ARMS, Pair, Setup
from cnnlab.home import Home, write_atomically
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view

KEPT = 200  # pairs that are remembered; the oldest are forgotten, their runs stay


def begin(setup: Setup, home: Home, names: Mapping[str, str]) -> Pair:
    """Queues what is not trained or on its way, called ``names`` by arm, and returns both runs.

    Raises what ``Setup.experiments`` and ``submit`` raise.
    """
    wanted = named(setup, names)
    home.ensure()
    with FileLock(home.jobs / "laboratory.lock"):  # of two people who begin the same, the second finds the first's runs
        there = usable(setup, home)
        for arm in ARMS:
            if arm not in there:
                there[arm] = submit(wanted[arm], home, group=group_of(setup))
                note(setup, home, there)
    return Pair(**there)


def find(setup: Setup, home: Home) -> Pair | None:
    """The runs that were last begun for ``setup``, whatever became of them; ``None`` when one is gone or none was."""
    noted = _noted(setup, home)
    return Pair(**noted) if set(noted) == set(ARMS) else None


def usable(setup: Setup, home: Home) -> dict[str, str]:
    """Arm -> the run that is finished or on its way there; a run that came to nothing is trained anew."""
    found = {}
    for arm, run_id in _noted(setup, home).items():
        state = view(home, run_id).state
        if state is RunState.FINISHED or not state.is_final:
            found[arm] = run_id
    return found


def note(setup: Setup, home: Home, runs: Mapping[str, str]) -> None:
    """Remembers the runs of ``setup``, by arm."""
    path = _path(setup, home)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(dict(runs)))
    for old in sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def named(setup: Setup, names: Mapping[str, str]) -> dict[str, Experiment]:
    return {arm: each.changed({"name": names[arm]}) for arm, each in setup.experiments().items()}


def group_of(setup: Setup) -> str:
    """What both runs have in common in MLflow."""
    return f"laboratory-{setup.variant}-{setup.key}"


def _noted(setup: Setup, home: Home) -> dict[str, str]:
    try:
        stored = json.loads(_path(setup, home).read_text("utf-8"))
        runs = {arm: str(stored[arm]) for arm in ARMS if arm in stored}
    except (OSError, ValueError, TypeError):
        return {}
    return {arm: run_id for arm, run_id in runs.items() if _is_here(home, run_id)}


def _is_here(home: Home, run_id: str) -> bool:
    try:
        Journal.open(home, run_id)
    except RunError:
        return False
    return True


def _path(setup: Setup, home: Home) -> Path:
    return home.cache / "laboratory" / "pairs" / f"{setup.key}.json"
