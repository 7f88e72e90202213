"""What a person says of a run: its note, kept as it is written, and its tags; each change can be taken back."""

from __future__ import annotations

import time

import streamlit as st

from cnnlab.home import Home
from cnnlab.runs import labels, telling
from cnnlab.runs.journal import Journal
from cnnlab.runs.labels import LONGEST_NOTE, Labels
from cnnlab.runs.run import Run
from cnnlab.ui import background
from cnnlab.ui.edge import safely
from cnnlab.ui.language import t
from cnnlab.ui.run import registry
from cnnlab.ui.text import plain

_RETRY_SECONDS = 30.0


def draw(run: Run) -> None:
    if run.folder is None:
        _elsewhere(run)
        return
    journal = Journal.open(Home.current(), run.run_id)
    found = labels.labels(journal)
    _note(journal, found)
    _tags(journal, found)
    if labels.can_undo(journal):
        st.button(
            t("labels_page.undo"),
            icon=":material/undo:",
            type="tertiary",
            key="labels_undo",
            on_click=safely(_undo),
            args=(run.run_id,),
        )
    for name in labels.apart(journal):
        st.caption(t("labels.apart", name=plain(name)))
    _tell(journal)
    registry.draw(run)


def _elsewhere(run: Run) -> None:
    """What MLflow says of a run of another home, to be read only."""
    said = [plain(run.note), *(f"`{plain(word)}`" for word in labels.words(run.tags))]
    st.markdown("  \n".join(filter(None, said)) or t("labels.nothing"))
    st.caption(t("labels_page.elsewhere"))


def _note(journal: Journal, found: Labels) -> None:
    # another note, as after an undo, begins another field with that note in it
    key = f"labels_note_{journal.run_id}_{hash(found.note)}"
    st.text_area(
        t("labels_page.note"),
        found.note,
        max_chars=LONGEST_NOTE,
        key=key,
        placeholder=t("labels_page.note_hint"),
        height=140,
        on_change=safely(_keep_note),
        args=(journal.run_id, key),
    )


def _keep_note(run_id: str, key: str) -> None:
    labels.write_note(Journal.open(Home.current(), run_id), st.session_state[key] or "")


def _tags(journal: Journal, found: Labels) -> None:
    key = f"labels_tag_{journal.run_id}"
    st.text_input(
        t("labels_page.tag"),
        key=key,
        placeholder=t("labels_page.tag_hint"),
        icon=":material/label:",
        max_chars=400,
        on_change=safely(_add_tag),
        args=(journal.run_id, key),
    )
    with st.container(horizontal=True):
        for name, word in zip(sorted(found.tags), labels.words(found.tags), strict=True):
            st.button(
                plain(word),
                icon=":material/close:",
                key=f"labels_untag_{name}",
                help=t("labels_page.untag", name=plain(name)),
                on_click=safely(_remove_tag),
                args=(journal.run_id, name),
            )


def _add_tag(run_id: str, key: str) -> None:
    text = st.session_state[key]
    if text and text.strip():
        labels.write_tag(Journal.open(Home.current(), run_id), text)
    st.session_state[key] = ""


def _remove_tag(run_id: str, name: str) -> None:
    labels.remove_tag(Journal.open(Home.current(), run_id), name)


def _undo(run_id: str) -> None:
    labels.undo(Journal.open(Home.current(), run_id))


def _tell(journal: Journal) -> None:
    """MLflow, from a thread; again now and then while it lacks something."""
    if not labels.waiting(journal):
        return
    name = f"labels {journal.run_id}"
    work = background.find(name)
    if work is None or (work.ended and (work.result is True or time.time() - work.started > _RETRY_SECONDS)):
        home = Home.current()
        background.begin(name, lambda _: telling.tell_labels(journal, home))
