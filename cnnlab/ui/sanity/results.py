"""What the check came to: a verdict for each method, the maps at each depth, the curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots.palette import palette
from cnnlab.registry import registry
from cnnlab.ui import choices, download, pictures
from cnnlab.ui.language import language, t
from cnnlab.ui.sanity.check import Asked
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.sanity.check import Cascade
    from cnnlab.explain.sanity.verdict import Verdict

_Colour = Literal["green", "red", "orange"]
_BADGES: dict[str, tuple[str, _Colour]] = {
    "pass": (":material/check_circle:", "green"),
    "fail": (":material/cancel:", "red"),
    "inconclusive": (":material/help:", "orange"),
}
_CELL = 84  # pixels of a map on the page
_MEASURES = ("absolute", "signed", "ssim")


def draw(asked: Asked) -> None:
    from cnnlab.explain.sanity.check import CONTROLS
    from cnnlab.explain.sanity.verdict import LIMIT

    found = asked.known()
    methods = [each for each in found if each.method not in CONTROLS]
    missing = [title(name) for name in asked.methods if name not in {each.method for each in methods}]
    if not methods:
        st.markdown(t("sanity_page.nothing_yet"))
        return
    if missing:
        st.caption(t("sanity_page.missing", methods=", ".join(missing)))
    st.caption(t("sanity.rule", limit=_number(LIMIT)))
    _maps(asked, [*methods, *(each for each in found if each.method == CONTROLS[0])])
    _curve(found)
    with st.popover(t("sanity_page.share"), icon=":material/link:", key="sanity_share"):
        st.caption(t("sanity_page.command"))
        st.code(asked.command, language=None, wrap_lines=True)


def title(method: str) -> str:
    known = registry("explainer")
    return known[method].text("title", language()) if method in known else t(f"sanity.control.{method}")


def badge(found: Verdict) -> None:
    icon, colour = _BADGES[found.outcome]
    st.badge(t(f"sanity.outcome.{found.outcome}"), icon=icon, color=colour)


def interval(found: Verdict) -> str:
    """``0.32 (0.30 – 0.35)``"""
    return f"{_number(found.mean)} ({_number(found.low)} – {_number(found.high)})"


def _maps(asked: Asked, cascades: Sequence[Cascade]) -> None:
    from cnnlab.explain.render import picture_of
    from cnnlab.explain.sanity.picture import sheet_png, strip

    st.subheader(t("sanity_page.maps"), anchor=False)
    count = len(cascades[0].maps[0])
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        image = st.segmented_control(
            t("sanity_page.image"),
            range(count),
            default=0,
            required=True,
            format_func=lambda place: formats.whole(place + 1, language()),
            key=f"sanity_image_{count}",
        )
        place = int(image or 0)
        download.button(
            t("sanity_page.download"),
            sheet_png(asked.inputs, cascades, place),
            f"sanity-{asked.run.run_id[:8]}-{place + 1}.png",
            key="sanity_download",
        )
    st.caption(t("sanity_page.maps_caption"))
    picture = picture_of(asked.inputs[place : place + 1])
    for each in cascades:
        _verdict(each)
        with st.container(horizontal=True, gap="small"):
            _cell(picture, t("sanity_page.cell.image"), t("sanity_page.alt.image"))
            for depth, cell in enumerate(strip(each, place)):
                layer = t("sanity_page.cell.own") if depth == 0 else _short(each.layers[depth - 1])
                alt = t("sanity_page.alt.map", method=title(each.method), layer=layer)
                _cell(cell, layer, alt)


def _verdict(cascade: Cascade) -> None:
    from cnnlab.explain.sanity.verdict import verdict

    found = verdict(cascade)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{title(cascade.method)}**", width="content")
        badge(found)
        words = {"interval": interval(found), "measure": t(f"sanity_page.measure.{found.measure}")}
        st.caption(t(f"sanity_page.says.{found.outcome}", **words), width="content")


def _cell(picture: pictures.Pixels, caption: str, alt: str) -> None:
    with st.container(width=_CELL, gap="xxsmall"):
        pictures.draw(picture, alt=alt, caption=caption, side=_CELL, width=_CELL)


def _short(layer: str) -> str:
    """``body.stage3.block1.conv2`` -> "stage3 conv2": it stands below a small picture."""
    parts = layer.removeprefix("body.").split(".")
    return parts[0] if len(parts) == 1 else f"{parts[0]} {parts[-1]}"


def _curve(cascades: Sequence[Cascade]) -> None:
    from cnnlab.explain.sanity.check import CONTROLS
    from cnnlab.explain.sanity.verdict import LIMIT
    from cnnlab.plots import sanity as plot

    st.subheader(t("sanity_page.curve"), anchor=False)
    labels = {name: t(f"sanity_page.measures.{name}") for name in _MEASURES}
    chosen = choices.one_of(_MEASURES, t("sanity_page.which"), labels.__getitem__, key="sanity_measure")
    lines = [
        plot.Line(
            title(each.method), [1.0, *each.of(chosen).mean(axis=(0, 2)).tolist()], control=each.method in CONTROLS
        )
        for each in cascades
    ]
    layers = [layer.removeprefix("body.") for layer in cascades[0].layers]
    limit = t("sanity_page.limit") if chosen != "ssim" else ""
    words = plot.Words(t("sanity_page.x_axis"), labels[chosen], limit, t("sanity_page.cell.own"))
    last = "; ".join(f"{line.name}: {_number(line.values[-1])}" for line in lines)
    st.plotly_chart(
        plot.cascade(
            lines, layers, LIMIT if chosen != "ssim" else None, words, palette(st.context.theme.type), language()
        ),
        theme=None,
        key="sanity_curve",
        config={"displayModeBar": False},
        alt=t("sanity_page.curve_alt", last=plain(last).replace("\\", "")),
    )


def _number(value: float) -> str:
    return formats.number(round(value, 2) + 0.0, 2, language())  # without a minus before zero
