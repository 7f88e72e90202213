"""Images of one's own: uploaded, or taken with the camera. Nothing of them is kept on the disk."""

from __future__ import annotations

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.explain.subjects import Subject
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.language import t
from cnnlab.ui.text import message, plain

UPLOADED = "explain_uploaded"  # in the session: (name, content) of one image, from Predict or for Inside
UPLOAD_MB = 10
_CAMERA = 480  # pixels: the whole page would be all camera
_SEVERAL = "explain_uploads"  # in the session: all that were uploaded, kept when the page is left
_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"]

Upload = tuple[str, bytes]


def uploaded(run: Run, most: int) -> list[Subject]:
    """Those that can be read; of the others one sentence each."""
    given = st.file_uploader(
        t("explain_page.uploads" if most > 1 else "explain_page.upload"),
        type=_TYPES,
        accept_multiple_files=most > 1,
        max_upload_size=UPLOAD_MB,
        key="explain_upload",
        help=t("explain_page.upload_help"),
    )
    files = [] if given is None else given if isinstance(given, list) else [given]
    kept = _kept([(file.name, file.getvalue()) for file in files], most)
    if not kept:
        st.caption(t("explain_page.no_upload"))
        return []
    if not files:
        st.caption(t("explain_page.kept", file=", ".join(plain(name) for name, _ in kept)))
    return _readable(run, kept)


def photographed(run: Run) -> list[Subject]:
    """One image of the camera, which the browser asks for only now."""
    words, note = t("explain_page.camera"), t("explain_page.camera_help")
    taken = st.camera_input(words, key="explain_camera", help=note, width=_CAMERA)
    if taken is None:
        st.caption(t("explain_page.no_photo"))
        return []
    return _readable(run, [(t("explain_page.photo"), taken.getvalue())])


def _kept(given: list[Upload], most: int) -> list[Upload]:
    """What was uploaded now, else before; another page may have handed over one image meanwhile."""
    before: list[Upload] = st.session_state.get(_SEVERAL, [])
    handed: Upload | None = st.session_state.get(UPLOADED)
    if given:
        before = given
        st.session_state[UPLOADED] = given[0]
    elif handed is not None and handed not in before:
        before = [handed]
    if len(before) > most > 1:
        st.caption(t("explain_page.too_many_uploads", limit=most))
    st.session_state[_SEVERAL] = before
    return before[:most]


def _readable(run: Run, files: list[Upload]) -> list[Subject]:
    from cnnlab.data.image import open_image

    model = trained.model_of(run)
    found = []
    for name, content in files:
        try:
            found.append(Subject(model.input_of(open_image(content, name=name)), name))
        except LabError as error:
            st.error(message(error), icon=":material/error:")
    return found
