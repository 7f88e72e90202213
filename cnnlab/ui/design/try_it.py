"""One batch of the chosen images forwards and backwards: what shows a dead or exploding design at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab import trial
from cnnlab.checks import check
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.plots.palette import palette
from cnnlab.ui import background
from cnnlab.ui.data import progress
from cnnlab.ui.design import opening, totals
from cnnlab.ui.design.desk import Desk
from cnnlab.ui.language import language, t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain, sentence

if TYPE_CHECKING:
    from cnnlab.errors import Problem
    from cnnlab.trial import Trial
    from cnnlab.ui.background import Work

_POLL_SECONDS = 0.7
_DESIGNED = "designed"  # the architecture that builds a list of layers
_WEIGHTS = {"good": ("check_circle", "green"), "note": ("info", "blue"), "warning": ("warning", "orange")}


def draw(desk: Desk) -> None:
    info = opening.find_dataset(desk.sketch.dataset)
    if info is None:
        st.caption(t("design_page.try.dataset"))
        return
    experiment = Experiment().changed(
        {
            "data.dataset": info.name,
            "model.architecture": _DESIGNED,
            "model.layers": [dict(layer) for layer in desk.sketch.layers],
            "training.batch_size": totals.batch_size(),
        }
    )
    words = t("design_page.try.caption", dataset=plain(info.title(language())), count=totals.batch_size())
    st.caption(words if info.stored else f"{words} {t('train.data.download')}")
    offer(experiment, key="design_trial")


def offer(experiment: Experiment, *, key: str) -> None:
    """The button, how far it is, and what the last trial under ``key`` came to, also of an earlier experiment."""
    name, home = background.own(f"{key} {experiment.sha256}"), Home.current()
    clicked = st.button(t("design_page.try.button"), icon=":material/science:", key=f"{key}_button")
    if clicked:
        check(experiment, home)
        background.begin(name, lambda tell: trial.trial(experiment, home, progress=tell))
    _take(name, key, experiment)
    if background.going(name):
        while_there(lambda: background.going(name), _working, seconds=_POLL_SECONDS)
    tried: tuple[str, Trial | None, tuple[Problem, ...]] | None = st.session_state.get(f"{key}_result")
    if tried is None:
        return
    of_this, result, problems = tried[0] == experiment.sha256, tried[1], tried[2]
    for problem in problems if of_this else ():
        st.error(sentence(problem), icon=":material/error:")
    if result is not None:
        if not of_this:
            st.markdown(f":orange[:material/history: {t('design_page.try.earlier')}]")
        show(result, key=key)


def show(result: Trial, *, key: str) -> None:
    """What it says first, then the figures that made it say so."""
    for verdict in result.verdicts:
        symbol, colour = _WEIGHTS[verdict.weight]
        word = t(f"design_page.weight.{verdict.weight}")
        st.markdown(f":{colour}[:material/{symbol}: **{word}**] {plain(verdict.sentence(language()))}")
    step = result.warm or result.cold
    figures = {
        "forward": _seconds(step.forward),
        "backward": _seconds(step.backward),
        "memory": formats.size(result.memory_bytes, language()),
        "loss": formats.loss(result.loss if math.isfinite(result.loss) else None, language()),
    }
    with st.grid(4, min_column_width=150, border=True) as grid:
        for name, figure in figures.items():
            with grid.cell():
                help_text = t(f"design_page.try.{name}_help")
                note = _expected(result) if name == "loss" else None
                st.metric(t(f"design_page.try.{name}"), figure, help=help_text, delta_description=note)
    _gradients(result, key)
    st.caption(_circumstances(result))


def _take(name: str, key: str, experiment: Experiment) -> None:
    """What ended is kept for this session; a trial is run again when the button is pressed again."""
    work = background.find(name)
    if work is None or not work.ended:
        return
    background.forget(name)
    st.session_state[f"{key}_result"] = (experiment.sha256, work.result, work.problems)


def _working(work: Work) -> None:
    st.markdown(f":material/hourglass_top: {progress.words(work)}")


def _expected(result: Trial) -> str | None:
    if result.expected_loss is None:
        return None
    return t("design_page.try.expected", value=formats.loss(result.expected_loss, language()))


def _gradients(result: Trial, key: str) -> None:
    """Of the layers with weights; gains and biases alone say little."""
    from cnnlab.plots import trial as plots

    layers = [layer for layer in result.layers if layer.weighted]
    if not layers:
        return
    names, norms = [layer.name for layer in layers], [layer.gradient_norm for layer in layers]
    st.markdown(f"**{t('design_page.try.gradients')}**", help=t("design_page.try.gradients_help"))
    said = ", ".join(f"{name} {_norm(norm)}" for name, norm in zip(names, norms, strict=True))
    axes = {"x_axis": t("design_page.column.layer"), "y_axis": t("design_page.try.norm")}
    st.plotly_chart(
        plots.gradients(names, norms, palette(st.context.theme.type), language(), **axes),
        theme=None,
        key=f"{key}_gradients",
        config={"displayModeBar": False},
        alt=t("design_page.try.gradients_alt", layers=said),
    )


def _norm(norm: float | None) -> str:
    return formats.learning_rate(norm) if norm is not None and math.isfinite(norm) else formats.UNKNOWN


def _circumstances(result: Trial) -> str:
    first = _seconds(result.cold.forward + result.cold.backward)
    key = "design_page.try.first_only" if result.warm is None else "design_page.try.circumstances"
    return t(key, count=result.samples, threads=result.threads, device=result.device, first=first)


def _seconds(seconds: float) -> str:
    """Steps of small networks take milliseconds."""
    if seconds < 1:
        return f"{formats.number(1000 * seconds, 0 if seconds >= 0.01 else 1, language())}{formats.NBSP}ms"
    return f"{formats.number(seconds, 1, language())}{formats.NBSP}s"
