"""The maps of all images by all networks: what is instant at once, the rest on request in the background."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.registry import registry
from cnnlab.runs.run import Run
from cnnlab.ui import background, going, trained
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence

if TYPE_CHECKING:
    from cnnlab.evaluation.reading.reading import Reading
    from cnnlab.evaluation.trained import TrainedModel
    from cnnlab.explain.cache import Cache
    from cnnlab.explain.several import Asked, Row
    from cnnlab.explain.sheet import Source

INSTANT = ("instant",)
_WORK = "explain_work"  # in the session: the name of what was computed last


def predictions_of(run: Run, subjects: Sequence[Shown], reading: Reading) -> list[tuple[int, tuple[float, ...]]]:
    """Of each image: the network's most probable class, and the probability of every class as ``reading`` says it."""
    from cnnlab.explain.several import predictions

    found = predictions(trained.model_of(run), subjects)
    said = reading.say(np.array([own for _, own in found])).probabilities.tolist()
    return [(predicted, tuple(shares)) for (predicted, _), shares in zip(found, said, strict=True)]


def explained(runs: Sequence[Run], subjects: Sequence[Shown], asked: Asked) -> list[Source]:
    """What is instant or was computed before; cells of other methods are open until ``offer`` has had them computed."""
    work = background.find(_name(runs, subjects, asked))
    if work is not None and work.ended and work.result is not None:
        found: list[Source] = work.result
        return found
    with st.spinner(t("explain_page.computing")):
        return _sources(_networks(runs), subjects, asked, INSTANT, None)


def offer(runs: Sequence[Run], subjects: Sequence[Shown], asked: Asked, sources: Sequence[Source]) -> None:
    """The button that computes what is open; then how far it is, with a way to end it."""
    name = _name(runs, subjects, asked)
    open_cells = [cell for source in sources for row in source.rows for cell in row.cells if cell.is_open]
    work = background.find(name)
    if background.going(name):
        going.draw(name, t("explain_page.cancel"), key="explain_cancel")
        return
    if work is not None and work.problems:
        st.error(" ".join(sentence(problem) for problem in work.problems), icon=":material/error:")
    if not open_cells:
        return
    titles = dict.fromkeys(registry("explainer")[cell.method].facts["cost"] for cell in open_cells)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = t("explain_page.compute", count=len(open_cells))
        kind = "minute" if "minute" in titles else "seconds"
        if st.button(label, type="primary", icon=":material/calculate:", key="explain_compute"):
            networks = _networks(runs)
            # the maps are kept on the disk as well
            going.begin(name, lambda tell: _sources(networks, subjects, asked, None, tell), slot=_WORK)
            st.rerun()
        st.caption(t(f"explain_page.takes.{kind}"), width="content")
        if work is not None and work.cancelled:
            st.caption(t("explain_page.cancelled"), width="content")


Network = tuple[str, str, "TrainedModel", "Cache"]
"""Of a run: its id, its name, its network, and where its explanations are kept. A thread reads nothing of the page."""


def _networks(runs: Sequence[Run]) -> list[Network]:
    from cnnlab.evaluation.trained import weights_fingerprint
    from cnnlab.explain.cache import Cache

    found = []
    for run in runs:
        model = trained.model_of(run)  # refuses a run without a folder
        assert run.folder is not None  # noqa: S101
        cache = Cache(Home.current(), weights_fingerprint(run.folder))
        found.append((run.run_id, run.name, model, cache))
    return found


def _sources(
    networks: Sequence[Network],
    subjects: Sequence[Shown],
    asked: Asked,
    costs: tuple[str, ...] | None,
    progress: Progress | None,
) -> list[Source]:
    from cnnlab.explain.base import COSTS
    from cnnlab.explain.several import explain_several
    from cnnlab.explain.sheet import Source

    found = []
    for place, (run_id, name, model, cache) in enumerate(networks):
        tell = None if progress is None else _of_all(progress, place, len(networks))
        rows: list[Row] = explain_several(
            model, subjects, asked, costs=COSTS if costs is None else costs, store=cache, progress=tell
        )
        found.append(Source(run_id, name, model.card.outputs.class_names, tuple(rows)))
    return found


def _of_all(progress: Progress, place: int, count: int) -> Progress:
    """Told of one network, tells of all ``count``."""

    def tell(phase: str, done: int, total: int) -> None:
        progress(phase, place * total + done, count * total)

    return tell


def _name(runs: Sequence[Run], subjects: Sequence[Shown], asked: Asked) -> str:
    """Of the work: the same question is asked once in a session."""
    parts = [f"{run.run_id} {trained.stamp(run)}" for run in runs]
    parts += [f"{subject.digest} {subject.label}" for subject in subjects]
    digest = hashlib.sha256(repr((parts, asked)).encode()).hexdigest()
    return background.own(f"explain {digest}")
