"""A card a run: what it is, how good, how far behind, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.evaluation.paired import Pair
from cnnlab.i18n import formats
from cnnlab.plots.cues import SAMPLE_WIDTH, sample
from cnnlab.plots.palette import cue, palette
from cnnlab.runs.comparison import Verdict
from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score, validation_score
from cnnlab.runs.states import RunState
from cnnlab.ui import metrics
from cnnlab.ui.badges import state_badge
from cnnlab.ui.compare import tested
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.compare.slots import slots
from cnnlab.ui.compare.words import difference_words
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EVALUATE_PAGE
from cnnlab.ui.run.cards import open_link, what
from cnnlab.ui.run.words import ending_words
from cnnlab.ui.text import plain

_MOST_BESIDE = 4


def draw(runs: Sequence[Run], found: Verdict, pairs: Sequence[Pair]) -> None:
    names, cues = names_of(runs), slots([run.run_id for run in runs])
    with st.grid(min(len(runs), _MOST_BESIDE), min_column_width=230, border=True) as grid:
        for place, run in enumerate(runs):
            with grid.cell():
                _card(run, names[place], place, cues[place], found, pairs)


def _card(run: Run, name: str, place: int, slot: int, found: Verdict, pairs: Sequence[Pair]) -> None:
    _head(run, name, slot)
    st.caption(what(run))
    if run.state in (RunState.FAILED, RunState.LOST):
        st.markdown(ending_words(run))
    _score(run, place, found, tested.behind(place, found, pairs))
    if cost := _cost(run):
        st.caption(" · ".join(cost))
    if run.local and run.state.is_final and run.best_record:
        st.page_link(
            EVALUATE_PAGE,
            label=t("run.do.evaluate"),
            icon=":material/fact_check:",
            query_params={"run": run.run_id},
        )


def _head(run: Run, name: str, slot: int) -> None:
    """The line by which the run is known in the curves, its name, its state and the way to it."""
    look = cue(slot, palette(st.context.theme.type))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(sample(look), width=SAMPLE_WIDTH, alt=t("compare.line_alt", name=name))
        st.markdown(f"**{plain(name)}**")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        state_badge(run.state)
        open_link(run)


def _score(run: Run, place: int, found: Verdict, sure: str) -> None:
    (test_name, test), (validation_name, validation) = held_out_score(run), validation_score(run)
    if test is None:
        note = t("compare.no_test" if run.state.is_final else "compare.not_tested")
        name = validation_name or "val_accuracy"
        st.metric(metrics.label(name), metrics.formatted(name, validation), delta_description=note)
        return
    beside = t("run.test.beside", value=metrics.formatted(validation_name, validation)) if validation_name else None
    behind = _place_words(place, found)
    st.metric(metrics.label(test_name), metrics.formatted(test_name, test), delta_description=behind or beside)
    for line in (sure, beside if behind else None):
        if line:
            st.caption(line)


def _place_words(place: int, found: Verdict) -> str | None:
    """How far this run is behind the first; ``None`` where that would say nothing."""
    behind = found.behind[place] if found.behind else None
    if behind is None:
        return None
    if behind == 0:
        return t("compare.first" if found.kind == "ahead" else "compare.level")
    return t("compare.behind", difference=difference_words(found.metric, behind))


def _cost(run: Run) -> list[str]:
    words = []
    if parameters := run.result.get("parameters"):
        words.append(t("run.parameters", parameters=formats.whole(parameters, language())))
    if run.done_epochs:
        words.append(t("compare.trained", duration=formats.duration(run.train_seconds)))
        words.append(t("compare.epochs", count=run.done_epochs))
    speed = run.result.get("images_per_second") or run.last.get("images_per_second")
    if speed:
        words.append(t("compare.speed", speed=formats.whole(speed, language())))
    return words
