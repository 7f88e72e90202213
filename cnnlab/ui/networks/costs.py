"""What a network is made of for one input: totals, layers as a table and a diagram, where its costs sit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.i18n import formats
from cnnlab.models.stages import Stage, stages
from cnnlab.registry import Entry
from cnnlab.ui import choices
from cnnlab.ui.language import language, t
from cnnlab.ui.networks import layer_words
from cnnlab.ui.networks.inputs import Chosen

if TYPE_CHECKING:
    from cnnlab.models.inspection import Inspection

_KEPT = 64
_FEW = 30  # layers that are shown one by one from the start
_SHOWN = 24  # rows in view at once
_MEASURES = ("parameters", "macs", "activation_bytes")


def inspected(entry: Entry, chosen: Chosen) -> Inspection:
    """Worked out once for everybody. Raises what ``build_network`` raises."""
    with st.spinner(t("network_page.inspecting")):
        return _inspected(ModelSpec(architecture=entry.name).model_dump_json(), chosen.kind.shape, chosen.outputs)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _inspected(spec: str, shape: tuple[int, ...], outputs: int) -> Inspection:
    from cnnlab.models.inspection import inspect

    return inspect(ModelSpec.model_validate(json.loads(spec)), InputKind("image", shape), outputs)


def totals(entry: Entry, chosen: Chosen) -> None:
    found = inspected(entry, chosen)
    field = layer_words.last_field(found.rows)
    with st.grid(4, min_column_width=160):
        st.metric(
            t("network_page.total.parameters"),
            formats.short(found.parameters, language()),
            delta_description=formats.size(4 * found.parameters, language()),
            help=t("network_page.total.parameters_help"),
        )
        st.metric(
            t("network_page.total.macs"), formats.short(found.macs, language()), help=t("network_page.total.macs_help")
        )
        st.metric(
            t("network_page.total.memory"),
            formats.size(found.activation_bytes, language()),
            help=t("network_page.total.memory_help"),
        )
        st.metric(t("network_page.total.field"), field, help=t("network_page.total.field_help"))


def layers(entry: Entry, chosen: Chosen) -> None:
    """The diagram by stages, and below it the table."""
    found = inspected(entry, chosen)
    parts = stages(found.rows)
    _diagram(entry, chosen, parts)
    every = True
    if len(found.rows) > _FEW:
        every = st.toggle(
            t("network_page.every_layer", count=len(found.rows)), key="network_every", persist_state="session"
        )
    rows = [row for part in parts for row in _rows_of(part, every=every)]
    config = st.column_config
    st.dataframe(
        {name: [row[name] for row in rows] for name in _COLUMNS},
        hide_index=True,
        key="network_layers",
        placeholder=formats.UNKNOWN,
        alt=t("network_page.layers_alt", count=len(found.rows)),
        height="content" if len(rows) <= _SHOWN else 860,
        column_config={
            "layer": config.TextColumn(t("network_page.column.layer"), pinned=True),
            "type": config.TextColumn(t("network_page.column.type")),
            "output": config.TextColumn(t("network_page.column.output"), help=t("network_page.column.output_help")),
            "parameters": config.NumberColumn(t("network_page.column.parameters"), format="localized"),
            "macs": config.NumberColumn(t("network_page.column.macs"), format="localized"),
            "memory": config.NumberColumn(t("network_page.column.memory"), format="bytes"),
            "field": config.TextColumn(t("network_page.column.field"), help=t("network_page.total.field_help")),
        },
    )


_COLUMNS = ("layer", "type", "output", "parameters", "macs", "memory", "field")


def _rows_of(part: Stage, *, every: bool) -> list[dict[str, Any]]:
    """A part of the network as one row with its subtotals, its layers below it where ``every`` one is wanted."""
    if len(part.rows) == 1:
        return [_cells(part.name, layer_words.kind(part.rows[0].type), part)]
    whole = _cells(part.name, t("network_page.layers", count=len(part.rows)), part)
    if not every:
        return [whole]
    is_module = part.rows[0].name.startswith(f"{part.name}.")  # not a layer and what follows up on it
    indent = "    " if is_module else ""
    inner = [_cells(f"{indent}{row.name}", layer_words.kind(row.type), row) for row in part.rows]
    return [whole, *inner] if is_module else inner


def _cells(name: str, kind: str, counted: Any) -> dict[str, Any]:
    return {
        "layer": name,
        "type": kind,
        "output": layer_words.shape(counted.output_shape),
        "parameters": counted.parameters,
        "macs": counted.macs,
        "memory": counted.activation_bytes,
        "field": layer_words.field(counted.receptive),
    }


def _diagram(entry: Entry, chosen: Chosen, parts: Sequence[Stage]) -> None:
    from cnnlab.plots import diagram
    from cnnlab.plots.palette import palette

    blocks = layer_words.blocks(entry, chosen.kind.shape, parts)
    with st.container(border=True):
        st.plotly_chart(
            diagram.figure(blocks, palette(st.context.theme.type), language()),
            key="network_diagram",
            config={"displayModeBar": False},
            alt=t("network_page.diagram_alt", count=len(parts)),
        )
        st.caption(t("network_page.diagram"))


def bars(entry: Entry, chosen: Chosen) -> None:
    """One measure at a time, by stages, with the stage that holds most of it in words."""
    from cnnlab.plots import layers as figures
    from cnnlab.plots.palette import palette

    found = inspected(entry, chosen)
    measure = choices.one_of(
        _MEASURES,
        t("network_page.measure.label"),
        lambda name: t(f"network_page.measure.{name}"),
        key="network_measure",
        label_visibility="collapsed",
    )
    parts = stages(found.rows)
    values = [getattr(part, measure) for part in parts]
    whole = sum(values) or 1
    written = formats.size if measure == "activation_bytes" else formats.short
    ends = [f"{written(value, language())} · {_share(value / whole)}" for value in values]
    names = [part.name for part in parts]
    largest = max(range(len(values)), key=values.__getitem__)
    share = _share(values[largest] / whole)
    words = {"share": share, "stage": layer_words.code(names[largest])}
    st.markdown(t(f"network_page.most.{measure}", **words))
    st.plotly_chart(
        figures.bars(
            names, values, ends, palette(st.context.theme.type), language(), x_axis=t(f"network_page.axis.{measure}")
        ),
        key=f"network_bars_{measure}",
        config={"displayModeBar": False},
        alt=t(f"network_page.most.{measure}", share=share, stage=names[largest]),
    )


def _share(value: float) -> str:
    if 0 < value < 0.005:
        return f"<{formats.NBSP}{formats.percent(0.01, language(), 0)}"
    return formats.percent(value, language(), 0)
