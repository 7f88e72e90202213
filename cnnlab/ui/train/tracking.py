"""Maps that are kept while it trains: how often, of how many images, by which method."""

from __future__ import annotations

import streamlit as st

from cnnlab.registry import registry
from cnnlab.ui import settings
from cnnlab.ui.language import language, t
from cnnlab.ui.train import fields
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import within

_PART = "tracking.explain"


def draw(form: Form) -> None:
    methods = [name for name, entry in registry("explainer").items() if entry.facts["cost"] == "instant"]
    words = settings.shown(f"{_PART}.every", form[f"{_PART}.every"] or 0)
    with (
        st.expander(
            t("train.training.maps", what=words),
            icon=":material/timeline:",
            expanded=within(form, [_PART]),
            key=f"maps_{form.revision}",
            type="compact",
        ),
        st.grid(3, min_column_width=190) as grid,
    ):
        with grid.cell():
            fields.whole(form, f"{_PART}.every")
        with grid.cell():
            fields.whole(form, f"{_PART}.images")
        with grid.cell():
            fields.choice(form, f"{_PART}.method", methods, words=_title)


def _title(name: str) -> str:
    known = registry("explainer")
    return known[name].text("title", language()) if name in known else name
