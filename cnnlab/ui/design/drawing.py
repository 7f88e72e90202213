"""The diagram of a design: which steps get a box, and what is written at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.models.design import OUTPUT, DesignReport, LayerRow
from cnnlab.plots import diagram
from cnnlab.plots.diagram import Block
from cnnlab.plots.palette import palette
from cnnlab.ui.design import words
from cnnlab.ui.language import language, t

# kinds that work on the maps as they are: they are written at the step before, as papers do
_WITHIN = frozenset({"normalization", "activation", "dropout", "squeeze_excitation"})
_DRAWN = {
    "convolution": "convolution",
    "pooling": "pooling",
    "global_pooling": "pooling",
    "adaptive_pooling": "pooling",
    "residual_block": "residual",
    "linear": "linear",
    OUTPUT: "output",
}
_NARROW = 360  # pixels of a phone: whatever is longer has to be dragged somewhere
_MOST_SAID = 24  # steps in the text for screen readers


def blocks_of(report: DesignReport, selected: int | None = None) -> list[Block]:
    """The input and the layers of a report as far as they can be."""
    image = report.input
    drawn = [Block((image.channels, image.height, image.width), "input", t("design_page.input"))]
    for row in report.rows:
        if row.shape is None:
            break
        chosen = selected == row.number - 1
        if row.kind in _WITHIN and len(drawn) > 1:
            before = drawn[-1]
            drawn[-1] = replace(
                before,
                operation=f"{before.operation} + {_short(row)}",
                details=f"{before.details}\n{_details(row)}",
                chosen=before.chosen or chosen,
            )
        else:
            kind = _DRAWN.get(row.kind, "other")
            skip = 1 if kind == "residual" else 0
            drawn.append(Block(row.shape, kind, _operation(row), _details(row), skip, chosen))
    return drawn


def show(blocks: Sequence[Block], *, key: str) -> None:
    """``blocks`` from left to right; a drawing that is wider than the page is dragged."""
    colours = palette(st.context.theme.type)
    st.plotly_chart(
        diagram.figure(blocks, colours, language()),
        theme=None,
        key=key,
        config={"displayModeBar": False, "doubleClick": "reset"},
        alt=spoken(blocks),
    )
    if diagram.length(blocks) > _NARROW:
        st.caption(f":material/swipe: {t('design_page.drag')}")


def spoken(blocks: Sequence[Block]) -> str:
    """The drawing in words, for those who can't see it."""
    steps = [f"{block.operation}: {diagram.size_label(block.shape)}" for block in blocks]
    if len(steps) > _MOST_SAID:
        left_out = len(steps) - _MOST_SAID
        steps = [*steps[: _MOST_SAID - 2], t("design_page.more_steps", count=left_out), *steps[-2:]]
    return t("design_page.alt", steps="; ".join(steps))


def _operation(row: LayerRow) -> str:
    if row.kind == OUTPUT:
        return words.kind_title(row.kind)
    key = f"design_page.drawn.{row.kind}"
    options = row.options
    if row.kind == "convolution":
        size = options["kernel_size"]
        said = t("design_page.drawn.separable" if options["separable"] else key, size=f"{size}×{size}")
    elif row.kind in ("pooling", "residual_block"):
        size = options["size" if row.kind == "pooling" else "kernel_size"]
        said = t(f"{key}_{options['type']}" if row.kind == "pooling" else key, size=f"{size}×{size}")
    else:
        said = words.kind_title(row.kind)
    stride = options.get("stride", 1)
    if stride != 1 and (row.kind != "pooling" or stride != options["size"]):
        said += f" /{stride}"
    return said


def _short(row: LayerRow) -> str:
    if row.kind == "activation":
        return words.settings(row.kind, row.options)
    return t(f"design_page.short.{row.options['type'] if row.kind == 'normalization' else row.kind}")


def _details(row: LayerRow) -> str:
    said = words.settings(row.kind, row.options)
    lines = [f"{row.number} · {words.kind_title(row.kind)}" + (f": {said}" if said else "")]
    if row.parameters:
        lines.append(t("design_page.parameters_of", count=formats.Counted(row.parameters, language())))
    return "\n".join(lines)
