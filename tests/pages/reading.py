"""Reads what a page says: every text that a person could see or a screen reader would speak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

_TEXTS = {
    "label",
    "body",
    "help",
    "text",
    "content",
    "deltaDescription",
    "delta_description",
    "alt",
    "caption",
    "placeholder",
}
_CHART_TEXTS = {"name", "title", "text", "formatter", "hovertemplate", "ticktext", "label"}


def texts(app: AppTest) -> set[str]:
    """Every text of the main part and the sidebar, charts and tables included."""
    found: set[str] = set()
    for node in _nodes(app._tree):
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            found.update(_of_proto(proto))
        if type(node).__name__ == "Dataframe":
            found.update(_of_frame(node))
        if type(node).__name__ == "Table":
            found.update(str(cell) for row in node.value.itertuples(index=False) for cell in row)
            if not node.proto.hide_header:
                found.update(str(column) for column in node.value.columns)
    return {text for text in found if text.strip()}


def all_text(app: AppTest) -> str:
    return "\n".join(sorted(texts(app)))


def _nodes(node: Any) -> Iterator[Any]:
    for child in getattr(node, "children", {}).values():
        yield child
        yield from _nodes(child)


def _of_proto(proto: Message) -> Iterator[str]:
    for field, value in proto.ListFields():
        values = value if field.is_repeated else [value]
        for item in values:
            if isinstance(item, Message):
                yield from _of_proto(item)
            elif isinstance(item, str) and field.name in _TEXTS:
                yield item
            elif isinstance(item, str) and field.name == "spec":
                yield from _of_chart(json.loads(item))


def _of_chart(option: Any) -> Iterator[str]:
    """Titles, axes, legends, labels and hover texts of an ECharts option or a Plotly figure."""
    if isinstance(option, list):
        for item in option:
            yield from _of_chart(item)
    elif isinstance(option, dict):
        for key, value in option.items():
            if key in _CHART_TEXTS:
                yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
            yield from _of_chart(value)


def _of_frame(node: Any) -> Iterator[str]:
    """Headers, help texts and the words in the cells."""
    configured = json.loads(node.proto.columns) if node.proto.columns else {}
    for name in node.value.columns:
        config = configured.get(str(name)) or {}
        if not config.get("hidden"):
            yield config.get("label") or str(name)
            yield config.get("help") or ""
    for column in node.value.columns:
        if not (configured.get(str(column)) or {}).get("hidden"):
            for cell in node.value[column]:
                yield from (text for text in (cell if isinstance(cell, list) else [cell]) if isinstance(text, str))
