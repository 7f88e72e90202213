"""What the design is called and made for, and what is done with it as a whole: saved, trained, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from cnnlab import designs
from cnnlab.data import catalogue
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.ui import navigation
from cnnlab.ui.design import opening
from cnnlab.ui.design.desk import Desk, Notice, current
from cnnlab.ui.design.sketch import Sketch
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain, sentence

_FREE = ""  # no dataset: size, channels and classes are entered
_PAUSE = "0.8s"
_FIELD_WIDTH, _NUMBER_WIDTH = 260, 130  # pixels
_NUMBERS = ("size", "channels", "outputs")
_GO = "design_go"  # in the session: the design that Train opens


def draw(desk: Desk) -> None:
    """Name, the images that it is for, and the buttons."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _name(desk)
        _dataset(desk)
        if desk.sketch.dataset:
            sketch = desk.sketch
            colour = t("design_page.colour" if sketch.channels == 3 else "design_page.grey")
            classes = t("design_page.classes", count=sketch.outputs)
            st.markdown(f":small[:gray[{sketch.size} × {sketch.size} · {colour} · {classes}]]", width="content")
        else:
            for name in _NUMBERS:
                _number(desk, name)
    _buttons(desk)


def _buttons(desk: Desk) -> None:
    ready = desk.report is not None and desk.report.ready
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("design_page.train"),
            type="primary",
            icon=":material/play_arrow:",
            key="train_this",
            disabled=not ready,
            help=t("design_page.train_help"),
            on_click=safely(_save),
            args=(True,),
        )
        st.button(
            t("design_page.save"),
            icon=":material/save:",
            key="save_design",
            disabled=not desk.sketch.layers or desk.is_saved,
            help=t("design_page.save_help"),
            on_click=safely(_save),
        )
        if desk.saved is not None:
            st.button(
                t("design_page.delete"),
                icon=":material/delete:",
                key="delete_design",
                type="tertiary",
                on_click=safely(_delete),
            )
        if desk.is_saved:
            st.markdown(f":gray[:material/check: {t('design_page.is_saved')}]", width="content")
    if desk.asked:
        _ask(desk)
    if name := st.session_state.pop(_GO, ""):
        st.switch_page(navigation.TRAIN_PAGE, query_params={"design": name})


def notice(desk: Desk) -> None:
    """What was just done to the whole design, with the way back; or why it was not."""
    told = desk.notice
    if told is None:
        return
    name = told.params.get("name", "")
    for problem in told.problems:
        why = sentence(problem)
        said = t("design_page.notice.refused", name=plain(name), why=why) if name else why
        st.error(said, icon=":material/error:")
    if told.problems or not told.key:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="notice"):
        shown = {key: plain(value) for key, value in told.params.items()}
        st.markdown(f":material/check: {t(told.key, **shown)}", width="content")
        if told.token:
            st.button(
                t("design_page.undo"),
                icon=":material/undo:",
                key="restore_design",
                type="tertiary",
                on_click=safely(_restore),
            )


def _name(desk: Desk) -> None:
    key = desk.key("name")
    st.text_input(
        t("design_page.name"),
        desk.sketch.name,  # a default: see form.py
        key=key,
        width=_FIELD_WIDTH,
        max_chars=designs.LONGEST_NAME,
        placeholder=t("design_page.name_placeholder"),
        live=_PAUSE,
        on_change=safely(_named),
        args=(key,),
    )


def _dataset(desk: Desk) -> None:
    labels = {_FREE: t("design_page.free")}
    labels |= {info.name: info.title(language()) for info in catalogue.listing(Home.current()) if info.classes}
    key = desk.key("dataset")
    chosen = desk.sketch.dataset if desk.sketch.dataset in labels else _FREE
    st.selectbox(
        t("design_page.dataset"),
        list(labels),
        list(labels).index(chosen),
        format_func=labels.__getitem__,
        key=key,
        width=_FIELD_WIDTH,
        help=t("design_page.dataset_help"),
        on_change=safely(_other_dataset),
        args=(key,),
    )


def _number(desk: Desk, name: str) -> None:
    """Any number may be entered: what can't be is said with the layers."""
    key = desk.key(name)
    st.number_input(
        t(f"design_page.{name}"),
        value=getattr(desk.sketch, name),
        step=1,
        format="%d",
        key=key,
        width=_NUMBER_WIDTH,
        on_change=safely(_other_number),
        args=(key, name),
    )


def _named(key: str) -> None:
    desk = current()
    if key == desk.key("name"):
        desk.asked = ""
        desk.change(replace(desk.sketch, name=st.session_state[key]))


def _other_dataset(key: str) -> None:
    desk = current()
    if key != desk.key("dataset"):
        return
    info = opening.find_dataset(st.session_state[key])
    if info is None:
        desk.change(replace(desk.sketch, dataset=_FREE))
    else:
        desk.change(desk.sketch.on(info.name, info.default_size, info.channels, len(info.classes)))
    desk.revision += 1


def _other_number(key: str, name: str) -> None:
    desk = current()
    if key == desk.key(name):
        now: dict[str, Any] = {name: int(st.session_state[key])}
        desk.change(replace(desk.sketch, **now))


def _save(then_train: bool = False) -> None:
    """Under its name. One that belongs to another design is asked about first."""
    desk, home = current(), Home.current()
    if not desk.sketch.name.strip():
        desk.change(replace(desk.sketch, name=_free_name(t("design_page.unnamed"), home)))
        desk.revision += 1
    name = desk.sketch.name.strip()
    own = desk.saved is not None and desk.saved.name.strip().casefold() == name.casefold()
    _store(desk, replaced=own)
    if then_train and desk.is_saved:
        st.session_state[_GO] = name


def _ask(desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="asked"):
        st.markdown(f":orange[:material/help: {t('design_page.exists', name=plain(desk.asked))}]", width="content")
        st.button(t("design_page.replace"), key="replace_design", on_click=safely(_replace))
        st.button(t("design_page.keep_both"), key="keep_both", on_click=safely(_keep_both))
        st.button(t("design_page.cancel"), key="cancel_save", type="tertiary", on_click=safely(_cancel))


def _replace() -> None:
    _store(current(), replaced=True)


def _keep_both() -> None:
    desk = current()
    desk.change(replace(desk.sketch, name=_free_name(desk.asked, Home.current())))
    desk.revision += 1
    _store(desk, replaced=False)


def _cancel() -> None:
    current().asked = ""


def _store(desk: Desk, *, replaced: bool) -> None:
    desk.asked = ""
    try:
        designs.save(desk.sketch.design(), Home.current(), replace=replaced)
    except LabError as error:
        if error.problem.code == "design_exists":
            desk.asked = desk.sketch.name.strip()
        else:
            desk.refuse(error.problems)
        return
    desk.saved = desk.sketch
    desk.notice = Notice("design_page.notice.saved", {"name": desk.sketch.name})


def _delete() -> None:
    """The stored design; what is on the page stays, unsaved."""
    desk = current()
    if desk.saved is None:
        return
    token = designs.remove(desk.saved.name.strip(), Home.current())
    desk.notice = Notice("design_page.notice.deleted", {"name": desk.saved.name}, token=token)
    desk.saved = None


def _restore() -> None:
    desk = current()
    if desk.notice is None or not desk.notice.token:
        return
    design = designs.restore(desk.notice.token, Home.current())
    desk.saved = Sketch.of(design)
    desk.notice = Notice("design_page.notice.restored", {"name": design.name})


def _free_name(name: str, home: Home) -> str:
    """``name``, or with the first number that no design has yet."""
    taken, number = {found.name.casefold() for found in designs.listing(home)}, 1
    unique = name
    while unique.casefold() in taken:
        number += 1
        unique = f"{name[: designs.LONGEST_NAME - 6]} ({number})"
    return unique
