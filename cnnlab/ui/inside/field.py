"""What one unit of a layer looks at: by its gradient, beside what it could see by arithmetic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots import inside as sheets
from cnnlab.ui import choices, pictures
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.inside import looked as inside
from cnnlab.ui.inside import views
from cnnlab.ui.inside.looked import Looked
from cnnlab.ui.language import language, t
from cnnlab.ui.networks import layer_words

if TYPE_CHECKING:
    from cnnlab.inside.field import EffectiveField
    from cnnlab.inside.layers import SeenLayer

_SIDE = 360
_THEORETICAL, _EFFECTIVE = (63, 79, 203), (222, 117, 21)  # as the words below the pictures say
_AVERAGES = ("one", "several")


def draw(looked: Looked, shown: Shown) -> None:
    layers = [layer for layer in inside.layers(looked) if layer.maps[1] * layer.maps[2] > 1]
    if not layers:
        st.markdown(t("inside_page.field.no_layer"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = views.choose_layer(layers, "field", first=_last_convolution(layers))
        unit = _unit(layer)
        average = choices.one_of(
            _AVERAGES,
            t("inside_page.field.average"),
            lambda name: t(f"inside_page.field.{name}", count=inside.FIELD_IMAGES),
            key="inside_average",
            help=t("inside_page.field.average_help"),
        )
    with st.spinner(t("inside_page.computing")):
        found = inside.field(looked, shown if average != "several" else None, layer.name, unit)
    st.markdown(words(found))
    _pictures(found, shown, layer)
    st.caption(t("inside_page.field.read"))


def words(found: EffectiveField) -> str:
    """Both sizes in a sentence, and how they compare."""
    height, width = found.map.shape
    if found.size is None:
        return t("inside_page.field.no_gradient")
    effective = min(found.size, max(height, width))
    params = {"effective": formats.whole(effective, language()), "share": formats.percent(0.95, language(), 0)}
    theory = found.theoretical
    if theory is None:
        return t("inside_page.field.only_effective", **params)
    if theory.whole:
        return t("inside_page.field.whole", **params)
    share = effective * effective / (theory.size[0] * theory.size[1])
    return t(
        "inside_page.field.both",
        theoretical=layer_words.field(theory),
        area=formats.percent(min(1.0, share), language(), 0),
        **params,
    )


def _last_convolution(layers: list[SeenLayer]) -> str:
    return next((layer.name for layer in reversed(layers) if layer.filters), layers[-1].name)


def _unit(layer: SeenLayer) -> tuple[int, int]:
    _, rows, columns = layer.maps
    places = []
    for name, count in (("row", rows), ("column", columns)):
        places.append(
            st.number_input(
                t(f"inside_page.field.{name}"), 0, count - 1, count // 2, key=f"inside_{name}_{layer.name}", width=120
            )
        )
    return int(places[0]), int(places[1])


def _pictures(found: EffectiveField, shown: Shown, layer: SeenLayer) -> None:
    from cnnlab.explain.render import coloured, picture_of

    frames = frames_of(found)
    where = {"layer": layer.name, "row": found.unit[0], "column": found.unit[1]}
    drawn = {
        "image": sheets.framed(picture_of(shown.inputs), frames, _SIDE),
        "map": sheets.framed(coloured(found.map), frames, _SIDE),
    }
    with st.grid(2, min_column_width=170) as grid:
        for name, picture in drawn.items():
            with grid.cell():
                pictures.draw(picture, alt=t(f"inside_page.field.alt.{name}", **where), side=_SIDE)
                st.caption(t(f"inside_page.field.cell.{name}"))
    st.caption(t("inside_page.field.legend"))
    stem = f"field-{layer.name.replace('.', '-')}-{found.unit[0]}-{found.unit[1]}"
    both = np.concatenate([drawn["image"], np.full_like(drawn["image"][:, :8], 255), drawn["map"]], axis=1)
    views.downloads(partial(sheets.png, both), partial(sheets.npy, found.map), stem, "field")


def frames_of(found: EffectiveField) -> list[sheets.Frame]:
    """The theoretical field, and around the same centre the square that holds most of the gradient; in pixels."""
    frames: list[sheets.Frame] = []
    height, width = found.map.shape
    if found.theoretical is not None:
        whole = (0.0, 0.0, height - 1.0, width - 1.0)
        box = whole if found.theoretical.whole or found.box is None else found.box
        frames.append((_THEORETICAL, box, False))
    if (measured := sheets.measured_box(found)) is not None:
        frames.append((_EFFECTIVE, measured, True))
    return frames
