"""One epoch of all chosen runs: the slider, the maps, the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots import comparison
from cnnlab.plots.comparison import Line
from cnnlab.plots.cues import GLYPHS
from cnnlab.plots.palette import cue, palette
from cnnlab.registry import registry
from cnnlab.runs.run import Run
from cnnlab.ui import address, choices, download, figures, pictures
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain
from cnnlab.ui.timeline.kept import Found

if TYPE_CHECKING:
    from cnnlab.explain.timeline.kept import Moment, Probes, Timeline

_CELL = 80  # pixels of a map on the page
_HEIGHT = 360
_SHORT = 24  # characters of a name in the legend
_DISPLAYS = ("overlay", "map")


def choose_epoch(found: Found) -> int:
    """One epoch for all runs, kept in the address; the newest unless the address or the slider says otherwise."""
    epochs = sorted({epoch for _, timeline in found for epoch in timeline.epochs})
    if len(epochs) == 1:
        st.caption(t("timeline_page.one_epoch", epoch=epochs[0]))
        return epochs[0]
    key = "timeline_epoch"
    asked = address.asked_number("epoch")
    if asked is not None:
        st.session_state[key] = min(epochs, key=lambda epoch: abs(epoch - asked))
    elif st.session_state.get(key) not in epochs:
        st.session_state[key] = epochs[-1]
    chosen = st.select_slider(t("timeline_page.epoch"), epochs, key=key, help=t("timeline_page.epoch_help"))
    epoch = int(chosen)
    address.keep_unusual("epoch", str(epoch), str(epochs[-1]))
    return epoch


def choose_display() -> str:
    return choices.one_of(
        _DISPLAYS,
        t("timeline_page.display.label"),
        lambda name: t(f"timeline_page.display.{name}"),
        key="timeline_display",
        label_visibility="collapsed",
    )


def maps(place: int, run: Run, timeline: Timeline, epoch: int, display: str, *, among: Found) -> None:
    """A run's name and accuracy, its probes where they are other ones than the first run's, its maps."""
    _heading(place, run, timeline, epoch, several=len(among) > 1)
    probes = timeline.probes
    if place == 0 or not np.array_equal(probes.pictures, among[0][1].probes.pictures):
        _images(probes)
    moment = timeline.at(epoch)
    if moment is None:
        st.caption(t("timeline_page.not_yet", epoch=timeline.epochs[0]))
        return
    with st.container(horizontal=True, gap="small"):
        for number, picture in enumerate(_pictures(probes, moment, display)):
            _cell(picture, *_says(probes, moment, number))


def curve(found: Found, epoch: int) -> None:
    """How alike the maps are to the last ones: the mean over the probes, of a single run also each of them."""
    if all(len(timeline.epochs) < 2 for _, timeline in found):
        return
    st.subheader(t("timeline_page.curve"), anchor=False)
    names = names_of([run for run, _ in found], _SHORT)
    lines: list[Line] = []
    for place, ((_, timeline), name) in enumerate(zip(found, names, strict=True)):
        alike = timeline.similarities()
        moment = timeline.at(epoch)
        means = list(zip(map(float, timeline.epochs), alike.mean(axis=1).tolist(), strict=True))
        mean = t("timeline_page.mean") if len(found) == 1 else name
        lines.append(Line(place, mean, means, None if moment is None else float(moment.epoch)))
        if len(found) == 1:
            lines += _of_probes(timeline, alike)
    words = comparison.Words(t("run.curves.epoch"), t("compare.zoom"), t("compare.zoom_back"))
    first = "; ".join(f"{line.name}: {_number(line.values[0][1])}" for line in lines if not line.faint)
    alt = t("timeline_page.curve_alt", first=first)
    figures.echarts(
        lambda colours: comparison.overlaid(lines, colours, words),
        "timeline",
        of=", ".join(names),
        height=_HEIGHT,
        key="timeline_curve",
        alt=alt,
    )
    st.caption(t("timeline_page.curve_caption"))


def share(found: Found) -> None:
    from cnnlab.explain.timeline.picture import sheet_png

    ids = [run.run_id for run, _ in found]
    with st.container(horizontal=True):
        download.button(
            t("timeline_page.download"),
            sheet_png([timeline for _, timeline in found]),
            f"timeline-{'-'.join(run_id[:8] for run_id in ids)}.png",
            key="timeline_download",
        )
        with st.popover(t("sanity_page.share"), icon=":material/terminal:", key="timeline_share"):
            st.caption(t("sanity_page.command"))
            st.code(f"python -m cnnlab timeline {' '.join(ids)}", language=None, wrap_lines=True)


def _heading(place: int, run: Run, timeline: Timeline, epoch: int, *, several: bool) -> None:
    look, moment = cue(place, palette(st.context.theme.type)), timeline.at(epoch)
    glyph = f"{GLYPHS[look.symbol]} " if several else ""
    known = registry("explainer")
    method = timeline.probes.method
    title = known[method].text("title", language()) if method in known else plain(method)
    parts = [title]
    if moment is not None:
        record: dict[str, Any] = next((each for each in run.epochs if each["epoch"] == moment.epoch), {})
        right = sum(a == b for a, b in zip(moment.predicted, timeline.probes.labels, strict=True))
        parts += [
            t("timeline_page.at_epoch", epoch=moment.epoch),
            t("timeline_page.accuracy", share=formats.percent(record.get("val_accuracy"), language())),
            t("timeline_page.right", right=right, count=len(moment.predicted)),
        ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{glyph}{plain(run.name)}**", width="content")
        st.caption(" · ".join(parts), width="content")


def _images(probes: Probes) -> None:
    from cnnlab.explain.timeline.picture import pictures_of

    with st.container(horizontal=True, gap="small"):
        for picture, label in zip(pictures_of(probes), probes.labels, strict=True):
            name = probes.class_names[label]
            _cell(picture, name, t("timeline_page.alt.image", name=name))


def _pictures(probes: Probes, moment: Moment, display: str) -> list[pictures.Pixels]:
    from cnnlab.explain.timeline.picture import maps_of, overlays_of

    return overlays_of(probes, moment) if display == "overlay" else maps_of(probes, moment)


def _says(probes: Probes, moment: Moment, number: int) -> tuple[str, str]:
    """What the network said then, short and in words."""
    predicted, label = moment.predicted[number], probes.labels[number]
    name, true = probes.class_names[predicted], probes.class_names[label]
    sure = formats.percent(moment.probability[number], language(), 0)
    words = {"true": true, "name": name, "share": sure}
    if predicted == label:
        return f"✓ {sure}", t("timeline_page.alt.right", **words)
    return f"✗ {name}", t("timeline_page.alt.wrong", **words)


def _cell(picture: pictures.Pixels, caption: str, alt: str) -> None:
    with st.container(width=_CELL, gap="xxsmall"):
        pictures.draw(picture, alt=alt, caption=caption, side=_CELL, width=_CELL)


def _of_probes(timeline: Timeline, alike: np.ndarray[Any, Any]) -> list[Line]:
    names = [timeline.probes.class_names[label] for label in timeline.probes.labels]
    return [
        Line(0, f"{number + 1} · {name}", list(zip(map(float, timeline.epochs), column, strict=True)), faint=True)
        for number, (name, column) in enumerate(zip(names, alike.T.tolist(), strict=True))
    ]


def _number(value: float | None) -> str:
    return formats.number(value, 2, language())
