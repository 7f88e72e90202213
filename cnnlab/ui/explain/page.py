"""The parts of Explain: runs, images, classes, methods, maps, and how far to trust them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.runs.run import Run
from cnnlab.ui import kept_reading, trained
from cnnlab.ui.explain import batch, cards, downloads, grading, image, maps, methods, runs, targets, view, zoom
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.display import Display
    from cnnlab.explain.several import Asked
    from cnnlab.explain.sheet import Source


def head() -> None:
    st.title(t("explain_page.title"), anchor=False)
    st.caption(t("explain_page.caption"))


def choose_runs() -> list[Run]:
    return runs.choose()


def choose_images(chosen: Sequence[Run]) -> list[Shown]:
    with st.container(border=True):
        subjects = image.choose(chosen[0])
        runs.say_who_has_seen(chosen, subjects)
    return subjects


def draw(chosen: Sequence[Run], subjects: Sequence[Shown]) -> None:
    """Methods and class, then the maps and their scores."""
    names = trained.model_of(chosen[0]).card.outputs.class_names
    wanted = methods.choose(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = targets.mode()
        with st.popover(t("explain_page.display"), icon=":material/tune:", key="explain_display"):
            display = view.display()
            layer = methods.layer(chosen, subjects, wanted)
            values = methods.settings(wanted)
        shown_as = view.choose()
    readings = [kept_reading.said(run, named=len(chosen) > 1) for run in chosen]
    target = targets.choose(mode, subjects, names, maps.predictions_of(chosen[0], subjects, readings[0]))
    if not wanted:
        st.markdown(t("explain_page.no_method"))
        return
    from cnnlab.explain.several import Asked

    asked = Asked(tuple(wanted), target.targets, layer, values, target.minus)
    sources = maps.explained(chosen, subjects, asked)
    maps.offer(chosen, subjects, asked, sources)
    read = [source.read(reading) for source, reading in zip(sources, readings, strict=True)]
    _maps(chosen, read, asked, display.of_difference() if asked.difference else display, shown_as)


def _maps(chosen: Sequence[Run], sources: Sequence[Source], asked: Asked, display: Display, shown_as: str) -> None:
    from cnnlab.explain import words
    from cnnlab.explain.several import shown
    from cnnlab.explain.sheet import strips

    names = sources[0].class_names
    titles = words.column_titles(asked, names, language())
    made = strips([replace(one, rows=shown(one.rows, asked)) for one in sources], display)
    graded = None if asked.difference else grading.found(chosen, made, asked)
    if shown_as == "zoom":
        zoom.draw(made, titles)
    else:
        cards.draw(made, titles, grading.verdicts(graded))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(words.display_words(display, language(), difference=asked.difference), width="content")
        tables = grading.tables(graded, made, titles)
        downloads.draw(made, titles, asked, display, tables)
    if len(made) > 1 or shown_as == "zoom":
        with st.expander(t("explain_page.about")):
            methods.about(asked)
    if not asked.difference:
        grading.draw(chosen, made, asked, titles, graded)
    with st.expander(t("explain_page.batch"), icon=":material/table_chart:"):
        if len(chosen) > 1:
            st.caption(t("explain_batch.first_run", run=plain(sources[0].name)))
        batch.draw(chosen[0], asked.layer, asked.options)
