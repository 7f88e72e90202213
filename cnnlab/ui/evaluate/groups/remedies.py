"""New runs that may mend a gap: one click each, and what those that have ended did for the worst group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing
from cnnlab.ui.edge import safely
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import COMPARE_PAGE
from cnnlab.ui.text import message, plain

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.gaps import Codes
    from cnnlab.evaluation.groups.grouping import Grouping
    from cnnlab.evaluation.groups.look import Look

_LOOKED_AT = 200  # newest runs among which those of this one are looked for


def draw(case: Case, seen: Look, grouping: Grouping, codes: Codes) -> None:
    from cnnlab.evaluation.groups.grouping import group_columns
    from cnnlab.evaluation.groups.remedies import BY_GROUP, RARE_MORE, REMEDIES, applies

    if case.run.experiment is None:
        return
    st.subheader(t("groups_page.remedies"), anchor=False)
    st.caption(t("groups_page.remedies_note"))
    columns = group_columns(seen.prepared.manifest())
    fits = [name for name in REMEDIES if name not in BY_GROUP or grouping.name in columns]
    table = seen.cross_table(grouping)
    offered = [name for name in fits if applies(name, table.sum(0 if name in BY_GROUP else 1))]
    with st.container(horizontal=True):
        for name in offered:
            st.button(
                t(f"groups.remedy.{name}"),
                icon=":material/play_arrow:",
                key=f"remedy_{name}",
                wrap=True,
                on_click=safely(_start),
                args=(case.run, name, grouping.name, columns),
            )
    if any(name in RARE_MORE for name in offered):
        st.caption(t("groups_page.remedy_rare"))
    if len(offered) < len(fits):
        st.caption(t("groups_page.remedy_even"))
    if len(fits) < len(REMEDIES):
        st.caption(t("groups_page.remedy_without"))
    _tried(case, grouping, codes)


def _start(run: Run, name: str, by: str, columns: list[str]) -> None:
    """Raises what ``remedied`` and ``submit`` raise."""
    from cnnlab.evaluation.groups.remedies import remedied

    if run.experiment is not None:
        submit(remedied(run.experiment, name, by, columns), Home.current(), parent=run.run_id)
        st.toast(t("groups_page.began"), icon=":material/check:")


def _tried(case: Case, grouping: Grouping, codes: Codes) -> None:
    home = Home.current()
    children = [one for one in listing(home, limit=_LOOKED_AT) if one.parent == case.run.run_id and _remedy(one, case)]
    if not children:
        return
    st.markdown(f"**{t('groups_page.tried')}**")
    for child in children:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"tried_{child.run_id}"):
            remedy = t(f"groups.remedy.{_remedy(child, case)}")
            st.markdown(f"{plain(child.name)} · {remedy}  \n{_said(case, child, grouping, codes)}")
            st.page_link(
                COMPARE_PAGE,
                label=t("groups_page.compare"),
                icon=":material/compare_arrows:",
                query_params={"runs": f"{case.run.run_id},{child.run_id}"},
            )


def _remedy(child: Run, case: Case) -> str:
    """Which remedy made the run; "" for one that changed something else."""
    from cnnlab.evaluation.groups.remedies import remedy_between

    if child.experiment is None or case.run.experiment is None:
        return ""
    return remedy_between(case.run.experiment, child.experiment) or ""


def _said(case: Case, child: Run, grouping: Grouping, codes: Codes) -> str:
    """Of the group in which the run before was right least often."""
    from cnnlab.evaluation.groups import words
    from cnnlab.evaluation.groups.remedies import in_group, worst_group
    from cnnlab.ui.evaluate.case import case_of

    if not child.state.is_final or not (child.folder and Journal(child.folder).result()):
        return t("groups_page.waiting", name=plain(child.name))
    worst = worst_group(case.judged, codes, len(grouping.groups))
    if worst is None:
        return t("groups.after.elsewhere")
    try:
        pair = in_group(case.judged, case_of(child, "test").judged, codes == worst)
    except LabError as error:
        return message(error)
    return plain(words.remedy_words(pair, grouping.groups[worst], language()))
