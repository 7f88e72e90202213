"""Accuracy under corruptions: in words, as curves, as a table, and what single images come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.i18n.statistics import points
from cnnlab.runs.view import view
from cnnlab.ui import choices, figures
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.robustness import examples
from cnnlab.ui.evaluate.robustness.asked import button
from cnnlab.ui.language import language, t
from cnnlab.ui.text import distinct, plain

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.measured import Robustness
    from cnnlab.evaluation.robustness.subject import Subject

_WHICH = "robustness_which"


def draw(case: Case, subjects: Sequence[Subject]) -> None:
    from cnnlab.evaluation.robustness import compute
    from cnnlab.evaluation.robustness.table import corruptions

    names = list(corruptions())
    found = [compute.known(subject, names) for subject in subjects]
    there = [one for one in found if one is not None]
    whole = len(there) == len(subjects)
    if not whole:
        work = " ".join(["corruptions", *(f"{s.weights} {s.choices}" for s in subjects)])
        st.caption(t("robustness_page.what"))

        def measure(progress: Progress) -> None:
            for subject in subjects:
                compute.compute(subject, names, progress)

        button(work, t("robustness_page.measure"), measure, primary=True)
    if not there or found[0] is None:
        return
    labels = _names([subject.journal.run_id for subject, one in zip(subjects, found, strict=True) if one is not None])
    _words(there, labels)
    _chart(there, labels)
    _table(there[0])
    examples.draw(case, subjects[0], found[0])


def _names(run_ids: Sequence[str]) -> list[str]:
    return list(distinct({run_id: view(Home.current(), run_id).name for run_id in run_ids}).values())


def _words(found: Sequence[Robustness], names: Sequence[str]) -> None:
    from cnnlab.evaluation.robustness import words

    shown = [plain(name) for name in names]
    if len(found) > 1:
        for said in words.compared(found, shown, language()):
            st.markdown(said)
        for one, name in zip(found, shown, strict=True):
            st.caption(f"**{name}**: {words.sentences(one, language())[0]}")
    else:
        st.markdown("  \n".join(words.sentences(found[0], language())))


def _chart(found: Sequence[Robustness], names: Sequence[str]) -> None:
    from cnnlab.plots import robustness as plot

    if len(found) == 1:
        lines = plot.of_one_run(found[0], language())
    else:
        which = _which(found[0])
        lines = [_of_run(one, name, which) for one, name in zip(found, names, strict=True)]
    last = "; ".join(f"{line.name}: {formats.percent(line.values[-1], language())}" for line in lines)
    spoken = language()
    figures.plotly(
        lambda colours: plot.curves(lines, plot.curve_words(spoken), colours, spoken),
        "robustness",
        of=", ".join(names),
        key="robustness_curves",
        alt=t("robustness_page.chart_alt", last=last),
    )


def _which(found: Robustness) -> str:
    """Of several runs one corruption is drawn at a time, or their mean."""
    from cnnlab.evaluation.robustness.words import title

    offered = ["mean", *found.means()]
    labels = {name: t("robustness_page.mean") if name == "mean" else title(name, language()) for name in offered}
    key = f"{_WHICH}_{len(offered)}"
    label = t("robustness_page.corruption")
    return choices.one_of(offered, label, labels.__getitem__, key=key, draw=st.pills, wrap=True)


def _of_run(found: Robustness, name: str, which: str) -> Any:
    from cnnlab.evaluation.robustness.measured import accuracy
    from cnnlab.plots import robustness as plot

    clean = found.clean_accuracy
    if which == "mean":
        return plot.Line(name, [clean.value, *found.right.mean((0, 2)).tolist()])
    cells = [clean, *(accuracy(row) for row in found.right[found.corruptions.index(which)])]
    return plot.Line(name, [c.value for c in cells], [c.low for c in cells], [c.high for c in cells])


def _table(found: Robustness) -> None:
    """Rows corruptions, the most harmful first; columns strengths, in per cent."""
    from cnnlab.evaluation.robustness.table import corruptions
    from cnnlab.evaluation.robustness.words import title

    clean = found.clean_accuracy.value
    rows = []
    for name, mean in found.means().items():
        cells = found.right[found.corruptions.index(name)].mean(1).tolist()
        row = {t("robustness_page.corruption"): title(name, language())}
        row |= {str(level): formats.number(100 * value, 1, language()) for level, value in enumerate(cells, start=1)}
        row[t("robustness_page.mean")] = formats.number(100 * mean, 1, language())
        row[t("robustness_page.drop")] = points(clean - mean, language())
        rows.append(row)
    st.table(rows, border="horizontal", hide_index=True)
    with st.popover(t("robustness_page.about"), icon=":material/info:", key="robustness_about"):
        for one in corruptions().values():
            values = ", ".join(formats.number(value, 4, language()).rstrip("0").rstrip(".,") for value in one.strengths)
            source = t(f"robustness_page.as_in.{one.as_in}")
            st.markdown(f"**{one.text('title', language())}** ({values}): {one.text('about', language())} {source}")
        st.caption(t("robustness_page.note"))
