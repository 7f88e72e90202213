"""Which cards: their kind, filters by class, confusion and review; all of it in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.evaluation.mistakes import KINDS, Card, Filter, cards
from cnnlab.runs import reviews
from cnnlab.ui import address, linked
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes.case import Case

if TYPE_CHECKING:
    from cnnlab.evaluation.advice import Advice

_EVERY = -1  # of the classes
_ANY = "any"  # of the reviews
_KIND = "mistakes_kind"
_STATES = (_ANY, "none", *reviews.STATES)  # as the address has them


def kind_and_filter(case: Case) -> tuple[str, Filter]:
    """The pills and the filters below them."""
    _as_asked(case)
    kind = linked.one_of(
        "kind",
        KINDS,
        t("mistakes_page.kinds"),
        lambda kind: f"{t(f'mistakes.kind.{kind}')} · {len(cards_of(case, kind, Filter()))}",
        key=_KIND,
        draw=st.pills,
        wrap=True,
        label_visibility="collapsed",
    )
    st.caption(t(f"mistakes.about.{kind}"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true = _class(case, "true", t("mistakes_page.true_class"))
        predicted = _class(case, "predicted", t("mistakes_page.predicted_class"))
        state = _state(case)
        method(case)
    only = Filter(true, predicted, state)
    for name, number in (("true", true), ("predicted", predicted)):
        address.keep(name, None if number is None else str(number))
    address.keep("state", None if state is None else state or "none")
    return kind, only


def cards_of(case: Case, kind: str, only: Filter) -> list[Card]:
    return cards(case.judged, kind, only=only, states=reviews.states(case.reviews))


def opened(case: Case) -> int | None:
    """The card that the address names; what is no test image names none."""
    wanted = st.query_params.get("index", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
        return None
    return int(wanted) if int(wanted) < len(case.judged) else None


def open_card(index: int) -> None:
    st.query_params["index"] = str(index)


def close() -> None:
    st.query_params.pop("index", None)


def follow(case: Case, said: Advice, *, key: str) -> None:
    """The button that shows the cards an advice is about; nothing where that is all of them."""
    target = {"labels": "labels", "none": "unsure"}.get(said.kind, "mistakes")
    if said.kind in ("labels", "none", "pair", "class"):
        st.button(
            t("mistakes_page.show"),
            type="tertiary",
            icon=":material/filter_alt:",
            key=key,
            on_click=safely(_set),
            args=(case.run.run_id, target, said.true_class, said.predicted_class),
        )


def nothing(case: Case, kind: str, only: Filter) -> None:
    """That no card is like that, and what to do then."""
    if only == Filter():
        st.markdown(t(f"mistakes_page.nothing.{kind}"))
        return
    with st.container(border=True):
        st.markdown(t("mistakes_page.nothing.filtered"))
        st.button(
            t("mistakes_page.show_all"),
            icon=":material/filter_alt_off:",
            key="mistakes_show_all",
            on_click=safely(_set),
            args=(case.run.run_id, kind, None, None),
        )


def method_of(case: Case) -> str:
    """The method of the maps, as it is chosen."""
    return str(st.session_state.get(_method_key(case)) or _methods(case)[0])


def method(case: Case) -> None:
    """The choice of one for all cards, so that they can be compared; those that cost next to nothing."""
    from cnnlab.registry import registry

    methods = _methods(case)
    labels = {name: registry("explainer")[name].text("title", language()) for name in methods}
    wanted = address.asked("method")
    if wanted in methods:
        st.session_state[_method_key(case)] = wanted
    chosen = st.selectbox(
        t("mistakes_page.method"),
        methods,
        format_func=labels.__getitem__,
        key=_method_key(case),
        persist_state="session",
        width=200,
        help=t("mistakes_page.method_help"),
    )
    address.keep_unusual("method", chosen, methods[0])


def _methods(case: Case) -> list[str]:
    from cnnlab.evaluation.close_up import instant_methods
    from cnnlab.ui import trained

    return instant_methods(trained.model_of(case.run).network)


def _class(case: Case, name: str, label: str) -> int | None:
    names: Sequence[str] = case.judged.names
    labels = [*names, t("explain_page.every_class")]  # -1 is the last one
    key = _class_key(case.run.run_id, name)
    chosen = st.selectbox(
        label,
        [_EVERY, *range(len(names))],
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
        width=180,
    )
    return None if chosen in (_EVERY, None) else int(chosen)


def _state(case: Case) -> str | None:
    labels = {_ANY: t("mistakes_page.any_state")} | {name: t(f"mistakes.state.{name}") for name in _STATES[1:]}
    chosen = st.selectbox(
        t("mistakes.review"),
        _STATES,
        format_func=labels.__getitem__,
        key=_state_key(case.run.run_id),
        persist_state="session",
        width=180,
    )
    return None if chosen in (_ANY, None) else "" if chosen == "none" else chosen


def _as_asked(case: Case) -> None:
    """What a link asks for wins over what the session remembers; what is no choice is left alone."""
    run_id = case.run.run_id
    for name in ("true", "predicted"):
        number = address.asked_number(name)
        if number is not None and number < len(case.judged.names):
            st.session_state[_class_key(run_id, name)] = number
    if address.asked("state") in _STATES:
        st.session_state[_state_key(run_id)] = address.asked("state")


def _set(run_id: str, kind: str, true_class: int | None, predicted_class: int | None) -> None:
    st.session_state[_KIND] = kind
    st.session_state[_class_key(run_id, "true")] = _EVERY if true_class is None else true_class
    st.session_state[_class_key(run_id, "predicted")] = _EVERY if predicted_class is None else predicted_class
    st.session_state[_state_key(run_id)] = _ANY


def _class_key(run_id: str, name: str) -> str:
    return f"mistakes_{name}_{run_id}"


def _state_key(run_id: str) -> str:
    return f"mistakes_state_{run_id}"


def _method_key(case: Case) -> str:
    return f"mistakes_method_{case.run.run_id}"
