"""The images of a split beside the chosen ones: forward, back, one or several, and small ones to click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import pictures, trained
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t

SEVERAL = "explain_several"
_STEP = "explain_step"  # in the session: what a button asked for, taken at the next drawing
_COUNT = 8
_THUMB = 56
_FILL = 4  # images when several are first asked for


def draw(run: Run, split: str, places: Sequence[int], chosen: list[int], most: int) -> list[int]:
    """The row of buttons and the small images; gives what is chosen now, in the order of ``places``."""
    several = most > 1 and bool(st.session_state.get(SEVERAL))
    now = _stepped(places, chosen, most) if several else _stepped(places, chosen[:1], 1)
    at = places.index(now[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(places, now, at)
        if len(now) > 1:
            count = {"count": formats.whole(len(now), language()), "all": formats.whole(len(places), language())}
            st.caption(t("explain_page.several_of", **count), width="content")
        else:
            whole = {"at": formats.whole(at + 1, language()), "count": formats.whole(len(places), language())}
            st.caption(t("explain_page.position", **whole), width="content")
        if most > 1:
            st.session_state.setdefault(SEVERAL, False)
            st.toggle(
                t("explain_page.several"),
                key=SEVERAL,
                persist_state="session",
                on_change=safely(_fill),
                help=t("explain_page.several_help", limit=most),
            )
    _thumbs(run, split, places, now, at)
    return now


def _stepped(places: Sequence[int], chosen: list[int], most: int) -> list[int]:
    """``chosen`` after the button that was clicked."""
    kind, value = st.session_state.pop(_STEP, ("", 0))
    known = set(places)
    if kind == "show" and 0 <= value < len(places):
        return list(places[value : value + len(chosen)]) if most > 1 else [places[value]]
    if kind == "fill":
        start = places.index(chosen[0])
        return list(places[start : start + min(_FILL, most)])
    if kind == "turn" and value in known:
        if value in chosen:
            return [index for index in chosen if index != value] or chosen
        # the first one makes room
        kept = [*chosen, value][-most:]
        return [index for index in places if index in set(kept)]
    return chosen


def _buttons(places: Sequence[int], now: list[int], at: int) -> None:
    last = places.index(now[-1])
    targets = {"previous": max(0, at - len(now)), "next": last + 1}
    possible = {"previous": at > 0, "next": last + 1 < len(places)}
    for name, icon in (("previous", "chevron_left"), ("next", "chevron_right")):
        st.button(
            t(f"explain_page.{name}"),
            icon=f":material/{icon}:",
            key=f"explain_{name}",
            disabled=not possible[name],
            on_click=safely(_ask),
            args=("show", targets[name]),
        )


def _ask(kind: str, value: int) -> None:
    st.session_state[_STEP] = (kind, value)


def _fill() -> None:
    if st.session_state.get(SEVERAL):
        _ask("fill", 0)


def _thumbs(run: Run, split: str, places: Sequence[int], now: list[int], at: int) -> None:
    """The images around the first chosen one, each with its number in the split as a button: as its card says."""
    from cnnlab.evaluation.evaluate import samples_of  # torch

    several = bool(st.session_state.get(SEVERAL))
    first = max(0, min(at - _COUNT // 2, len(places) - _COUNT))
    shown = list(places[first : first + _COUNT])
    pixels = samples_of(trained.dataset_of(run), split).pick(shown).inputs.permute(0, 2, 3, 1).numpy()
    with st.container(horizontal=True, gap="small"):
        for offset, (index, picture) in enumerate(zip(shown, pixels, strict=True)):
            here, name = index in now, str(index)
            with st.container(width=_THUMB, gap="xxsmall", horizontal_alignment="center"):
                alt = t("explain_page.here" if here else "explain_page.thumb", place=name)
                st.image(pictures.enlarged(picture, _THUMB), width=_THUMB, alt=alt)
                st.button(
                    f"**{name}**" if here else name,
                    type="secondary" if here else "tertiary",
                    key=f"explain_thumb_{offset}",
                    help=alt,
                    on_click=safely(_ask),
                    args=("turn", index) if several else ("show", first + offset),
                )
