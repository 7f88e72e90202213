"""What came out: the answers of both networks, their maps of the same images, a row for each method."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.explain.laboratory.findings import CONTROLS, Findings
from cnnlab.explain.laboratory.maps import Shown, shown
from cnnlab.explain.laboratory.setup import ARMS, TEXTURE, Pair, Setup
from cnnlab.explain.laboratory.words import sentences, share, title
from cnnlab.explain.render import overlay
from cnnlab.home import Home
from cnnlab.runs.view import view
from cnnlab.ui import choices, pictures
from cnnlab.ui.laboratory import training
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_SIDE = 144  # pixels of a map on the page
_METRICS = {True: ("own", "shape", "texture"), False: ("own", "class_without", "fooled")}  # by: texture or not
_KEPT = 24  # methods whose maps stay in the app's memory


def complete(found: Findings) -> bool:
    """Whether every method that suits the network is there."""
    return set(_suited(found.pair.honest)) <= set(found.methods)


def draw(found: Findings) -> None:
    st.subheader(t("laboratory_page.findings"), anchor=False)
    said = sentences(found, language())
    _answers(found)
    st.markdown("  \n".join(plain(each) for each in said[:2]))
    if not found.methods:
        return
    st.subheader(t("laboratory_page.maps"), anchor=False)
    st.markdown("  \n".join(plain(each) for each in said[2:]))
    _maps(found)
    st.subheader(t("laboratory_page.table"), anchor=False)
    _table(found)


def _answers(found: Findings) -> None:
    names = _METRICS[found.setup.variant == TEXTURE]
    with st.grid(2, min_column_width=300, border=True) as grid:
        for arm in ARMS:
            with grid.cell():
                training.link(view(Home.current(), found.pair.of(arm)))
                with st.grid(len(names), min_column_width=120) as metrics:
                    for name in names:
                        with metrics.cell():
                            value = share(found.answers[arm][name], language())
                            st.metric(t(f"laboratory_page.short.{name}"), value, help=t(f"laboratory.answer.{name}"))


def _maps(found: Findings) -> None:
    by_name = {name: title(name, language()) for name in found.methods}
    first = "grad_cam" if "grad_cam" in by_name else next(iter(by_name))
    key = f"laboratory_method_{len(by_name)}"
    name = choices.one_of(
        list(by_name), t("laboratory_page.method"), by_name.__getitem__, key=key, first=first, draw=st.pills, wrap=True
    )
    each = _shown(found.setup, found.pair, name)
    with st.grid(2, min_column_width=320, border=True) as grid:
        for one in each:
            with grid.cell():
                _row(one, by_name[name])
    st.caption(t("laboratory_page.maps_caption", method=by_name[name]))


def _row(one: Shown, method: str) -> None:
    """The image and the map of each network over it."""
    true = plain(one.name)
    grid = st.grid(1 + len(ARMS), min_column_width=88)
    with grid.cell():
        pictures.draw(one.pixels, alt=t("laboratory_page.image_alt", name=true), caption=one.name, side=_SIDE)
    for arm in ARMS:
        words = {"method": method, "arm": t(f"laboratory.arm.{arm}"), "name": true}
        key = "right" if one.said[arm] == one.name else "wrong"
        said = t(f"laboratory_page.{key}", name=one.said[arm])
        with grid.cell():
            over = overlay(one.pixels, one.maps[arm])
            caption = f"{t(f'laboratory.arm.{arm}')}: {said}"
            pictures.draw(over, alt=t("laboratory_page.map_alt", **words), caption=caption, side=_SIDE)


def _table(found: Findings) -> None:
    measures = [*(["energy_cue"] if found.cue_images else []), "pointing", "energy_object"]
    rows: list[dict[str, Any]] = []
    for name in [*found.methods, *CONTROLS]:
        row: dict[str, Any] = {"method": title(name, language())}
        for measure in measures:
            for arm in ARMS:
                row[f"{measure}_{arm}"] = _percent(found.rows[arm][name].get(measure))
            if measure == "energy_cue":
                row["times"] = found.cue_ratio(name)
        rows.append(row)
    st.dataframe(rows, hide_index=True, column_config=_columns(measures), height="content", key="laboratory_table")
    key = "laboratory_page.table_caption_texture" if found.setup.variant == TEXTURE else "laboratory_page.table_caption"
    st.caption(t(key, images=found.images, cue_images=found.cue_images))


def _columns(measures: list[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {"method": st.column_config.TextColumn(t("laboratory_page.method"), pinned=True)}
    for measure in measures:
        for arm in ARMS:
            label = f"{t(f'laboratory.measure.{measure}')}, {t(f'laboratory.arm.{arm}')} (%)"
            columns[f"{measure}_{arm}"] = st.column_config.NumberColumn(label, format="%.1f")
    columns["times"] = st.column_config.NumberColumn(t("laboratory_page.times"), format="%.0f")
    return columns


def _percent(found: Estimate | None) -> float | None:
    return None if found is None or found.mean is None else 100 * found.mean


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _shown(setup: Setup, pair: Pair, method: str) -> list[Shown]:
    return shown(setup, pair, Home.current(), method)


@st.cache_data(max_entries=8, show_spinner=False)
def _suited(run_id: str) -> list[str]:
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.explain.base import methods_for

    return methods_for(load_trained(Home.current().run_folder(run_id)).network)
