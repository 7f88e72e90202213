"""What is in a dataset: sample grid, class balance, pixel values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import streamlit as st

from cnnlab.data import preview
from cnnlab.data.preview import Balance, Preview, open_preview
from cnnlab.data.splits import PARTS
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.plots.palette import palette
from cnnlab.ui import choices, pictures
from cnnlab.ui.language import language, t
from cnnlab.ui.text import distinct, plain

_SHOWN = 24
_BARS = 30  # classes beyond which bars would be lines
_EXTREMES = 5
_LEVEL = 1.1  # largest over smallest class, up to which they count as balanced


@st.cache_resource(max_entries=8, show_spinner=False)
def preview_of(name: str, fingerprint: str) -> Preview:  # noqa: ARG001  # another content is another dataset
    """As an untouched experiment would have it; its pixels stay mapped on the disk."""
    return open_preview(name, Home.current())


def samples(found: Preview) -> None:
    """A grid of samples of one split, of one class or of all, in an order that can be drawn again."""
    part, label = _chosen(found)
    key = f"data_draw_{found.info.name}"
    draw = st.session_state.setdefault(key, 0)
    chosen = found.select(part=part, class_number=label, draw=draw)
    pages = max(1, -(-len(chosen) // _SHOWN))
    at = f"data_page_number_{found.info.name}_{part}_{label}_{draw}"
    first = (min(st.session_state.get(at, 1), pages) - 1) * _SHOWN
    with st.container(horizontal=True, vertical_alignment="center"):
        whole = formats.whole(len(chosen), language())
        shown = len(chosen[first : first + _SHOWN])
        st.caption(t("data_page.of_these", shown=shown, count=whole), width="content")
        if st.button(t("data_page.again"), icon=":material/casino:", type="tertiary", key="data_again"):
            st.session_state[key] = draw + 1
            st.rerun()
    if len(chosen) == 0:
        st.markdown(t("data_page.none_like_it"))
        return
    index = chosen[first : first + _SHOWN].tolist()
    with st.grid(8, min_column_width=76) as grid:
        for place, picture in zip(index, found.pixels(index), strict=True):
            with grid.cell():
                alt = t("data_page.sample", file=found.files[place], label=found.label(place))
                pictures.draw(picture, alt=alt, caption=_caption(found, place))
    if pages > 1:
        st.pagination(pages, key=at)


def _caption(found: Preview, place: int) -> str:
    """The class; of imported images the file too, since it leads to what can be mended."""
    label = _short(found.label(place))
    return f"{label} · {_short(PurePosixPath(found.files[place]).stem)}" if found.info.imported else label


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _chosen(found: Preview) -> tuple[str, int | None]:
    every = "-1"
    names = {str(place): name for place, name in enumerate(found.class_names)}
    classes = distinct({every: t("data_page.every_class"), **names})
    with st.container(horizontal=True, vertical_alignment="center"):
        part = choices.one_of(
            PARTS,
            t("data_page.split"),
            lambda part: t(f"data_page.part.{part}"),
            key="data_part",
            first="train",
            label_visibility="collapsed",
        )
        label = st.selectbox(
            t("data_page.class"),
            list(classes),
            format_func=classes.__getitem__,
            key=f"data_class_{found.info.name}",
            label_visibility="collapsed",
            width=240,
        )
    return part, None if label in (every, None) else int(label)


def balance(found: Preview) -> None:
    """Split sizes, and the classes in them."""
    counted = preview.balance(found)
    counts = counted.counts
    total = sum(sum(values) for values in counts.values())
    with st.grid(3, min_column_width=110, border=True):
        for part in PARTS:
            size = sum(counts[part])
            share = formats.percent(size / total if total else None, language(), 0)
            note = t("data_page.official" if found.official(part) else "data_page.shared_out", share=share)
            st.metric(t(f"data_page.part.{part}"), formats.whole(size, language()), delta_description=note)
    st.caption(t("data_page.splits_words"))
    names, sizes = counted.class_names, counted.totals
    st.markdown(_balance_words(counted))
    if len(names) <= _BARS:
        _bars(counts, names, sizes)
    else:
        _table(counts, names, sizes)


def _balance_words(counted: Balance) -> str:
    if counted.ratio <= _LEVEL:
        return t("data_page.balanced")
    words = {name: plain(counted.class_names[getattr(counted, name)]) for name in ("largest", "smallest")}
    factor = formats.number(counted.ratio, 1, language()) if counted.ratio < float("inf") else "∞"
    return t("data_page.unbalanced", factor=factor, **words)


def _bars(counts: Mapping[str, Sequence[int]], names: Sequence[str], sizes: Sequence[int]) -> None:
    from cnnlab.plots import data as plot

    shown = {t(f"data_page.part.{part}"): values for part, values in counts.items()}
    colours = palette(st.context.theme.type)
    figure = plot.balance(shown, names, colours, language(), y_axis=t("data_page.images_axis"))
    alt = t("data_page.balance_alt", least=min(sizes), most=max(sizes))
    st.plotly_chart(figure, key="data_balance", theme=None, config={"displayModeBar": False}, alt=alt)


def _table(counts: Mapping[str, Sequence[int]], names: Sequence[str], sizes: Sequence[int]) -> None:
    """The largest and the smallest of many classes."""
    order = sorted(range(len(names)), key=lambda place: -sizes[place])
    shown = [*order[:_EXTREMES], *order[-_EXTREMES:]]
    columns = {t("data_page.class"): [plain(names[place]) for place in shown]}
    for part in PARTS:
        columns[t(f"data_page.part.{part}")] = [formats.whole(counts[part][place], language()) for place in shown]
    st.caption(t("data_page.extremes", count=_EXTREMES))
    st.table(columns, border="horizontal", hide_index=True)


def pixels(found: Preview) -> None:
    """Mean and deviation, which the network is given, and how the values are spread."""
    from cnnlab.plots import data as plot

    values = preview.pixel_statistics(found)
    channels = [t(f"data_page.channel.{name}") for name in (("grey",) if len(values.mean) == 1 else "rgb")]
    columns = {
        t("data_page.channel.title"): channels,
        t("data_page.mean"): [formats.number(value, 3, language()) for value in values.mean],
        t("data_page.deviation"): [formats.number(value, 3, language()) for value in values.std],
    }
    left, right = st.columns([1, 2], gap="medium")
    with left:
        st.table(columns, border="horizontal", hide_index=True)
        st.caption(t("data_page.pixels_words"))
    with right:
        axes = {"x_axis": t("data_page.brightness"), "y_axis": t("data_page.pixels_axis")}
        figure = plot.histogram(values.histogram, channels, palette(st.context.theme.type), language(), **axes)
        alt = t("data_page.histogram_alt", count=values.images)
        st.plotly_chart(figure, key="data_histogram", theme=None, config={"displayModeBar": False}, alt=alt)
