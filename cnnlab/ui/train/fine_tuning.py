"""Fine-tuning: how far what was learned before is kept still."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.ui.language import language, t
from cnnlab.ui.train import fields
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import within

_GROUP = "training.fine_tuning"
_FROZEN = f"{_GROUP}.frozen_epochs"
_RATE = f"{_GROUP}.backbone_rate"
_FROM = "model.weights_from"


def draw(form: Form) -> None:
    with st.expander(
        t("train.fine_tuning.title", what=_words(form)),
        icon=":material/ac_unit:",
        expanded=within(form, [_GROUP, _FROM]) or bool(form[_FROM]),
        key=f"fine_tuning_{form.revision}",
        type="compact",
    ):
        st.caption(t("train.fine_tuning.note"))
        with st.grid(2, min_column_width=190) as grid:
            with grid.cell():
                fields.whole(form, _FROZEN)
            with grid.cell():
                fields.share(form, _RATE)
        fields.text(form, _FROM, optional=True, limit=32)
        if form[_FROZEN] and not form["model.pretrained"] and not form[_FROM]:
            st.markdown(f":small[:material/info: {t('train.fine_tuning.random')}]")


def _words(form: Form) -> str:
    frozen, epochs, rate = form[_FROZEN], form["training.epochs"], form[_RATE]
    if not all(isinstance(value, int | float) for value in (frozen, epochs, rate)):
        return formats.UNKNOWN
    if frozen >= epochs:
        return t("train.fine_tuning.features")
    words = [t("train.fine_tuning.frozen", count=frozen)] if frozen else []
    if rate != 1.0:
        words.append(t("train.fine_tuning.slower", share=formats.percent(rate, language(), 0)))
    return ", ".join(words) or t("train.fine_tuning.none")
