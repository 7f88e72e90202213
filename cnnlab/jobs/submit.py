"""Submitting: a run is written down, the supervisor is woken, and the caller goes on."""

from __future__ import annotations

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import supervisor
from cnnlab.jobs.environment import recorded
from cnnlab.runs.journal import Journal


def submit(experiment: Experiment, home: Home, *, parent: str | None = None, group: str | None = None) -> str:
    """Queues a run and returns its id (32 hex digits) at once, whatever the state of MLflow or the supervisor.

    Raises ``LabError`` ("home_unwritable") when nothing can be written down, and ("supervisor_not_started") when the
    run was queued but no process could be started for it.
    """
    journal = Journal.create(home, experiment, parent=parent, group=group, environment=recorded())
    supervisor.ensure(home)
    return journal.run_id
