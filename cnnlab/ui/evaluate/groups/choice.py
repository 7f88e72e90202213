"""What is compared: the run's split, and the metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.home import Home
from cnnlab.ui import address
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.look import Look

_METRIC, _CLASS = "groups_metric", "groups_class"
_KEPT = 12


def look_of(case: Case) -> Look:
    return _look(case.stamp, case)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _look(stamp: str, _case: Case) -> Look:  # noqa: ARG001  # names the weights and the split
    from cnnlab.evaluation.groups.look import of

    return of(_case.judged, _case.dataset.prepared, _case.dataset.split, _case.split, Home.current())


def measure(case: Case) -> tuple[str, int]:
    """The metric, and the class that rates and odds are of."""
    from cnnlab.evaluation.groups.gaps import METRICS
    from cnnlab.evaluation.groups.words import metric_title

    names = case.judged.names
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get(_CLASS) not in range(len(names)):
            st.session_state[_CLASS] = len(names) - 1
        positive = int(
            st.selectbox(
                t("groups_page.class"), range(len(names)), format_func=lambda place: names[place], key=_CLASS, width=200
            )
        )
        if address.asked("metric") in METRICS:
            st.session_state[_METRIC] = address.asked("metric")
        st.session_state.setdefault(_METRIC, METRICS[0])
        titles = {name: metric_title(name, names[positive], language()) for name in METRICS}
        metric = st.selectbox(
            t("groups_page.metric"),
            METRICS,
            format_func=titles.__getitem__,
            key=_METRIC,
            persist_state="session",
            width=280,
        )
    address.keep_unusual("metric", metric, METRICS[0])
    return metric, positive
