"""Renaming and removing imported datasets, when runs may still need them."""

from __future__ import annotations

from cnnlab.data import imported
from cnnlab.errors import DataError
from cnnlab.home import Home
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing

_OPEN = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING)
_LOOKED_AT = 5000


def rename(name: str, new: str, home: Home) -> None:
    """Raises ``DataError``: "dataset_in_use" by a run that has not ended, and as ``imported.rename`` does."""
    refuse_in_use(name, home)
    imported.rename(name, new, home)


def remove(name: str, home: Home) -> str:
    """The token with which ``imported.restore`` brings it back. What was removed a week ago goes for good.

    Raises ``DataError``: "dataset_in_use" by a run that has not ended, and as ``imported.remove`` does.
    """
    refuse_in_use(name, home)
    imported.purge(home)
    return imported.remove(name, home)


def refuse_in_use(name: str, home: Home) -> None:
    """Raises ``DataError`` ("dataset_in_use") where a run of that dataset waits or trains."""
    runs = [run for run in listing(home, limit=_LOOKED_AT, states=_OPEN) if run.dataset == name]
    if runs:
        raise DataError("dataset_in_use", field="dataset", value=name, runs=", ".join(run.name for run in runs[:3]))
