"""The parts of Predict: run, files, table, what can be done with a row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.errors import Problem
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import download, kept_reading, run_choice, trained
from cnnlab.ui.explain.image import UPLOADED, source_key
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EXPLAIN_PAGE
from cnnlab.ui.text import distinct, plain, sentence

if TYPE_CHECKING:
    from cnnlab.evaluation.predict import Predicted

FILE_MB = 10
MOST_FILES = 200
TOTAL_MB = 200  # of all files together: they stay in the server's memory as long as the session
_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"]
_THUMB = 96
_KEPT = "predict_files"

Files = list[tuple[str, bytes]]


def head() -> None:
    st.title(t("predict_page.title"), anchor=False)
    st.caption(t("predict_page.caption"))


def choose_run() -> Run | None:
    return run_choice.choose(t("predict_page.empty"))


def choose_files() -> Files:
    """The uploaded files; those of an earlier visit until others replace them."""
    uploads = st.file_uploader(
        t("predict_page.upload"),
        type=_TYPES,
        accept_multiple_files=True,
        max_upload_size=FILE_MB,
        key="predict_upload",
        help=t("predict_page.upload_help", count=MOST_FILES),
    )
    if uploads:
        taken = _within_limits(uploads)
        names = distinct({str(place): upload.name for place, upload in enumerate(taken)})  # two folders, one name
        st.session_state[_KEPT] = [(names[str(place)], upload.getvalue()) for place, upload in enumerate(taken)]
        if len(uploads) > len(taken):
            limits = {"limit": len(taken), "most": MOST_FILES, "megabytes": TOTAL_MB}
            st.warning(t("predict_page.too_many", count=len(uploads), **limits), icon=":material/warning:")
    files: Files = st.session_state.get(_KEPT, [])
    if not files:
        st.caption(t("predict_page.no_files"))
    elif not uploads:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(t("predict_page.kept", count=len(files)), width="content")
            if st.button(t("predict_page.forget"), icon=":material/close:", type="tertiary", key="predict_forget"):
                del st.session_state[_KEPT]
                st.rerun()
    return files


def _within_limits(uploads: Sequence[Any]) -> list[Any]:
    """The first of them that are neither too many nor too much, by the sizes they came with."""
    taken: list[Any] = []
    size = 0
    for upload in uploads[:MOST_FILES]:
        size += upload.size
        if size > TOTAL_MB * 1_000_000:
            break
        taken.append(upload)
    return taken


def draw(run: Run, files: Files) -> None:
    with st.spinner(t("predict_page.computing", count=len(files))):
        predicted, problems = _predicted(run, files)
    for problem in problems:
        st.error(sentence(problem), icon=":material/error:")
    if not predicted:
        return
    names = trained.model_of(run).card.outputs.class_names
    row = _table(predicted, dict(files), names)
    with st.container(horizontal=True, vertical_alignment="center"):
        _downloads(run, predicted, names)
        if row is None:
            st.caption(t("predict_page.select"), width="content")
        elif st.button(t("predict_page.explain"), icon=":material/center_focus_strong:", key="predict_explain"):
            _explain(run, predicted[row].file, dict(files))
    if row is not None:
        _all_classes(run, predicted[row])


def _predicted(run: Run, files: Files) -> tuple[list[Predicted], list[Problem]]:
    """Computed once for the same weights and files: choosing a row must not read two hundred images again."""
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        digest.update(content)
    predicted, problems = _computed(f"{run.run_id} {trained.stamp(run)} {digest.hexdigest()}", _run=run, _files=files)
    from cnnlab.evaluation.predict import read

    return read(predicted, kept_reading.said(run), trained.model_of(run).card.outputs.class_names), problems


@st.cache_data(max_entries=16, show_spinner=False)
def _computed(key: str, *, _run: Run, _files: Files) -> tuple[list[Predicted], list[Problem]]:  # noqa: ARG001
    from cnnlab.evaluation.predict import predict_uploads
    from cnnlab.explain.borrow import borrowed

    model = trained.model_of(_run)
    with borrowed(model.network):  # hooks of another session's explanation must not hear this
        return predict_uploads(model, _files)


def _table(predicted: Sequence[Predicted], contents: dict[str, bytes], names: Sequence[str]) -> int | None:
    """The row that is selected."""
    columns = {
        "image": [_thumbnail(row.file, contents[row.file]) for row in predicted],
        "file": [row.file for row in predicted],
        "label": [row.label for row in predicted],
        "probability": [100 * row.probability for row in predicted],
        "second": [_second(row, names) for row in predicted],
    }
    config = st.column_config
    event: Any = st.dataframe(
        columns,
        hide_index=True,
        row_height=64,
        on_select="rerun",
        selection_mode="single-row",
        key="predict_table",
        placeholder="–",
        alt=t("predict_page.alt", count=len(predicted)),
        column_config={
            "image": config.ImageColumn(t("predict_page.column.image"), width="small"),
            "file": config.TextColumn(t("predict_page.column.file")),
            "label": config.TextColumn(t("predict_page.column.label")),
            "probability": config.ProgressColumn(
                t("predict_page.column.probability"), min_value=0, max_value=100, format="%.1f"
            ),
            "second": config.TextColumn(
                t("predict_page.column.second"), help=t("predict_page.second_help"), width="medium"
            ),
        },
    )
    rows = event.selection.rows if event is not None else []
    return rows[0] if rows and rows[0] < len(predicted) else None


def _second(row: Predicted, names: Sequence[str]) -> str:
    """The most probable class beside the one that is said: ``square · 24.9 %``"""
    place = next((place for place in row.ranked() if names[place] != row.label), None)
    return "–" if place is None else f"{names[place]} · {formats.percent(row.probabilities[place], language())}"


@st.cache_data(max_entries=2 * MOST_FILES, show_spinner=False)
def _thumbnail(name: str, content: bytes) -> str:
    """A small PNG in the address itself: nothing is served for it."""
    import base64
    import io

    from cnnlab.data.image import open_image

    picture = open_image(content, name=name).convert("RGB")
    picture.thumbnail((_THUMB, _THUMB))
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def _downloads(run: Run, predicted: Sequence[Predicted], names: Sequence[str]) -> None:
    from cnnlab.evaluation.predict import csv_text

    download.button(
        t("predict_page.csv"),
        csv_text(predicted, names),
        f"predictions-{run.run_id[:8]}.csv",
        key="predict_csv",
        help=t("predict_page.csv_help"),
    )


def _explain(run: Run, name: str, contents: dict[str, bytes]) -> None:
    st.session_state[UPLOADED] = (name, contents[name])
    st.session_state[source_key(run)] = "upload"
    st.switch_page(EXPLAIN_PAGE, query_params={"run": run.run_id})


def _all_classes(run: Run, row: Predicted) -> None:
    names = trained.model_of(run).card.outputs.class_names
    order = row.ranked()
    columns = {
        t("predict_page.column.label"): [plain(names[place]) for place in order],
        t("predict_page.column.probability"): [formats.percent(row.probabilities[p], language(), 2) for p in order],
    }
    st.markdown(t("predict_page.all_classes", file=plain(row.file)))
    st.table(columns, border="horizontal", hide_index=True, height=320 if len(names) > 8 else "content")
