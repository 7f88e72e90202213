"""The states of a run and which may follow which."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    QUEUED = "QUEUED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    LOST = "LOST"

    @property
    def is_final(self) -> bool:
        """Nothing more happens by itself."""
        return self in (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.LOST)

    @property
    def is_active(self) -> bool:
        """A process is at work on it, or should be."""
        return self in (RunState.STARTING, RunState.RUNNING)

    @property
    def can_resume(self) -> bool:
        return self in (RunState.STOPPED, RunState.FAILED, RunState.LOST)


MLFLOW_STATUS = {
    RunState.QUEUED: "SCHEDULED",
    RunState.STARTING: "RUNNING",
    RunState.RUNNING: "RUNNING",
    RunState.FINISHED: "FINISHED",
    RunState.STOPPED: "KILLED",
    RunState.FAILED: "FAILED",
    RunState.LOST: "FAILED",
}
