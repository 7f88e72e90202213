"""The charts of a run: learning curves, and what the machine did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots import curves
from cnnlab.plots.palette import Palette
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui import figures, metrics
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_HEIGHT = 290
_PLOTTED_SAMPLES = 600  # of the machine; more would only thicken the line


def learning(run: Run) -> None:
    """One chart a metric, then the learning rate and the speed."""
    if not run.epochs:
        st.markdown(t("run.curves.none" if not run.state.is_final else "run.curves.nothing"))
        return
    with st.grid(2, min_column_width=320, border=True) as grid:
        names = curves.metric_names(run.epochs)
        for metric in names:
            with grid.cell():
                _metric(run, metric)
        with grid.cell():
            _single(run, "learning_rate")
        with grid.cell(column_span="all" if len(names) % 2 else 1):  # no card stands beside a hole
            _single(run, "images_per_second")


def epochs_across(run: Run) -> int:
    """What the x axis spans: while it trains the planned epochs, so that nothing moves; afterwards the trained ones."""
    return (None if run.state.is_final else run.planned_epochs) or run.done_epochs


def system(run: Run) -> None:
    """Processor and memory of the machine and of the run, over minutes."""
    samples = Journal(run.folder).system()[-_PLOTTED_SAMPLES:] if run.folder else []
    if not samples:
        st.markdown(t("run.system.none"))
    else:
        with st.grid(2, min_column_width=320, border=True) as grid:
            for title, names in _SYSTEM.items():
                with grid.cell():
                    _over_time(run, samples, t(f"run.system.{title}"), names)
    st.caption(_conditions(run))


# chart -> the line of the whole machine and that of the run's process, by MLflow's names
_SYSTEM = {
    "processor": {"machine": "system/cpu_utilization_percentage", "process": "system/process_cpu_percentage"},
    "memory": {"machine": "system/system_memory_usage_megabytes", "process": "system/process_memory_megabytes"},
}


def _metric(run: Run, metric: str) -> None:
    name = metrics.metric_label(metric)
    share = metric in metrics.SHARES
    title = t("run.curves.percent", metric=name) if share else name
    best = run.best_epoch
    words = curves.Words(
        t("run.curves.train"),
        t("run.curves.validation"),
        t("run.curves.epoch"),
        t("run.curves.best", epoch=best or formats.UNKNOWN),
    )
    make = partial(
        curves.learning_curves,
        run.epochs,
        metric,
        planned_epochs=epochs_across(run),
        best_epoch=best,
        words=words,
        scale=100.0 if share else 1.0,
    )
    last = metrics.formatted(f"val_{metric}", run.last.get(f"val_{metric}"))
    _chart(run, "curves", title, make, key=f"curve_{metric}", alt=t("run.curves.alt", title=title, last=last))


def _single(run: Run, key: str) -> None:
    title = metrics.metric_label(key)
    make = partial(
        curves.single_curve,
        run.epochs,
        key,
        name=title,
        planned_epochs=epochs_across(run),
        x_axis=t("run.curves.epoch"),
    )
    value = run.last.get(key)
    last = formats.learning_rate(value) if key == "learning_rate" else formats.whole(value, language())
    _chart(run, "by_epoch", title, make, key=f"curve_{key}", alt=t("run.curves.alt_single", title=title, last=last))


def _over_time(run: Run, samples: list[dict[str, Any]], title: str, names: dict[str, str]) -> None:
    start = samples[0]["time"]
    lines = {
        t(f"run.system.{who}"): [((sample["time"] - start) / 60, sample.get(name)) for sample in samples]
        for who, name in names.items()
    }
    make = partial(curves.time_curves, lines, x_axis=t("run.system.minutes"))
    last = formats.whole(samples[-1].get(names["machine"]), language())
    _chart(
        run,
        "system",
        title,
        make,
        key=f"system_{names['machine']}",
        alt=t("run.curves.alt_single", title=title, last=last),
    )


def _chart(run: Run, name: str, title: str, make: Callable[..., dict[str, Any]], *, key: str, alt: str) -> None:
    """``make``: takes the ``palette``."""
    st.markdown(f"**{title}**")

    def made(colours: Palette) -> dict[str, Any]:
        return make(palette=colours)

    figures.echarts(made, name, of=f"{run.name} · {title}", y_axis=title, height=_HEIGHT, key=key, alt=alt)


def _conditions(run: Run) -> str:
    """Where and how it was trained, as far as the run says."""
    words = []
    if run.worker_pid:
        words.append(t("run.system.pid", pid=run.worker_pid))
    if run.resumed_from is not None:
        words.append(t("run.system.resumed", epoch=run.resumed_from))
    known = {
        name: plain(str(run.result[name])) for name in ("device", "precision", "threads", "torch") if name in run.result
    }
    if len(known) == 4:
        words.append(t("run.system.conditions", **known))
    return " · ".join(words)
