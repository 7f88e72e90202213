"""Something to be taken along as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import streamlit as st

_KINDS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
    ".py": "text/x-python",
}


def button(
    label: str,
    content: str | bytes | Callable[[], str | bytes],
    file_name: str,
    *,
    key: str | None = None,
    icon: str = ":material/download:",
    **layout: Any,
) -> None:
    """``content``, or what makes it when the button is clicked; the page is not run again for it."""
    kind = _KINDS.get(PurePath(file_name).suffix, "application/octet-stream")
    st.download_button(label, content, file_name, kind, key=key, icon=icon, on_click="ignore", **layout)
