"""What a button may do: start a run, open it, change its experiment."""

from __future__ import annotations

import re

import streamlit as st

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.jobs.submit import submit
from cnnlab.names import friendly_name
from cnnlab.runs.run import Run
from cnnlab.ui.navigation import RUN_PAGE


def start(experiment: Experiment, *, parent: str | None = None) -> None:
    """Queues a run and opens its page. Raises ``LabError``."""
    run_id = submit(experiment, Home.current(), parent=parent)
    st.switch_page(RUN_PAGE, query_params={"run": run_id})


def start_again(run: Run, changes: dict[str, str] | None = None) -> None:
    """The experiment of ``run`` as a new run with ``run`` as its parent; ``changes`` as in ``Experiment.changed``."""
    if run.experiment is not None:
        start(run.experiment.changed({**(changes or {}), "name": next_name(run)}), parent=run.run_id)


def stop(run: Run) -> None:
    """Raises ``RunError``. A worker that does not follow is ended by the supervisor, which the app keeps."""
    control.stop(run.run_id, Home.current())


def resume(run: Run) -> None:
    """Raises ``RunError``."""
    control.resume(run.run_id, Home.current())


def next_name(run: Run) -> str:
    """Of a run that was named by a person: ``faces`` -> ``faces-2``; a made-up name is made anew (empty)."""
    if run.name == friendly_name(run.run_id):
        return ""
    stem, number = re.fullmatch(r"(.*?)(?:-(\d{1,4}))?", run.name, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{stem[:240]}-{int(number or 1) + 1}"


def cure(run: Run) -> dict[str, str]:
    """The change that the reason of a failed run suggests, such as a tenth of the learning rate; empty for none."""
    reason = run.reason
    if reason is None or not reason.field or "suggestion" not in reason.params or run.experiment is None:
        return {}
    return {reason.field: reason.params["suggestion"]} if reason.field in run.experiment.flat() else {}
