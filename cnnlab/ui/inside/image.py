"""Which image goes through the network: for a run as on Explain, else one of a dataset's test split or an upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.experiment import DataSpec
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import choices
from cnnlab.ui.edge import safely
from cnnlab.ui.explain import image as explained
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.inside.choice import Untrained
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset

_AT, _SOURCE = "inside_at", "inside_image"
_SOURCES = ("test", "upload")


def choose(looked: Run | Untrained) -> Shown | None:
    """``None`` while nothing is chosen; the page has said what to do then."""
    if isinstance(looked, Run):
        return explained.one(looked)
    source = choices.one_of(
        _SOURCES,
        t("inside_page.image.label"),
        lambda name: t(f"inside_page.image.{name}"),
        key=_SOURCE,
        label_visibility="collapsed",
    )
    return _uploaded(looked) if source == "upload" else _from_dataset(looked)


def dataset_of(data: DataSpec) -> Dataset:
    """Read once; its pixels stay mapped on the disk. Raises what ``load`` raises."""
    with st.spinner(t("trained.data")):
        return _dataset(data.model_dump_json())


@st.cache_resource(max_entries=3, show_spinner=False)
def _dataset(spec: str) -> Dataset:
    from cnnlab.data.load import load

    return load(DataSpec.model_validate_json(spec), Home.current())


def _from_dataset(looked: Untrained) -> Shown:
    from cnnlab.evaluation.held_out import image_at

    dataset = dataset_of(looked.data)
    count = len(dataset.test)
    at = min(int(st.session_state.get(_AT, 0)), count - 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, icon, step in (("previous", "chevron_left", -1), ("next", "chevron_right", 1)):
            st.button(
                t(f"explain_page.{name}"),
                icon=f":material/{icon}:",
                key=f"inside_{name}",
                disabled=not 0 <= at + step < count,
                on_click=safely(_move),
                args=(at + step,),
            )
        whole = {"at": formats.whole(at + 1, language()), "count": formats.whole(count, language())}
        st.caption(t("explain_page.position", **whole), width="content")
    files = dataset.test.manifest.get("file")
    return Shown(image_at(dataset, at), str(files[at]) if files else str(at), None, at)


def _move(at: int) -> None:
    st.session_state[_AT] = at


def _uploaded(looked: Untrained) -> Shown | None:
    upload = st.file_uploader(
        t("explain_page.upload"),
        type=["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"],
        max_upload_size=explained.UPLOAD_MB,
        key="inside_upload",
        help=t("inside_page.image.upload_help"),
    )
    kept = st.session_state.get(explained.UPLOADED)
    if upload is not None:
        kept = st.session_state[explained.UPLOADED] = (upload.name, upload.getvalue())
    if kept is None:
        st.caption(t("explain_page.no_upload"))
        return None
    import torch

    from cnnlab.data.image import open_image, prepare

    name, content = kept
    channels, height, _ = looked.kind.shape
    pixels = prepare(open_image(content, name=name), size=height, channels=channels, resize=looked.data.resize)
    if upload is None:
        st.caption(t("explain_page.kept", file=plain(name)))
    return Shown(torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0), name)
