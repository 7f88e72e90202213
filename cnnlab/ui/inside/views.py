"""What there is to see inside: maps through the whole network, maps and filters of a layer, what a unit looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots import inside as sheets
from cnnlab.runs.run import Run
from cnnlab.ui import download
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.inside import looked as inside
from cnnlab.ui.inside.looked import Looked
from cnnlab.ui.language import language, t
from cnnlab.ui.networks import layer_words

if TYPE_CHECKING:
    from cnnlab.inside.layers import SeenLayer

MOST = 64  # squares on one sheet
_STRONGEST = 8  # of each layer, through the whole network
_STATIONS = 8  # layers that are shown of a long network
_LAYER = "inside_layer"  # in the session: what was chosen last, on whichever view


def through(looked: Looked, shown: Shown) -> None:
    """From the input to the output: the strongest maps of layers all along the network."""
    names = stations(inside.layers(looked))
    found = inside.maps(looked, shown, tuple(names), most=_STRONGEST)
    sizes = {layer.name: layer.maps for layer in inside.layers(looked)}
    st.caption(t("inside_page.through", count=_STRONGEST))
    for name, maps in found.items():
        count, height, width = sizes[name]
        words = {"shown": len(maps.values), "count": count, "extent": f"{height} × {width}"}
        st.markdown(f"{layer_words.code(name)} · {t('inside_page.of_maps', **words)}")
        picture = sheets.sheet(sheets.coloured_maps(maps.values))
        st.image(picture, alt=t("inside_page.alt.maps", layer=name, **words), width="stretch")
    _legend(signed=any((maps.values < 0).any() for maps in found.values()))


def stations(layers: Sequence[SeenLayer]) -> list[str]:
    """Layers to stop at: those with extent that have filters, or in a transformer its blocks; evenly spread."""
    wide = [layer for layer in layers if layer.maps[1] * layer.maps[2] > 1]
    convolutions = [layer.name for layer in wide if layer.filters and not layer.part]
    blocks = [layer.name for layer in wide if layer.part]
    names = convolutions if len(convolutions) > 2 or not blocks else [*convolutions, *blocks]
    names = names or [layer.name for layer in wide if not layer.part]
    if len(names) <= _STATIONS:
        return names
    return [names[round(place * (len(names) - 1) / (_STATIONS - 1))] for place in range(_STATIONS)]


def maps_of_layer(looked: Looked, shown: Shown) -> None:
    layer = choose_layer(inside.layers(looked), "maps")
    found = inside.maps(looked, shown, (layer.name,))[layer.name]
    first = _page(len(found.values), f"maps_{layer.name}")
    part = found.values[first : first + MOST]
    words = {"shown": len(part), "count": len(found.values), "extent": f"{part.shape[1]} × {part.shape[2]}"}
    st.caption(f"{t('inside_page.of_maps', **words)} · {t('inside_page.strongest_first')}")
    picture = sheets.sheet(sheets.coloured_maps(part))
    st.image(picture, alt=t("inside_page.alt.maps", layer=layer.name, **words), width="stretch")
    _legend(signed=bool((part < 0).any()))
    numbers = ", ".join(str(place) for place in found.index[first : first + MOST])
    with st.expander(t("inside_page.which_maps"), key="inside_which"):
        st.caption(t("inside_page.map_numbers", numbers=numbers))
    stem = _stem("maps", looked, layer.name)
    downloads(partial(sheets.png, picture), partial(sheets.npy, found.values), stem, "maps")


def filters(looked: Looked) -> None:
    with_filters = [layer for layer in inside.layers(looked) if layer.filters]
    if not with_filters:
        st.markdown(t("inside_page.no_filters"))
        return
    layer = choose_layer(with_filters, "filters")
    whole = inside.filters(looked, layer.name, None)
    channel = _channel(layer.name, whole.channels) if whole.how == "mean" else None
    found = whole if channel is None else inside.filters(looked, layer.name, channel)
    first = _page(len(found.values), f"filters_{layer.name}")
    part = found.values[first : first + MOST]
    extent = f"{part.shape[1]} × {part.shape[2]}"
    words = {"shown": len(part), "count": len(found.values), "extent": extent}
    st.caption(t("inside_page.of_filters", **words))
    st.markdown(t(f"inside_page.how.{found.how}", count=found.channels, channel=channel if channel is not None else 0))
    picture = sheets.sheet(sheets.coloured_filters(part))
    st.image(picture, alt=t("inside_page.alt.filters", layer=layer.name, **words), width="stretch")
    if found.how != "colour":
        _legend(signed=True)
    stem = _stem("filters", looked, layer.name)
    downloads(partial(sheets.png, picture), partial(sheets.npy, found.values), stem, "filters")


def choose_layer(layers: Sequence[SeenLayer], view: str, first: str | None = None) -> SeenLayer:
    """Starts with what another view shows, else with ``first``, else with the first layer that has filters."""
    by_name = {layer.name: layer for layer in layers}
    wanted = st.session_state.get(_LAYER)
    if wanted not in by_name:
        wanted = first or next((layer.name for layer in layers if layer.filters), next(iter(by_name)))
    labels = {layer.name: _label(layer) for layer in layers}
    names = list(by_name)
    name = st.selectbox(
        t("inside_page.layer"),
        names,
        index=names.index(wanted),
        format_func=labels.__getitem__,
        help=t("inside_page.layer_help"),
        key=f"inside_{view}_layer_{wanted}",
        width=460,
    )
    if name != wanted:
        st.session_state[_LAYER] = name
    return by_name[name]


def downloads(png: Callable[[], bytes], npy: Callable[[], bytes], stem: str, key: str) -> None:
    with st.container(horizontal=True):
        for kind, content in (("png", png), ("npy", npy)):
            download.button(t(f"inside_page.download.{kind}"), content, f"{stem}.{kind}", key=f"inside_{kind}_{key}")


def _label(layer: SeenLayer) -> str:
    kind = t("inside_page.block") if layer.part else layer_words.kind(layer.type)
    return f"{layer.name} · {kind} · {' × '.join(str(side) for side in layer.maps)}"


def _page(count: int, key: str) -> int:
    """Where a sheet of ``MOST`` begins; chosen where there are more."""
    if count <= MOST:
        return 0
    starts = list(range(0, count, MOST))
    labels = {start: f"{start + 1} – {min(count, start + MOST)}" for start in starts}
    chosen = st.selectbox(
        t("inside_page.sheet", count=formats.whole(count, language())),
        starts,
        format_func=labels.__getitem__,
        key=f"inside_sheet_{key}",
        width=220,
    )
    return int(chosen or 0)


def _channel(layer: str, count: int) -> int | None:
    labels = {-1: t("inside_page.mean_channel", count=count)}
    labels |= {number: t("inside_page.one_channel", number=number) for number in range(count)}
    chosen = st.selectbox(
        t("inside_page.channel"),
        list(labels),
        format_func=labels.__getitem__,
        help=t("inside_page.channel_help"),
        key=f"inside_channel_{layer}",
        width=300,
    )
    return None if chosen in (-1, None) else int(chosen)


def _legend(*, signed: bool) -> None:
    """The colours with what their ends mean."""
    from cnnlab.explain.render import scale_bar

    kind = "signed" if signed else "unsigned"
    st.image(scale_bar(signed=signed), alt=t(f"inside_page.scale.{kind}.alt"), width=320)
    st.caption(t(f"inside_page.scale.{kind}.words"))


def _stem(kind: str, looked: Looked, layer: str) -> str:
    name = looked.run_id[:8] if isinstance(looked, Run) else looked.spec.architecture.replace("/", "-")
    return f"{kind}-{name}-{layer.replace('.', '-')}"
