"""Which images are explained: some of a split, by how the network did on them, uploads, or the camera's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnnlab.evaluation.selection import PICKS, select
from cnnlab.explain.subjects import Subject
from cnnlab.runs.run import Run
from cnnlab.ui import address, trained
from cnnlab.ui.evaluate import measuring
from cnnlab.ui.explain import strip, uploads
from cnnlab.ui.explain.uploads import UPLOAD_MB, UPLOADED
from cnnlab.ui.language import t

__all__ = ["UPLOADED", "UPLOAD_MB", "Shown", "choose", "one", "source_key"]

Shown = Subject

MOST = 6  # images at once
_SPLITS = ("test", "validation", "train")
_SOURCES = (*_SPLITS, "upload", "camera")
_PICK, _FILTER = "explain_pick", "explain_filter"
_CHOSEN = "explain_chosen"  # in the session: indexes in a split, the same on Inside
_PENDING = "explain_linked"  # in the session: by split, the images of a link that waits for its predictions
_ADDRESS = "explain_images"  # whose the split and the images in the address are
_EVERY = -1  # of the classes
_CLASSES = ("true_class", "predicted_class")


def one(run: Run) -> Shown | None:
    """A single image; ``None`` while nothing is chosen, and the page has said what to do then."""
    return next(iter(choose(run, most=1)), None)


def choose(run: Run, *, most: int = MOST) -> list[Shown]:
    """Up to ``most``; none while nothing is chosen, and the page has said what to do then."""
    ready = run.state.is_final  # nobody looks at the test split of a run that still trains
    sources = _SOURCES if ready else _SOURCES[len(_SPLITS) :]
    linked = address.asked_together(_ADDRESS, ("split", "index")) if ready else None
    if linked is not None:  # older links name no split
        st.session_state[source_key(run)] = linked["split"] if linked["split"] in _SPLITS else "test"
    st.session_state.setdefault(source_key(run), sources[0])
    labels = {name: t(f"explain_page.from.{name}") for name in sources}
    source = st.segmented_control(
        t("explain_page.source"),
        sources,
        required=True,
        format_func=labels.__getitem__,
        key=source_key(run),
        wrap=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    if not ready:
        st.caption(t("explain_page.still_training"))
    if source in _SPLITS:
        return _from_split(run, str(source), most, None if linked is None else linked["index"])
    _keep(None, None)
    return uploads.photographed(run) if source == "camera" else uploads.uploaded(run, most)


def source_key(run: Run) -> str:
    """Of the choice between the splits, "upload" and "camera"; a run in training does not offer the splits."""
    return f"explain_source_{'ended' if run.state.is_final else 'open'}"


def _from_split(run: Run, split: str, most: int, linked: str | None) -> list[Shown]:
    """``linked``: the images that a link names, which is followed once."""
    linked = linked or st.session_state.pop(_PENDING, {}).get(split)
    if split != "test":
        st.caption(t(f"evaluate_page.about.{split}"))
        if not measuring.ready(run, split):
            st.session_state[_PENDING] = {split: linked}
            _keep(split, linked)
            return []
    columns = trained.predictions_of(run, split)
    names = trained.model_of(run).card.outputs.class_names
    labels = {name: t(f"explain_page.picks.{name}") for name in PICKS}
    _as_linked(run, split, columns, linked, most)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick = st.pills(
            t("explain_page.pick"),
            PICKS,
            required=True,
            format_func=labels.__getitem__,
            key=_PICK,
            wrap=True,
            persist_state="session",
        )
        classes = {kind: _class_filter(run, kind, names) for kind in _CLASSES}
    places = select(columns, pick or "any", **classes)
    if not places:
        _keep(split, None)
        st.markdown(t(f"explain_page.nothing.{'wrong' if pick in ('wrong', 'mistakes') else 'any'}"))
        return []
    chosen = _chosen(places, f"{split} {pick} {classes}", most)
    st.session_state[_CHOSEN] = strip.draw(run, split, places, chosen, most)
    chosen = st.session_state[_CHOSEN]
    _keep(split, ",".join(str(index) for index in chosen))
    return [_image(run, split, columns, index) for index in chosen]


def _keep(split: str | None, images: str | None) -> None:
    address.keep_together(_ADDRESS, {"split": None if split == "test" else split, "index": images})


def _image(run: Run, split: str, columns: Mapping[str, Sequence[Any]], index: int) -> Shown:
    from cnnlab.evaluation.held_out import image_at

    file = columns["file"][index] if "file" in columns else str(index)
    inputs = image_at(trained.dataset_of(run), index, split)
    return Shown(inputs, str(file), int(columns["label"][index]), index, split)


def _class_filter(run: Run, kind: str, names: Sequence[str]) -> int | None:
    """A true and a predicted class together are one cell of the confusion matrix."""
    labels = [*names, t("explain_page.every_class")]  # -1 is the last one
    chosen = st.selectbox(
        t(f"explain_page.{kind}"),
        [_EVERY, *range(len(names))],
        format_func=labels.__getitem__,
        key=_class_key(run, kind),
        persist_state="session",
        width=200,
    )
    return None if chosen in (_EVERY, None) else int(chosen)


def _as_linked(run: Run, split: str, columns: Mapping[str, Sequence[Any]], linked: str | None, most: int) -> None:
    """The images that a link names are shown, whatever was filtered before; other filters only where they pass them."""
    st.session_state.setdefault(_PICK, "any")
    wanted = indices(linked, len(columns["label"]))[:most]
    if not wanted:
        return
    classes = {kind: st.session_state.get(_class_key(run, kind), _EVERY) for kind in _CLASSES}
    filtered = {kind: None if place == _EVERY else place for kind, place in classes.items()}
    pick = st.session_state[_PICK] or "any"
    if not set(wanted) <= set(select(columns, pick, **filtered)):
        pick = st.session_state[_PICK] = "any"
        for kind in _CLASSES:
            st.session_state[_class_key(run, kind)] = _EVERY
        filtered = dict.fromkeys(_CLASSES)
    st.session_state[_CHOSEN] = wanted
    st.session_state[_FILTER] = f"{split} {pick} {filtered}"
    if len(wanted) > 1:
        st.session_state[strip.SEVERAL] = True


def indices(text: str | None, count: int) -> list[int]:
    """``3,12`` -> [3, 12]: those below ``count``, each once; nothing of what is no such list."""
    parts = (text or "")[:200].split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return []
    return [place for place in dict.fromkeys(int(part) for part in parts) if place < count]


def _class_key(run: Run, kind: str) -> str:
    return f"explain_{'class' if kind == 'true_class' else 'taken_for'}_{run.run_id}"


def _chosen(places: Sequence[int], filtered: str, most: int) -> list[int]:
    """What was chosen before, as far as it is among ``places``; another run of the same data shows the same images."""
    same = st.session_state.get(_FILTER) == filtered
    st.session_state[_FILTER] = filtered
    known = set(places) if same else set()
    kept = [index for index in st.session_state.get(_CHOSEN, []) if index in known][:most]
    return kept or [places[0]]
