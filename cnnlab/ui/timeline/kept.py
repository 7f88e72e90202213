"""The stored maps of runs, read once while their files are the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.explain.timeline import kept as timeline
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.view import view
from cnnlab.ui.language import t
from cnnlab.ui.polling import has_ended, while_there
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.timeline.kept import Timeline

Found = Sequence[tuple[Run, "Timeline"]]

_REMEMBERED = 16
_POLL_SECONDS = 2.0


def has_maps(run: Run) -> bool:
    return run.folder is not None and timeline.has_maps(run.folder)


def read(runs: Sequence[Run]) -> list[tuple[Run, Timeline]]:
    """Raises ``LabError`` ("no_maps_kept")."""
    return [(run, _read(str(run.folder), _stamp(run))) for run in runs]


def follow(runs: Sequence[Run]) -> None:
    """While one of them trains: the page is drawn anew when there are more maps."""
    open_runs = [run for run in runs if not has_ended(run)]
    if not open_runs:
        return
    before = [_stamp(run) for run in open_runs]

    def unchanged() -> list[Run] | None:
        now = [view(Home.current(), run.run_id) for run in open_runs]
        same = [_stamp(run) for run in now] == before and not any(has_ended(run) for run in now)
        return now if same else None

    while_there(unchanged, _still_training, seconds=_POLL_SECONDS)


def _still_training(runs: Sequence[Run]) -> None:
    for run in runs:
        words = {"name": plain(run.name), "epoch": run.done_epochs, "epochs": run.planned_epochs or 0}
        st.markdown(f":blue[:material/play_circle:] {t('timeline_page.training', **words)}")


def _stamp(run: Run) -> str:
    """Changes when maps are added or made anew."""
    files = timeline.stored(run.folder) if run.folder else []
    return " ".join(f"{epoch}:{path.stat().st_mtime_ns}" for epoch, path in files)


@st.cache_resource(max_entries=_REMEMBERED, show_spinner=False)
def _read(folder: str, stamp: str) -> Timeline:  # noqa: ARG001  # names the content
    return timeline.read(Path(folder))
