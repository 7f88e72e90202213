"""Where a run is kept: its folder, its place in MLflow, and the command that says the same."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import mlflow_link
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def draw(run: Run) -> None:
    st.markdown(f"**{t('run.files.folder')}**")
    if run.folder is None:
        st.markdown(t("run.files.none"))
    else:
        st.code(str(run.folder), language=None, wrap_lines=True)
        _listing(run.folder)
    st.markdown(f"**{t('run.files.mlflow')}**")
    _mlflow(run)
    st.markdown(f"**{t('run.files.command')}**")
    st.code(f"python -m cnnlab show {run.run_id}", language=None, wrap_lines=True)


def sizes(folder: Path) -> list[tuple[str, int]]:
    """(path below ``folder``, bytes) of its files, sorted; without locks and temporary files."""
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if name.startswith(".") or name.endswith(".lock"):
                continue
            try:
                found.append((str(path.relative_to(folder)), path.stat().st_size))
            except FileNotFoundError:  # a checkpoint that was replaced while we looked
                continue
    return sorted(found)


def _listing(folder: Path) -> None:
    files = sizes(folder)
    columns = {
        t("run.files.name"): [plain(name) for name, _ in files],
        t("run.files.size"): [formats.size(size, language()) for _, size in files],
    }
    st.table(columns, border="horizontal", hide_index=True)


def _mlflow(run: Run) -> None:
    if run.mlflow_run_id is None:
        st.markdown(t("run.files.mlflow_none"))
        return
    mlflow_link.draw([run])
