"""Every run minus one of them, with the paired interval where both answered the same images."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation import baseline
from cnnlab.evaluation.compared import Compared
from cnnlab.evaluation.compared_words import delta_words, energy_basis
from cnnlab.i18n import formats
from cnnlab.runs import table_words
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t
from cnnlab.ui.text import distinct, plain


def draw(found: Compared) -> None:
    names = [plain(name) for name in names_of(found.runs)]
    ids = [run.run_id for run in found.runs]
    labels = distinct(dict(zip(ids, names, strict=True)))
    place = ids.index(choice.select("baseline", t("compare.more.baseline_run"), labels))
    deltas = baseline.deltas(found.columns, place, found.pairs)
    if not deltas:
        st.markdown(t("compare.more.nothing"))
        return
    st.markdown(t("compare.delta.said", name=names[place]))
    rows = []
    for name in dict.fromkeys(one.column for one in deltas):
        own = next(one for one in found.columns if one.name == name).values[place]
        row = {
            t("compare.more.measure"): table_words.title(name, language()),
            names[place]: table_words.shown(name, own, language()),
        }
        cells = {one.place: delta_words(one, language()) for one in deltas if one.column == name}
        row |= {names[other]: cells.get(other, formats.UNKNOWN) for other in range(len(names)) if other != place}
        rows.append(row)
    st.table(rows, border="horizontal", hide_index=True)
    st.caption(" ".join(filter(None, [t("compare.delta.note"), energy_basis(found.runs, language())])))
