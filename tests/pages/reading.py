"""Reads what a page says: every text that a person could see or a screen reader would speak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

_TEXTS = {"label", "body", "help", "text", "content", "deltaDescription", "delta_description", "alt", "caption"}


def texts(app: AppTest) -> set[str]:
    """Every text of the main part and the sidebar, charts and tables included."""
    found: set[str] = set()
    for node in _nodes(app._tree):
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            found.update(_of_proto(proto))
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
        values = value if not isinstance(value, str | bytes) and hasattr(value, "__iter__") else [value]
        for item in values:
            if isinstance(item, Message):
                yield from _of_proto(item)
            elif isinstance(item, str) and field.name in _TEXTS:
                yield item
            elif isinstance(item, str) and field.name == "spec":
                yield from _of_chart(json.loads(item))


def _of_chart(option: dict[str, Any]) -> Iterator[str]:
    yield option["xAxis"]["name"]
    for series in option["series"]:
        yield series["name"]
        yield series.get("markLine", {}).get("label", {}).get("formatter", "")
