"""By what the images are looked for, and which of them are chosen; both stand in the address."""

from __future__ import annotations

import contextlib

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.evaluation.picks import BARS, Pick, parse
from cnnlab.i18n import formats
from cnnlab.ui import address, linked
from cnnlab.ui.edge import safely
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t

BY = ("confusion", "classes", "sure", "losses", "unsure")
CLEARED = BY[:3]  # the others are lists by themselves
_KINDS = {"cell": "confusion", "class": "classes", "right": "sure", "wrong": "sure"}
_BY = "quality_by"


def choose_by(case: Case) -> str:
    """The pills; a link to images opens where they can be found."""
    named = _parsed(case, address.asked("images") or "")
    if named is not None:
        st.session_state[_BY] = _KINDS.get(named.kind, named.kind)
        st.session_state[_slot(st.session_state[_BY])] = named.word
    return linked.one_of(
        "by",
        BY,
        t("quality_page.look_by"),
        lambda name: t(f"quality_page.by.{name}"),
        key=_BY,
        draw=st.pills,
        follow=named is None,
        wrap=True,
    )


def chosen(case: Case, by: str) -> Pick | None:
    """What was chosen in this way, on the page or by a link, as far as this run has it."""
    pick = Pick(by) if by not in CLEARED else _parsed(case, str(st.session_state.get(_slot(by)) or ""))
    address.keep("images", None if pick is None else pick.word)
    return pick


def words(case: Case, pick: Pick) -> str:
    """As Markdown."""
    named = [case.name(number) for number in pick.numbers] if pick.kind in ("class", "cell") else []
    if pick.kind == "class":
        return t("quality_page.of.class", name=named[0])
    if pick.kind == "cell" and pick.numbers[0] == pick.numbers[1]:
        return t("quality_page.of.hits", name=named[0])
    if pick.kind == "cell":
        return t("quality_page.of.cell", true=named[0], predicted=named[1])
    if pick.kind in ("right", "wrong"):
        bar = pick.numbers[0]
        ends = {
            "low": formats.percent(bar / BARS, language(), 0),
            "high": formats.percent((bar + 1) / BARS, language(), 0),
        }
        return t(f"quality_page.of.{pick.kind}", **ends)
    return t(f"quality_page.of.{pick.kind}")


def take(by: str, word: str | None) -> None:
    """In a callback: these are the images to be shown; ``None`` takes the choice back."""
    st.session_state[_slot(by)] = word


def clear_button(by: str) -> None:
    st.button(
        t("quality_page.clear"),
        type="tertiary",
        icon=":material/close:",
        key="quality_clear",
        on_click=safely(_clear),
        args=(by,),
    )


def turn(by: str) -> int:
    """Part of the key of a table: another turn, and it forgets which row was chosen in it."""
    return int(st.session_state.get(f"quality_turn_{by}", 0))


def turn_over(by: str) -> None:
    st.session_state[f"quality_turn_{by}"] = turn(by) + 1


def clicked(key: str) -> str | None:
    """In a callback: what the point of a chart that was clicked is called by its ``customdata``."""
    points = st.session_state[key]["selection"]["points"]
    if not points:
        return None
    said = points[0].get("customdata")
    return str(said[0] if isinstance(said, list) else said)


def _clear(by: str) -> None:
    take(by, None)
    turn_over(by)


def _parsed(case: Case, word: str) -> Pick | None:
    with contextlib.suppress(LabError):
        return parse(word, len(case.judged.names))
    return None


def _slot(by: str) -> str:
    return f"quality_images_{by}"
