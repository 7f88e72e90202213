"""What else there is of a design: a first step on real images, its code, its file, its inside."""

from __future__ import annotations

import re

import streamlit as st

from cnnlab import designs
from cnnlab.models.code import as_code
from cnnlab.models.shapes import Shape
from cnnlab.ui import download, navigation
from cnnlab.ui.design import start_from, try_it
from cnnlab.ui.design.desk import Desk
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t

_TABS = ("try", "code", "yaml", "inside")
_HIGHEST_CODE = 480  # pixels


def draw(desk: Desk) -> None:
    """Only the open tab is worked out."""
    titles = [t(f"design_page.tab.{name}") for name in _TABS]
    tabs = st.tabs(titles, key=f"design_tabs_{language()}", on_change="rerun")
    views = {"try": try_it.draw, "code": _code, "yaml": _yaml, "inside": _inside}
    for name, tab in zip(_TABS, tabs, strict=True):
        if tab.open:
            with tab, edge():
                if desk.report is not None and not desk.report.ready and name != "yaml":
                    st.caption(t("design_page.correct_first"))
                else:
                    views[name](desk)


def _code(desk: Desk) -> None:
    sketch = desk.sketch
    shape = Shape(sketch.channels, sketch.size, sketch.size)
    written = as_code(sketch.layers, shape, sketch.outputs, sketch.name.strip() or t("design_page.unnamed"))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(t("design_page.code_caption"), width="content")
        download.button(t("design_page.download"), written, f"{_stem(sketch.name)}.py", key="download_code")
    st.code(written, language="python", height=_HIGHEST_CODE)


def _yaml(desk: Desk) -> None:
    if desk.sketch.layers:
        written = designs.to_yaml(desk.sketch.design())
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(t("design_page.yaml_caption"), width="content")
            download.button(t("design_page.download"), written, f"{_stem(desk.sketch.name)}.yaml", key="download_yaml")
        st.code(written, language="yaml", height=_HIGHEST_CODE)
    start_from.uploader("design_from_tab")


def _inside(desk: Desk) -> None:
    st.markdown(t("design_page.inside_words"))
    if not desk.is_saved:
        st.caption(t("design_page.inside_save"))
        return
    st.page_link(
        navigation.INSIDE_PAGE,
        label=t("design_page.inside_link"),
        icon=":material/biotech:",
        query_params={"design": desk.sketch.name.strip()},
    )


def _stem(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60] or "design"
