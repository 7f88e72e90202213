"""The parts of the timeline: which runs, the epoch, their maps at it, how alike the maps are to the last ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing, view
from cnnlab.ui import address, run_choice
from cnnlab.ui.edge import edge, safely
from cnnlab.ui.language import t
from cnnlab.ui.text import distinct, message
from cnnlab.ui.timeline import kept, offer, shown

MOST = 4
_OFFERED = 200
_KEY = "timeline_runs"


def head() -> None:
    st.title(t("timeline_page.title"), anchor=False)
    st.caption(t("timeline_page.caption"))


def choose_runs() -> list[Run]:
    """Those of the address, else the newest with maps; none after the page has said how to come by some.

    Raises ``RunError`` ("bad_run_id") and ``LabError`` ("too_many_timelines").
    """
    wanted = address.run_ids("run")
    if len(wanted) > MOST:
        raise LabError("too_many_timelines", field=t("timeline_page.runs"), value=len(wanted), limit=MOST)
    known = _known(wanted)
    with_maps = {run_id: run for run_id, run in known.items() if kept.has_maps(run)}
    without = [known[run_id] for run_id in wanted if run_id in known and run_id not in with_maps]
    there = [run_id for run_id in wanted if run_id in with_maps]
    if not there and not wanted:
        there = list(with_maps)[:1]
    if with_maps:
        _picker(with_maps, there)
    for run in without:
        offer.of(run)
    if not there and not without:
        offer.empty(list(known.values()))
    return [with_maps[run_id] for run_id in there]


def draw(runs: Sequence[Run]) -> None:
    found = kept.read(runs)
    kept.follow(runs)
    epoch = shown.choose_epoch(found)
    display = shown.choose_display()
    for place, (run, timeline) in enumerate(found):
        with edge():
            shown.maps(place, run, timeline, epoch, display, among=found)
    with edge():
        shown.curve(found, epoch)
    shown.share(found)


def _known(wanted: Sequence[str]) -> dict[str, Run]:
    """The newest runs that are here, and those that are wanted; one that can't be found is said, others stay."""
    known = {run.run_id: run for run in listing(Home.current(), limit=_OFFERED)}
    for run_id in wanted:
        if run_id in known:
            continue
        try:
            run = view(Home.current(), run_id)
            if not run.local:
                raise RunError("run_is_elsewhere", value=run_id)
            known[run_id] = run
        except LabError as error:
            st.error(message(error), icon=":material/error:")
    return known


def _picker(with_maps: Mapping[str, Run], there: Sequence[str]) -> None:
    labels = distinct({run_id: run_choice.words(run) for run_id, run in with_maps.items()})
    run_choice.several(
        labels,
        there,
        t("timeline_page.runs"),
        key=_KEY,
        placeholder=t("timeline_page.placeholder"),
        on_change=safely(_keep),
        help=t("timeline_page.runs_help"),
    )


def _keep() -> None:
    chosen = st.session_state[_KEY][-MOST:]  # a fifth takes the place of the first: Streamlit's own limit is English
    if chosen:
        st.query_params["run"] = ",".join(chosen)
    else:
        st.query_params.pop("run", None)
