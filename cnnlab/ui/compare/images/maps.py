"""One image, and what each network looked at in it: their maps side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.errors import LabError, Problem
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import background, going, pictures, trained
from cnnlab.ui.compare.images.case import Case
from cnnlab.ui.explain.runs import fitting
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EXPLAIN_PAGE
from cnnlab.ui.pictures import Pixels
from cnnlab.ui.text import plain, sentence

METHOD = "grad_cam"
_SLOT = "compare_maps_work"
_SIDE = 168
_NO_MAPS = "network_without_maps"  # its sentence is for who typed the method
_EXPLAINED_TOGETHER = 4  # as many runs as Explain takes


@dataclass(frozen=True)
class Looked:
    """A network's map over the image as it gets it; ``None`` where ``problems`` say why."""

    picture: Pixels | None
    problems: tuple[Problem, ...] = ()


def draw(case: Case, place: int) -> None:
    panel, label = case.panel, int(case.panel.labels[place])
    truth = plain(panel.names[label]) if label >= 0 else formats.UNKNOWN
    st.markdown(f"**{t('compare_images.one', index=place, file=plain(panel.files[place]), truth=truth)}**")
    parts = [f"{run.run_id} {trained.stamp(run)}" for run in case.runs]
    name = background.own(f"compare maps {place} {' '.join(parts)}")
    work = background.find(name)
    looked: Sequence[Looked] | None = work.result if work is not None and work.ended else None
    _networks(case, place, looked)
    if background.going(name):
        going.draw(name, t("compare_images.cancel"), key="compare_maps_cancel")
        return
    if work is not None and work.problems:
        st.error(" ".join(sentence(problem) for problem in work.problems), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if looked is None and st.button(
            t("compare_images.explain"), icon=":material/center_focus_strong:", key="compare_maps"
        ):
            home, ids = Home.current(), [run.run_id for run in case.runs]
            going.begin(name, lambda tell: look(home, ids, place, tell), slot=_SLOT)
            st.rerun()
        _link(case.runs, place)
    if looked is not None:
        st.caption(t("compare_images.map_about"))


def _networks(case: Case, place: int, looked: Sequence[Looked] | None) -> None:
    pixels = case.images([place])
    with st.grid(min(5, len(case.runs)), min_column_width=150) as grid:
        for number, name in enumerate(case.names):
            with grid.cell():
                st.markdown(f"**{plain(name)}**")
                picture = None if looked is None else looked[number].picture
                if picture is None and pixels is not None:
                    picture = pixels[0]
                if picture is not None:
                    alt = t("compare_images.map_alt" if looked else "compare_images.picture_alt", run=name, index=place)
                    pictures.draw(picture, alt=alt, side=_SIDE, width=_SIDE)
                st.markdown(_said(case, number, place))
                for problem in () if looked is None else looked[number].problems:
                    st.caption(t("compare_images.no_map") if problem.code == _NO_MAPS else sentence(problem))


def _said(case: Case, number: int, place: int) -> str:
    panel = case.panel
    said = plain(panel.names[int(panel.predictions[number, place])])
    share = formats.percent(float(panel.confidence[number, place]), language())
    if panel.labels[place] < 0:
        return f":material/help: {said} · {share}"
    icon = ":material/check_circle:" if panel.right[number, place] else ":material/cancel:"
    return f"{icon} {said} · {share}"


def _link(runs: Sequence[Run], place: int) -> None:
    """To Explain, with this image and those of these runs that take it in the first one's size."""
    query = {"run": runs[0].run_id, "index": str(place)}
    if others := [run.run_id for run in fitting(runs[0], runs)[: _EXPLAINED_TOGETHER - 1]]:
        query["with"] = ",".join(others)
    st.page_link(
        EXPLAIN_PAGE, label=t("compare_images.to_explain"), icon=":material/arrow_forward:", query_params=query
    )


def look(home: Home, ids: Sequence[str], place: int, progress: Progress) -> list[Looked]:
    """The maps of one test image, for the class that each network says; kept where Explain keeps its own."""
    found = []
    for done, run_id in enumerate(ids):
        progress("progress.explaining", done, len(ids))
        try:
            found.append(_looked(home, run_id, place))
        except LabError as error:
            found.append(Looked(None, error.problems))
    return found


def _looked(home: Home, run_id: str, place: int) -> Looked:
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.trained import load_trained, weights_fingerprint
    from cnnlab.explain.cache import Cache
    from cnnlab.explain.display import Display
    from cnnlab.explain.several import Asked, explain_several
    from cnnlab.explain.sheet import Source, strips
    from cnnlab.explain.subjects import Subject
    from cnnlab.runs.journal import Journal

    journal = Journal.open(home, run_id)
    model, dataset = load_trained(journal.folder), dataset_of(journal, home)
    subject = Subject(dataset.test.pick([place]).inputs, str(place), index=place)
    store = Cache(home, weights_fingerprint(journal.folder))
    rows = explain_several(model, [subject], Asked((METHOD,)), store=store)
    source = Source(run_id, "", model.card.outputs.class_names, tuple(rows))
    panel = strips([source], Display())[0].panels[0]
    return Looked(panel.picture, panel.cell.problems)
