"""Bringing in one's own images: where they are, what they will be called, how far it is, what came of it.

A view of the page with an address of its own (/data?view=import), not a dialog: that would close whenever the page
behind it is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from cnnlab.data import uploads
from cnnlab.data.importing import ImportReport, import_images, refuse_used_name
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.ui import background, choices
from cnnlab.ui.background import Work
from cnnlab.ui.data import report
from cnnlab.ui.data.progress import words
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.navigation import DATA_PAGE
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import message, plain, sentence

VIEW = "import"  # in the address
_WORK = "import"
_SOURCES = ("zip", "directory", "folder")
_PAUSE = "0.5s"  # what is typed is checked once the writer pauses
_TREE = """\
{root}/
├─ {first}/
│  ├─ 0001.jpg
│  └─ 0002.png
└─ {second}/
   └─ 0001.jpg"""


def requested() -> bool:
    """Whether the address asks for this view."""
    return st.query_params.get("view") == VIEW


def button(*, primary: bool = False, key: str = "data_import") -> None:
    """The way to this view."""
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button(t("data_page.import"), type=kind, icon=":material/upload:", key=key):
        st.switch_page(DATA_PAGE, query_params={"view": VIEW})


def draw() -> None:
    """The form; while an import goes on its progress, and afterwards its report."""
    if st.button(t("data_import.back"), icon=":material/arrow_back:", type="tertiary", key="import_back"):
        st.switch_page(DATA_PAGE)
    st.title(t("data_page.import"), anchor=False)
    work = background.find(background.own(_WORK))
    if work is not None and not work.ended:
        _follow()
    elif work is not None and work.result is not None:
        report.draw(work.result, _forget)
    else:
        _failure(work)
        _form()


def progress() -> None:
    """On the catalogue: that an import goes on or has ended, and the way to it."""
    work = background.find(background.own(_WORK))
    if work is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        if work.ended:
            _outcome(work)
        else:
            st.markdown(t("data_import.going_on"), width="stretch")
        if st.button(t("data_import.look"), icon=":material/visibility:", key="import_look"):
            st.switch_page(DATA_PAGE, query_params={"view": VIEW})
        if work.ended and st.button(t("data_page.dismiss"), type="tertiary", key="import_dismiss"):
            _forget()
            st.rerun()


def name_problem(name: str) -> str:
    """Why a dataset can't be called that, as a sentence; empty when it can."""
    try:
        refuse_used_name(name, Home.current())
    except LabError as error:
        return message(error)
    return ""


def _form() -> None:
    form, beside = st.columns([3, 2], gap="large")
    with beside:
        _how_folders_look()
    with form:
        source = _source()
        chosen, folder = ([], _folder()) if source == "folder" else (_uploads(source), "")
        given = uploads.source_of(chosen) if chosen else folder
        name, name_is_wrong = _name(given)
        ready = bool(given and name) and not name_is_wrong and not (folder and _is_missing(folder))
        label, icon = t("data_page.import_start"), ":material/upload:"
        if st.button(label, type="primary", disabled=not ready, icon=icon, key="import_start"):
            with edge():
                _begin(_of_uploads(chosen, name) if chosen else _of_folder(Path(folder).expanduser(), name))
                st.rerun()


def _source() -> str:
    return choices.one_of(
        _SOURCES,
        t("data_page.source"),
        lambda name: t(f"data_page.from.{name}"),
        key="import_source",
        draw=st.pills,
        wrap=True,
    )


def _uploads(source: str) -> list[Any]:
    """One zip, or the files of a folder, through the browser; the server refuses by size before it reads."""
    limit = uploads.LARGEST_MB
    if source == "zip":
        help_text = t("data_page.zip_help", limit=limit)
        upload = st.file_uploader(
            t("data_page.zip"), type=["zip"], max_upload_size=limit, help=help_text, key="import_zip"
        )
        return [] if upload is None else [upload]
    return list(
        st.file_uploader(
            t("data_page.directory"),
            accept_multiple_files="directory",
            max_upload_size=limit,
            help=t("data_import.directory_help", limit=limit),
            key="import_directory",
        )
    )


def _folder() -> str:
    typed = st.text_input(
        t("data_page.folder"),
        help=t("data_page.folder_help"),
        max_chars=4000,
        live=_PAUSE,
        icon=":material/folder_open:",
        key="import_folder",
        persist_state="session",
    )
    folder = (typed or "").strip()
    if folder and _is_missing(folder):
        _wrong(t("error.import_missing", field=t("data_page.folder"), value=plain(folder[:200])))
    return folder


def _is_missing(folder: str) -> bool:
    try:
        return not Path(folder).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # too long for a path, a null byte, a home that nobody has
        return True


def _name(given: str) -> tuple[str, bool]:
    """The name, and whether something is wrong with it; that is said below the field."""
    name = st.text_input(
        t("data_page.name"),
        value=uploads.suggested_name(given, Home.current()) if given else "",
        max_chars=60,
        help=t("data_page.name_help"),
        live=_PAUSE,
        key=f"name_{given}",  # another source, another suggestion
    )
    problem = name_problem(name) if name else ""
    if problem:
        _wrong(problem)
    return name or "", bool(problem)


def _wrong(words_: str) -> None:
    st.markdown(f":red[:material/error: {words_}]")


def _how_folders_look() -> None:
    with st.container(border=True):
        st.markdown(f"**{t('data_import.layout')}**")
        names = {name: t(f"data_import.tree.{name}") for name in ("root", "first", "second")}
        st.code(_TREE.format(**names), language=None)
        st.markdown(t("data_page.import_words"))
        st.caption(t("data_import.command"))


def _begin(function: Callable[[Progress], ImportReport]) -> None:
    _forget()
    background.begin(background.own(_WORK), function)


def _forget() -> None:
    background.forget(background.own(_WORK))


def _of_folder(folder: Path, name: str) -> Callable[[Progress], ImportReport]:
    home = Home.current().ensure()
    return lambda progress: import_images(folder, name, home, progress=progress)


def _of_uploads(chosen: Sequence[Any], name: str) -> Callable[[Progress], ImportReport]:
    """They become a file of ours at once, which the import deletes whatever happens."""
    home = Home.current().ensure()
    path, source = uploads.keep(chosen, home), uploads.source_of(chosen)
    return lambda progress: uploads.import_kept(path, source, name, home, progress=progress)


def _follow() -> None:
    """The progress, drawn again until the import has ended; then the page once more."""
    name = background.own(_WORK)
    while_there(lambda: background.going(name), _progress, seconds=0.5)


def _progress(work: Work) -> None:
    with st.container(border=True):
        st.progress(work.share or 0.0, text=words(work))
        st.caption(t("data_import.may_leave"))
        if st.button(t("data_page.cancel"), icon=":material/close:", key="import_cancel"):
            work.cancel()


def _failure(work: Work | None) -> None:
    """Why the last one came to nothing; the form stays below."""
    for problem in work.problems if work is not None else ():
        st.error(sentence(problem), icon=":material/error:")
    if work is not None and work.cancelled:
        st.markdown(t("data_page.import_cancelled"))


def _outcome(work: Work) -> None:
    """In one line."""
    if work.result is not None:
        st.markdown(report.headline(work.result), width="stretch")
    elif work.cancelled:
        st.markdown(t("data_page.import_cancelled"), width="stretch")
    else:
        st.markdown(" ".join(sentence(problem) for problem in work.problems), width="stretch")
