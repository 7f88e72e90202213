"""Groups: where the largest gap is, one grouping in full with its images, and the runs that may mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.ui import address, groupings
from cnnlab.ui.evaluate import computing
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.groups import choice, found, remedies
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.gaps import Gaps
    from cnnlab.evaluation.groups.look import Look


def draw(case: Case) -> None:
    st.caption(t("groups_page.caption"))
    seen = choice.look_of(case)
    metric, positive = choice.measure(case)
    _survey(case, seen, metric, positive)
    address.rename("by", "group", seen.offered.columns.__contains__)
    grouping = groupings.choose(seen.offered, "groups", parameter="group")
    if grouping is not None:
        codes = seen.of_split(grouping)
        found.draw(case, seen, grouping, metric, positive)
        if case.split == "test":
            remedies.draw(case, seen, grouping, codes)


def _survey(case: Case, seen: Look, metric: str, positive: int) -> None:
    """All that the data offer, side by side."""
    st.subheader(t("groups_page.survey"), anchor=False)
    rows = seen.kept_survey(metric, positive=positive)
    if rows is None:
        computing.draw(
            f"groups {case.stamp} {metric} {positive}",
            lambda progress: seen.survey(metric, positive=positive, progress=progress),
            label=t("groups_page.survey_run"),
            key="groups",
        )
        return
    from cnnlab.evaluation.groups import words

    if not rows:
        st.markdown(t("groups.nothing"))
        return
    st.table(_table(rows), border="horizontal", hide_index=True)
    st.caption(f"{t('groups_page.survey_help', count=len(rows))} {words.rule(language())}")


def _table(rows: list[Gaps]) -> dict[str, list[str]]:
    from cnnlab.evaluation.groups import words
    from cnnlab.i18n import formats

    speech = language()
    ends = [(one.worst, one.best) for one in rows]
    shown = [[_end(one.metric, end) for end in pair] for one, pair in zip(rows, ends, strict=True)]
    return {
        t("groups_page.grouping"): [plain(words.title(one.grouping, one.kind, speech)) for one in rows],
        t("groups_page.worst"): [worst for worst, _ in shown],
        t("groups_page.best"): [best for _, best in shown],
        t("groups_page.gap"): [words.gap(one.metric, one.gap, speech) for one in rows],
        t("groups_page.p"): [
            formats.UNKNOWN if one.gap is None else formats.number(one.adjusted, 3, speech) for one in rows
        ],
    }


def _end(metric: str, group: object) -> str:
    from cnnlab.evaluation.groups import words
    from cnnlab.evaluation.groups.gaps import Group
    from cnnlab.i18n import formats

    if not isinstance(group, Group):
        return formats.UNKNOWN
    return f"{plain(group.name)} · {words.value(metric, group.value, language())}"
