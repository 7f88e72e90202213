"""The run's network in MLflow's registry: registered under a name, and made the champion of that name or not."""

from __future__ import annotations

import shlex

import streamlit as st

from cnnlab.evaluation.reading.reading import short
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import registered
from cnnlab.runs.journal import Journal
from cnnlab.runs.registered import CHAMPION, Version
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui import kept_reading
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def draw(run: Run) -> None:
    """Asks MLflow only once somebody wants to: importing it takes seconds."""
    st.markdown(f"**{t('registry_page.title')}**")
    if run.state is not RunState.FINISHED:
        st.caption(t("registry_page.not_yet"))
        return
    st.caption(t("registry_page.explained"))
    shown = f"registry_name_{run.run_id}"  # in the session: the model whose versions are on the page
    with st.form(f"registry_{run.run_id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            t("registry_page.name"), f"{run.dataset}-{run.architecture}".replace("/", "-"), max_chars=80, width=280
        )
        wanted = st.form_submit_button(t("registry_page.register"), icon=":material/app_registration:")
    with edge():
        if wanted:
            with st.spinner(t("registry_page.asking")):
                made = registered.register(Journal.open(Home.current(), run.run_id), Home.current(), name.strip())
            st.session_state[shown] = made.name
        if kept := st.session_state.get(shown):
            _versions(run, kept)


def _versions(run: Run, name: str) -> None:
    home = Home.current()
    with st.spinner(t("registry_page.asking")):
        found = [one for one in registered.models(home) if one.name == name]
        movable = registered.can_move_back(home, name)
    columns = {
        t("registry_page.version"): [str(one.version) for one in found],
        t("registry_page.alias"): [plain(", ".join(one.aliases)) or formats.UNKNOWN for one in found],
        t("registry_page.carries"): [plain(short(one.reading)) or formats.UNKNOWN for one in found],
        t("registry_page.run"): [_whose(one, run) for one in found],
        t("registry_page.created"): [formats.moment(one.created, language()) for one in found],
    }
    st.table(columns, border="horizontal", hide_index=True)
    reading = kept_reading.of(run).stamp
    of_run = [one for one in found if one.run_id == run.run_id]
    own = next((one for one in of_run if one.reading == reading), None)
    if own is None and of_run:
        st.caption(t("registry_page.kept_since"))
    with st.container(horizontal=True):
        if own is not None and CHAMPION not in own.aliases:
            label = t("registry_page.promote", version=own.version)
            if st.button(label, icon=":material/trophy:", key="registry_promote"):
                registered.promote(home, name, own.version)
                st.rerun()
        if movable and st.button(t("registry_page.move_back"), icon=":material/undo:", key="registry_back"):
            registered.move_back(home, name)
            st.rerun()
    if own is not None:
        st.caption(t("registry_page.serve"))
        store = f"MLFLOW_TRACKING_URI={shlex.quote(run.mlflow_tracking_uri)} " if run.mlflow_tracking_uri else ""
        command = f"{store}mlflow models serve --env-manager local -m {shlex.quote(own.address)}"
        st.code(command, language=None, wrap_lines=True)


def _whose(one: Version, run: Run) -> str:
    if one.run_id == run.run_id:
        return t("registry_page.this_run")
    return one.run_id[:8] or formats.UNKNOWN
