"""Which class the maps are for: clicked among the scores, each image's own, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnnlab.explain.subjects import Subject
from cnnlab.i18n import formats
from cnnlab.ui import address
from cnnlab.ui.edge import safely
from cnnlab.ui.explain import view
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

ROLES = ("predicted", "true", "runner_up")
MODES = ("one", "three", "difference")
_BARS = 5
_TARGET, _MINUS = "target", "minus"

Target = int | str
Said = Sequence[tuple[int, tuple[float, ...]]]
"""Of each image: the predicted class and the probability of every class."""


@dataclass(frozen=True)
class Targets:
    """``minus``: the map of the first class minus that of the second is shown."""

    targets: tuple[Target, ...]
    minus: bool = False


def mode() -> str:
    """One class, three side by side, or the difference of two."""
    return view.segments("classes", MODES)


def choose(mode: str, subjects: Sequence[Subject], names: Sequence[str], said: Said) -> Targets:
    """``said``: by the first network, in the order of ``subjects``."""
    if len(subjects) == 1:
        _bars(subjects[0], names, said[0][1], clickable=mode == "one")
    if mode == "three":
        for name in (_TARGET, _MINUS):
            address.keep(name, None)
        return Targets(_side_by_side(subjects, said))
    if mode == "difference":
        with st.container(horizontal=True):
            first = _selected(_TARGET, "predicted", subjects, names)
            second = _selected(_MINUS, "runner_up", subjects, names)
        return Targets((first, second), minus=True) if first != second else Targets((first,))
    address.keep(_MINUS, None)
    if len(subjects) > 1:
        return Targets((_selected(_TARGET, "predicted", subjects, names),))
    return Targets((_clicked(subjects[0], names, said[0][0]),))


def _side_by_side(subjects: Sequence[Subject], said: Said) -> tuple[Target, ...]:
    """Where a lone image is right, its true class and the predicted one are the same, and shown once."""
    known = [subject.known_label for subject in subjects]
    same = all(label is None or label == told[0] for label, told in zip(known, said, strict=True))
    roles = ROLES if not same else ("predicted", "runner_up")
    return roles if len(said[0][1]) > 1 else ("predicted",)


def _bars(subject: Subject, names: Sequence[str], probabilities: Sequence[float], *, clickable: bool) -> None:
    """The most probable classes, each a button with its bar; all of them in a list below."""
    order = sorted(range(len(probabilities)), key=lambda place: (-probabilities[place], place))
    chosen = _now(subject, names, order[0])
    shown = order[:_BARS]
    if chosen not in shown:
        shown[-1:] = [chosen]
    st.markdown(t("explain_page.target"), help=t("explain_page.target_help"))
    with st.grid(_BARS, min_column_width=140) as grid:
        for place in shown:
            with grid.cell(), st.container(gap="xxsmall"):  # a name belongs to its bar, on a phone too
                st.button(
                    f"{plain(names[place])} **{formats.percent(probabilities[place], language())}**",
                    key=f"explain_class_{place}",
                    type="secondary" if clickable and place == chosen else "tertiary",
                    icon=":material/check:" if clickable and place == chosen else None,
                    disabled=not clickable,
                    width="stretch",
                    on_click=safely(_click),
                    args=(subject, place, order[0]),
                )
                st.progress(round(100 * min(1.0, max(0.0, probabilities[place]))))  # a share would be cut
                if marks := _marks(place, order[0], subject.known_label):
                    st.caption(marks, text_alignment="center")
    if clickable and len(order) > _BARS:
        _every_class(subject, names, probabilities, order)


def _marks(place: int, predicted: int, true: int | None) -> str:
    """``predicted, true``: which of both a class is."""
    roles = (("predicted", predicted), ("true", true))
    return ", ".join(t(f"explanation.role.{role}") for role, at in roles if at == place)


def _every_class(subject: Subject, names: Sequence[str], probabilities: Sequence[float], order: Sequence[int]) -> None:
    key = f"explain_other_{subject.digest[:16]}"

    def take() -> None:
        if (place := st.session_state.get(key)) is not None:
            _click(subject, place, order[0])

    labels = {place: f"{names[place]} · {formats.percent(probabilities[place], language())}" for place in order}
    st.selectbox(
        t("explain_page.other_class"),
        order,
        index=None,
        format_func=labels.__getitem__,
        placeholder=t("explain_page.other_class"),
        key=key,
        on_change=safely(take),
        label_visibility="collapsed",
        width=260,
    )


def _key(subject: Subject) -> str:
    return f"explain_target_{subject.digest[:16]}"  # another image begins with its own prediction


def _click(subject: Subject, place: int, predicted: int) -> None:
    st.session_state[_key(subject)] = "predicted" if place == predicted else place


def _clicked(subject: Subject, names: Sequence[str], predicted: int) -> Target:
    chosen = _now(subject, names, predicted)
    target: Target = "predicted" if chosen == predicted else chosen
    address.keep_unusual(_TARGET, str(target), "predicted")
    return target


def _now(subject: Subject, names: Sequence[str], predicted: int) -> int:
    """The class to explain of a lone image: what the link says, else what was clicked, else the prediction."""
    wanted = parsed(address.asked(_TARGET), len(names))
    if wanted == "true":
        wanted = subject.known_label
    if isinstance(wanted, int):
        st.session_state[_key(subject)] = wanted
    kept = st.session_state.get(_key(subject), "predicted")
    return kept if isinstance(kept, int) and kept < len(names) else predicted


def parsed(text: str | None, count: int) -> Target | None:
    """A role, or a class by its number; ``None`` for what is neither."""
    if text in ROLES:
        return text
    if text and text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < count:
        return int(text)
    return None


def _selected(name: str, default: Target, subjects: Sequence[Subject], names: Sequence[str]) -> Target:
    """A role or a class, of all images at once."""
    roles = [role for role in ROLES if role != "true" or any(one.known_label is not None for one in subjects)]
    known: list[Target] = [*roles, *range(len(names))]
    labels = {role: t(f"explain_page.role.{role}") for role in roles} | dict(enumerate(names))
    key = f"explain_{name}_{len(names)}"
    wanted = parsed(address.asked(name), len(names))
    if wanted in known:
        st.session_state[key] = wanted
    elif st.session_state.get(key) not in known:
        st.session_state[key] = default
    chosen = st.selectbox(
        t(f"explain_page.{name}"),
        known,
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
        width=280,
    )
    address.keep_unusual(name, str(chosen), str(default))
    return default if chosen is None else chosen
