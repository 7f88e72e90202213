"""How alike the compared networks are: the same answers, and the same errors."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.ui.compare.images.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def draw(case: Case) -> None:
    from cnnlab.evaluation.disagreements import measures

    names = [plain(name) for name in case.names]
    alike = [[formats.percent(share, language()) for share in row] for row in measures.agreement(case.panel)]
    wrong = [[formats.number(one, 2, language()) for one in row] for row in measures.error_correlation(case.panel)]
    with st.grid(2, min_column_width=320) as grid:
        for name, cells in (("agreement", alike), ("errors", wrong)):
            with grid.cell():
                st.markdown(f"**{t(f'compare_images.{name}.title')}**")
                columns = {"": names, **{one: [row[place] for row in cells] for place, one in enumerate(names)}}
                st.table(columns, border="horizontal", hide_index=True)
                st.caption(t(f"compare_images.{name}.about"))
