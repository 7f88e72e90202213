"""The maps as cards: an image, then one card a method; below each other for several images and networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.registry import registry
from cnnlab.ui import pictures
from cnnlab.ui.edge import edge
from cnnlab.ui.explain.badges import Verdicts
from cnnlab.ui.explain.badges import draw as draw_badges
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import MISTAKES_PAGE
from cnnlab.ui.navigation import title as title_of
from cnnlab.ui.text import plain, sentence

if TYPE_CHECKING:
    from cnnlab.explain.sheet import Panel, Strip

_SIDE = 320
_NARROW = 150
_LONE = 188  # of one image: words stand below its maps, which need a phone's whole width and a fifth of a wide page


def draw(
    made: Sequence[Strip], titles: Sequence[str], verdicts: Mapping[tuple[str, str], Sequence[Verdicts | None]]
) -> None:
    """``titles``: of the panels. ``verdicts``: what the scorecards say, by run and image, of each panel."""
    several = len({strip.source.run_id for strip in made}) > 1
    narrow = _LONE if len(made) == 1 else _NARROW
    first = made[0].source.run_id  # of whose split the images are
    for place, strip in enumerate(made):
        known = verdicts.get((strip.source.run_id, strip.row.subject.digest), [None] * len(strip.panels))
        with st.grid(1 + len(strip.panels), min_column_width=narrow, border=True, key=f"maps_{place}") as grid:
            with grid.cell(), edge():
                _image(strip, several=several)
                if strip.source.run_id == first:
                    _why(strip)
            for at, (panel, title) in enumerate(zip(strip.panels, titles, strict=True)):
                with grid.cell(), edge():
                    _panel(strip, panel, title, lone=len(made) == 1 and at == titles.index(title))
                    if (verdict := known[at]) is not None:
                        draw_badges(verdict)


def _image(strip: Strip, *, several: bool) -> None:
    from cnnlab.explain import words

    row, names = strip.row, strip.source.class_names
    subject = row.subject
    st.markdown(f"**{plain(words.image_title(subject, language()))}**")
    pictures.draw(strip.picture, alt=t("explain_page.alt.image", name=subject.name), side=_SIDE)
    if several:
        st.caption(plain(strip.source.name))
    says = t("explain_page.says", label=plain(names[row.predicted]))
    with st.container(horizontal=True, gap="xsmall"):
        true = subject.known_label
        if true is None:
            st.badge(says, color="gray")
        elif true == row.predicted:
            st.badge(says, icon=":material/check_circle:", color="green")
        else:
            st.badge(says, icon=":material/cancel:", color="red")
            st.badge(t("explain_page.said_true", label=plain(names[true])), color="gray")
        if row.decided is not None:
            st.badge(t("explanation.decided", label=plain(names[row.decided])), icon=":material/rule:", color="blue")


def _why(strip: Strip) -> None:
    """From a mistake on the test split to its card, with its neighbours in the training data."""
    row = strip.row
    tested = row.subject.index is not None and row.subject.split == "test"
    if tested and row.subject.known_label not in (None, row.predicted):
        st.page_link(
            MISTAKES_PAGE,
            label=title_of(MISTAKES_PAGE),
            icon=":material/help_center:",
            query_params={"run": strip.source.run_id, "index": str(row.subject.index)},
        )


def _panel(strip: Strip, panel: Panel, title: str, *, lone: bool) -> None:
    from cnnlab.explain import words

    entry = registry("explainer")[panel.cell.method]
    st.markdown(f"**{plain(title)}**", help=entry.text("summary", language()))
    if panel.picture is None:
        if panel.cell.problems:
            for problem in panel.cell.problems:
                st.error(sentence(problem), icon=":material/error:")
        else:
            st.caption(t("explain_page.open"))
        return
    line = words.cell_line(panel.cell, strip.source.class_names, language())
    pictures.draw(panel.picture, alt=f"{title}: {line}", side=_SIDE)
    _ends(panel)
    st.caption(plain(line))
    if lone:
        st.caption(f"**{t('explain_page.limits')}** {entry.text('limits', language())}")


def _ends(panel: Panel) -> None:
    """The colours with the values at their ends, in the units of the method."""
    from cnnlab.explain import words
    from cnnlab.explain.render import scale_bar

    scale = panel.scale
    assert scale is not None  # noqa: S101  # whoever has a picture has a scale
    kind = "signed" if scale.diverging else "unsigned"
    bar = scale_bar(signed=scale.diverging, colours=scale.colours)
    st.image(bar, alt=t(f"explain_page.read_{kind}"), width="stretch")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for end in words.scale_ends(scale, language()):
            st.caption(end, width="content")
