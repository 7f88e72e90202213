"""One dataset opened: samples, balance and splits, pixel values, augmentation; what can be done with it."""

from __future__ import annotations

import streamlit as st

from cnnlab.data import catalogue, imported
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.preview import Preview, is_prepared, open_preview
from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.jobs import datasets
from cnnlab.jobs.preparing import prepare_dataset
from cnnlab.ui import background
from cnnlab.ui.background import Work
from cnnlab.ui.data import augmentation, bias, catalogue_page, content, importing, report, undo
from cnnlab.ui.data.progress import words
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DATA_PAGE, TRAIN_PAGE
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain, sentence

_QUICK_SAMPLES = 3000
_TABS = ("samples", "balance", "bias", "pixels", "augmentation", "report")


def requested() -> DatasetInfo | None:
    """What the address names. Raises ``LabError`` ("unknown_dataset", "dataset_broken")."""
    wanted = st.query_params.get("dataset", "")
    if not wanted:
        return None
    if st.button(t("data_import.back"), icon=":material/arrow_back:", type="tertiary", key="data_back"):
        st.switch_page(DATA_PAGE)
    return catalogue.find(wanted[:200], Home.current())


def draw(info: DatasetInfo) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(info.title(language())), anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if st.button(t("data_page.train"), type="primary", icon=":material/model_training:", key="data_train"):
                st.switch_page(TRAIN_PAGE, query_params={"dataset": info.name})
            if info.imported:
                _change(info)
    st.caption(catalogue_page.facts(info))
    if not info.imported:  # of an imported one it only repeats what stands above and below
        st.markdown(plain(info.summary(language())))
    st.caption(_origin(info))
    if not _is_ready(info):
        return
    found = _opened(info)
    if found is not None:
        _tabs(info, found)


def _origin(info: DatasetInfo) -> str:
    words = [t("data_page.origin", source=plain(info.source_text(language())))]
    if info.licence:
        words.append(t("data_page.licence", licence=plain(info.licence_text(language()))))
    return " · ".join(words)


def _change(info: DatasetInfo) -> None:
    with st.popover(t("run.more"), icon=":material/more_horiz:", key="data_more"):
        new = st.text_input(
            t("data_page.new_name"), value=info.name, max_chars=60, live="0.5s", key=f"rename_{info.name}"
        )
        problem = importing.name_problem(new) if new and new != info.name else ""
        if problem:
            st.markdown(f":red[:material/error: {problem}]")
        st.caption(t("data_page.rename_help"))
        useless = not new or new == info.name or bool(problem)
        if st.button(t("data_page.rename"), icon=":material/edit:", disabled=useless, key="data_rename"):
            with edge():
                datasets.rename(info.name, new, Home.current())
                st.query_params["dataset"] = new
                st.rerun()
        st.divider()
        if st.button(t("run.do.delete"), icon=":material/delete:", key="data_delete"):
            with edge():
                undo.offer(info.name, datasets.remove(info.name, Home.current()))
                st.switch_page(DATA_PAGE)


def _is_ready(info: DatasetInfo) -> bool:
    """Whether it can be opened at once. What is not here is offered, what takes long is prepared, with progress."""
    name = f"download {info.name}"
    work = background.find(name)
    if work is not None and not work.ended:
        while_there(lambda: background.going(name), _progress, seconds=1.0)
        return False
    if is_prepared(info, Home.current()) or (info.stored and _is_quick(info)):
        return True
    failed = work is not None and (bool(work.problems) or work.cancelled)
    for problem in work.problems if work is not None else ():
        st.error(sentence(problem), icon=":material/error:")
    if info.stored and not failed:
        _begin(name, info)
    if not info.stored:
        st.markdown(t("data_page.not_here"))
    label = t("data_import.prepare" if info.stored else "data_page.download")
    if st.button(label, icon=":material/cloud_download:", key="data_download"):
        _begin(name, info)
    return False


def _is_quick(info: DatasetInfo) -> bool:
    """Drawn or imported, and small: it is prepared while the page is drawn."""
    return not info.facts.get("downloads") and (info.samples or 0) <= _QUICK_SAMPLES


def _begin(name: str, info: DatasetInfo) -> None:
    home = Home.current()
    background.forget(name)
    if info.facts.get("downloads"):
        background.begin(name, lambda progress: prepare_dataset(info.name, home, progress=progress))
    else:
        background.begin(name, lambda progress: _prepare(info.name, home, progress))
    st.rerun()


def _prepare(name: str, home: Home, progress: Progress) -> None:
    open_preview(name, home, progress=progress)  # what it opened is dropped: the page opens its own


def _progress(work: Work) -> None:
    st.progress(work.share or 0.0, text=words(work))
    if st.button(t("data_page.cancel"), icon=":material/close:", key="download_cancel"):
        work.cancel()


def _opened(info: DatasetInfo) -> Preview | None:
    with edge(), st.spinner(t("trained.data")):
        return content.preview_of(info.name, info.fingerprint or "")
    return None


def _tabs(info: DatasetInfo, found: Preview) -> None:
    names = [name for name in _TABS if name != "report" or info.imported]
    tabs = st.tabs([t(f"data_page.tab.{name}") for name in names], key=f"data_tabs_{language()}", on_change="rerun")
    drawn = {
        "samples": content.samples,
        "balance": content.balance,
        "bias": bias.draw,
        "pixels": content.pixels,
        "augmentation": augmentation.draw,
    }
    for tab, name in zip(tabs, names, strict=True):
        if not tab.open:
            continue
        with tab, edge():
            if name == "report":
                _import_report(info)
            else:
                drawn[name](found)


def _import_report(info: DatasetInfo) -> None:
    found = imported.remarks(info.name, Home.current())
    if not found["skipped"] and not found["noted"]:
        st.markdown(t("data_page.no_remarks"))
    report.remarks("skipped", found["skipped"])
    report.remarks("noted", found["noted"])
