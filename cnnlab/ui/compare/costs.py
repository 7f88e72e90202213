"""What each of the compared runs cost, beside how good it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs import pareto
from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score
from cnnlab.runs.table import cost
from cnnlab.ui import metrics
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.cost import timing, words
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_ROWS: dict[str, tuple[str, Callable[[float], str]]] = {
    "seconds": ("train_seconds", formats.duration),
    "speed": ("images_per_second", lambda value: formats.whole(value, language())),
    "energy": ("energy_kwh", words.energy),
    "co2": ("co2_kg", words.mass),
    "memory": ("peak_memory_bytes", lambda value: formats.size(value, language())),
    "parameters": ("parameters", lambda value: formats.short(value, language())),
    "macs": ("macs", lambda value: formats.short(value, language())),
    "latency_1": ("latency_ms_1", words.milliseconds),
    "latency_32": ("latency_ms_32", words.milliseconds),
}
_FRONT = " ◆"


def draw(runs: Sequence[Run]) -> None:
    """A row a cost, a column a run; the runs that no other beats in result and that cost are marked."""
    st.subheader(t("cost.title"), anchor=False)
    names = [plain(name) for name in names_of(runs)]
    columns: dict[str, list[str]] = {t("cost.what"): [t(f"cost.name.{name}") for name in _ROWS]}
    rows = [_row(runs, name) for name in _ROWS]
    for place, name in enumerate(names):
        columns[name] = [row[place] for row in rows]
    st.table(columns, border="horizontal", hide_index=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        timing.offer(runs)
    st.caption(" ".join(_notes(runs)))


def _row(runs: Sequence[Run], name: str) -> list[str]:
    key, form = _ROWS[name]
    values = [cost(run, key) for run in runs]
    results = [held_out_score(run)[1] for run in runs]
    ahead = set(pareto.front(values, results, more_cost=name == "speed", more_result=_more(runs)))
    cells = []
    for place, (run, value) in enumerate(zip(runs, values, strict=True)):
        mark = _FRONT if place in ahead and len(ahead) < _known(values, results) else ""
        basis = _basis(name, run) if value is not None else ""
        cells.append(formats.UNKNOWN if value is None else f"{form(value)}{mark}" + (f" ({basis})" if basis else ""))
    return cells


def _basis(name: str, run: Run) -> str:
    """Whether a number was measured or estimated; CO2 is always estimated, by the mean of a country and year."""
    if name == "co2":
        return t("cost.estimated_co2")
    return words.source(run.result) if name == "energy" else ""


def _known(values: Sequence[float | None], results: Sequence[float | None]) -> int:
    return sum(value is not None and result is not None for value, result in zip(values, results, strict=True))


def _more(runs: Sequence[Run]) -> bool:
    """Whether higher results are the good ones."""
    name = next((name for name, value in map(held_out_score, runs) if value is not None), "")
    return metrics.parts(name)[1] != "loss" if name else True


def _notes(runs: Sequence[Run]) -> list[str]:
    """What the marks mean, whose electricity it is, on what the answers were timed."""
    notes = [t("cost.front", mark=_FRONT.strip())]
    places = list(dict.fromkeys(filter(None, (words.place(run.result) for run in runs))))
    if places:
        notes.append(t("cost.electricity", places="; ".join(places)))
    timed = list(dict.fromkeys(filter(None, (words.timed_on(run) for run in runs))))
    if timed:
        notes.append(t("cost.timed", where="; ".join(timed)))
    sources = {run.result.get("energy_source") for run in runs}
    notes += [t(f"cost.about.{name}") for name in ("measured", "partly", "estimated") if name in sources]
    return notes
