"""Which image is explained: one of the test split, by how the network did on it, or an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.evaluation.selection import PICKS, select
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import address, pictures, trained
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from torch import Tensor

UPLOADED = "explain_uploaded"  # in the session: (name, content), kept when the page is left
UPLOAD_MB = 10
_SOURCES = ("test", "upload")
_STRIP = 8
_THUMB = 56
_PICK, _FILTER = "explain_pick", "explain_filter"
_EVERY = -1  # of the classes


@dataclass(frozen=True)
class Shown:
    """``label``: the true class, where it is known. ``index`` counts in the test split."""

    inputs: Tensor  # [1, C, H, W] uint8
    name: str
    label: int | None = None
    index: int | None = None

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.inputs.numpy().tobytes()).hexdigest()


def choose(run: Run) -> Shown | None:
    """``None`` while nothing is chosen; the page has said what to do then."""
    ready = run.state.is_final  # nobody looks at the test split of a run that still trains
    sources = _SOURCES if ready else ("upload",)
    if ready and address.asked_number("index") is not None:
        st.session_state[source_key(run)] = "test"
    st.session_state.setdefault(source_key(run), sources[0])
    labels = {name: t(f"explain_page.from.{name}") for name in sources}
    source = st.segmented_control(
        t("explain_page.source"),
        sources,
        required=True,
        format_func=labels.__getitem__,
        key=source_key(run),
        persist_state="session",
        label_visibility="collapsed",
    )
    if not ready:
        st.caption(t("explain_page.still_training"))
    if source == "test":
        return _from_test(run)
    address.keep("index", None)
    return _from_upload(run)


def source_key(run: Run) -> str:
    """Of the choice between "test" and "upload"; a run in training offers only the second."""
    return f"explain_source_{'ended' if run.state.is_final else 'open'}"


def _from_test(run: Run) -> Shown | None:
    columns = trained.predictions_of(run)
    names = trained.model_of(run).card.outputs.class_names
    labels = {name: t(f"explain_page.picks.{name}") for name in PICKS}
    _as_asked(run, columns)
    filters = st.container(horizontal=True, vertical_alignment="bottom")
    with filters:
        pick = st.pills(
            t("explain_page.pick"),
            PICKS,
            required=True,
            format_func=labels.__getitem__,
            key=_PICK,
            wrap=True,
            persist_state="session",
        )
        true_class = _class_filter(run, names)
    places = select(columns, pick or "any", true_class=true_class)
    if not places:
        st.markdown(t(f"explain_page.nothing.{'wrong' if pick in ('wrong', 'mistakes') else 'any'}"))
        return None
    key = _position_key(run, pick or "any", true_class)
    at = _position(key, places, f"{pick} {true_class}")
    index = places[at]
    _strip(run, key, places, at)
    dataset = trained.dataset_of(run)
    from cnnlab.evaluation.held_out import image_at

    file = columns["file"][index] if "file" in columns else str(index)
    address.keep("index", str(index))
    return Shown(image_at(dataset, index), str(file), int(columns["label"][index]), index)


def _class_filter(run: Run, names: Sequence[str]) -> int | None:
    labels = [*names, t("explain_page.every_class")]  # -1 is the last one
    chosen = st.selectbox(
        t("explain_page.true_class"),
        [_EVERY, *range(len(names))],
        format_func=labels.__getitem__,
        key=_class_key(run),
        persist_state="session",
        width=220,
    )
    return None if chosen in (_EVERY, None) else int(chosen)


def _as_asked(run: Run, columns: Mapping[str, Sequence[Any]]) -> None:
    """The image that a link names is shown, whatever was filtered before; other filters only where it passes them."""
    st.session_state.setdefault(_PICK, "any")
    index = address.asked_number("index")
    if index is None or index >= len(columns["label"]):
        return
    pick, true_class = st.session_state[_PICK], st.session_state.get(_class_key(run), _EVERY)
    if index not in select(columns, pick or "any", true_class=None if true_class == _EVERY else true_class):
        pick = st.session_state[_PICK] = "any"
        true_class = st.session_state[_class_key(run)] = _EVERY
    filtered = None if true_class == _EVERY else true_class
    places = select(columns, pick or "any", true_class=filtered)
    st.session_state[_position_key(run, pick or "any", filtered)] = places.index(index)


def _class_key(run: Run) -> str:
    return f"explain_class_{run.run_id}"


def _position_key(run: Run, pick: str, true_class: int | None) -> str:
    return f"explain_at_{run.run_id}_{pick}_{true_class}"


def _position(key: str, places: Sequence[int], filtered: str) -> int:
    """Where in ``places`` the page is; drawn with the two buttons that move it."""
    if key not in st.session_state:
        # another run of the same data shows the same image
        before = st.query_params.get("index", "") if st.session_state.get(_FILTER) == filtered else ""
        same = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else -1
        st.session_state[key] = places.index(same) if same in places else 0
    st.session_state[_FILTER] = filtered
    at = min(int(st.session_state[key]), len(places) - 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, icon, step in (("previous", "chevron_left", -1), ("next", "chevron_right", 1)):
            st.button(
                t(f"explain_page.{name}"),
                icon=f":material/{icon}:",
                key=f"explain_{name}",
                disabled=not 0 <= at + step < len(places),
                on_click=safely(_move),
                args=(key, at + step),
            )
        whole = {"at": formats.whole(at + 1, language()), "count": formats.whole(len(places), language())}
        st.caption(t("explain_page.position", **whole), width="content")
    return at


def _move(key: str, at: int) -> None:
    st.session_state[key] = at


def _strip(run: Run, key: str, places: Sequence[int], at: int) -> None:
    """The images around the chosen one, small, each with its number as a button."""
    first = max(0, min(at - _STRIP // 2, len(places) - _STRIP))
    shown = list(places[first : first + _STRIP])
    pixels = trained.dataset_of(run).test.pick(shown).inputs.permute(0, 2, 3, 1).numpy()
    with st.container(horizontal=True, gap="small"):
        for offset, picture in enumerate(pixels):
            number, here = first + offset + 1, first + offset == at
            name = formats.whole(number, language())
            with st.container(width=_THUMB, gap="xxsmall", horizontal_alignment="center"):
                alt = t("explain_page.here" if here else "explain_page.thumb", place=name)
                st.image(pictures.enlarged(picture, _THUMB), width=_THUMB, alt=alt)
                st.button(
                    f"**{name}**" if here else name,
                    type="secondary" if here else "tertiary",
                    key=f"explain_thumb_{offset}",
                    help=alt,
                    on_click=safely(_move),
                    args=(key, number - 1),
                )


def _from_upload(run: Run) -> Shown | None:
    upload = st.file_uploader(
        t("explain_page.upload"),
        type=["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"],
        max_upload_size=UPLOAD_MB,
        key="explain_upload",
        help=t("explain_page.upload_help"),
    )
    kept = st.session_state.get(UPLOADED)
    if upload is not None:
        kept = (upload.name, upload.getvalue())
        st.session_state[UPLOADED] = kept
    if kept is None:
        st.caption(t("explain_page.no_upload"))
        return None
    from cnnlab.data.image import open_image

    name, content = kept
    model = trained.model_of(run)
    if upload is None:
        st.caption(t("explain_page.kept", file=plain(name)))
    return Shown(model.input_of(open_image(content, name=name)), name)
