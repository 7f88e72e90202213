"""The tabs of the run page. Only the one that is open is drawn, so following a run stays cheap."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui import download, metrics, settings
from cnnlab.ui.language import language, t
from cnnlab.ui.run import confusion, cost, curves, files, labels
from cnnlab.ui.settings import Rows


def draw(run: Run) -> None:
    tabs = st.tabs([t(f"run.tab.{name}") for name in _TABS], key=f"tabs_{language()}", on_change="rerun")
    for tab, draw_tab in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw_tab(run)


def _test(run: Run) -> None:
    """Test metrics after the end; before it, that nobody has looked."""
    test = run.result.get("test")
    if not test:
        st.markdown(t(_why_no_test(run)))
        return
    validation = run.result.get("validation", {})
    with st.grid(4, min_column_width=170, border=True):
        for name, value in sorted(test.items(), key=lambda item: "loss" in item[0]):  # as in the curves
            beside = metrics.formatted(f"val_{name}", validation.get(name))
            st.metric(
                metrics.label(f"test_{name}"),
                metrics.formatted(f"test_{name}", value),
                delta_description=t("run.test.beside", value=beside),
            )
    st.caption(t("run.test.explained", epoch=run.result.get("best_epoch") or formats.UNKNOWN))
    confusion.draw(run)


def _why_no_test(run: Run) -> str:
    if not run.state.is_final:
        return "run.test.untouched"
    if run.state is not RunState.FINISHED:
        return "run.test.unmeasured"
    return "run.test.none" if "test" in run.result else "run.test.missing"


def _configuration(run: Run) -> None:
    """The experiment in words, and as the YAML that repeats it."""
    experiment = run.experiment
    if experiment is None:
        st.markdown(t("run.description_missing"))
        return
    with st.grid(2, min_column_width=300, border=True) as grid:
        with grid.cell():
            _table(t("run.configuration.data"), settings.group(experiment, "data"))
            _table(t("run.configuration.network"), settings.group(experiment, "task", "model"))
        with grid.cell():
            _table(t("run.configuration.training"), settings.group(experiment, "training", "tracking"))
    about, name = t("run.configuration.download_help"), f"experiment-{run.run_id[:8]}.yaml"
    download.button(t("run.configuration.download"), experiment.to_yaml(), name, help=about)


def _table(title: str, rows: Rows) -> None:
    st.markdown(f"**{title}**")
    columns = {"setting": [name for name, _ in rows], "value": [value for _, value in rows]}
    st.table(columns, border="horizontal", hide_header=True, hide_index=True)


def _log(run: Run) -> None:
    text = Journal(run.folder).log_text() if run.folder else ""
    if not text:
        st.markdown(t("run.log.none" if run.folder else "run.files.none"))
        return
    st.code(text, language=None, height=420, wrap_lines=True)


_TABS = {
    "curves": curves.learning,
    "test": _test,
    "cost": cost.draw,
    "configuration": _configuration,
    "labels": labels.draw,
    "system": curves.system,
    "log": _log,
    "files": files.draw,
}
