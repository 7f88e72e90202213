"""Whether the energy of the training is counted, and whose electricity it is."""

from __future__ import annotations

import streamlit as st

from cnnlab.energy.carbon import countries, country_name
from cnnlab.ui import settings
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain
from cnnlab.ui.train import fields
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import within

_PART = "tracking.energy"


def draw(form: Form) -> None:
    country = f"{_PART}.country"
    words = settings.shown(country, form[country]) if form[f"{_PART}.measure"] else t("value.off")
    with (
        st.expander(
            t("train.training.energy", what=words),
            icon=":material/bolt:",
            expanded=within(form, [_PART]),
            key=f"energy_{form.revision}",
            type="compact",
        ),
        st.grid(2, min_column_width=190) as grid,
    ):
        with grid.cell():
            fields.toggle(form, f"{_PART}.measure")
        with grid.cell():
            fields.choice(form, country, _by_name(), words=_name)


def _by_name() -> list[str]:
    """Codes in the order of their names in the reader's language."""
    return sorted(countries(), key=lambda code: country_name(code, language()))


def _name(code: str) -> str:
    return country_name(code, language()) if code in countries() else plain(str(code))
