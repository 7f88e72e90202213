"""One widget for one setting, in the form's columns: its name, what it does, its value, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from cnnlab import i18n
from cnnlab.errors import Problem
from cnnlab.i18n import formats
from cnnlab.ui import settings
from cnnlab.ui.edge import safely
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence, setting_name
from cnnlab.ui.train.form import Form, current
from cnnlab.ui.train.problems import named

Read = Callable[[Any], Any]
Then = Callable[[Form, Any, Any], Mapping[str, Any]]
"""(form, value before, value now) -> the other settings that a change brings along."""

_PAUSE = "0.8s"  # a written field counts once the writer pauses
AUTOMATIC = "auto"  # stands for ``None`` among pills, where that would mean that none is chosen


def whole(form: Form, field: str, *, step: int = 1, automatic: str | None = None, label: str | None = None) -> None:
    """``automatic``: what an empty field means, where it may be empty."""
    seeded = _seed(form, field, lambda value: value if isinstance(value, int) else None)
    st.number_input(
        label or setting_name(field),
        step=step,
        format="%d",
        placeholder=automatic,
        **_emptiable(seeded is None or automatic is not None),
        **_common(form, field, _whole),
    )
    wrong(form, field)


def number(form: Form, field: str, *, step: float, scale: float = 1.0, label: str | None = None) -> None:
    """A number shown ``scale`` times as large, such as a share in per cent."""
    seeded = _seed(form, field, lambda value: round(value * scale, 9) if isinstance(value, int | float) else None)
    read: Read = _as_is if scale == 1.0 else lambda value: None if value is None else round(value / scale, 9)
    shown = {**_emptiable(seeded is None), **_common(form, field, read)}
    st.number_input(label or setting_name(field), step=step, format="%g", **shown)
    wrong(form, field)


def share(form: Form, field: str, *, step: float = 5.0) -> None:
    """A share of one, shown in per cent."""
    number(form, field, step=step, scale=100.0, label=t("train.per_cent", name=setting_name(field)))


def with_unit(field: str, unit: str) -> str:
    """The name of a setting with what it is counted in: "pixels", "degrees", "seconds"."""
    return t("train.with_unit", name=setting_name(field), unit=t(f"train.unit.{unit}"))


def rate(form: Form, field: str) -> None:
    """A number whose exponent is what counts: ``1e-3``. It is written, since no step suits it."""
    _seed(form, field, rate_text)
    st.text_input(setting_name(field), live=_PAUSE, **_common(form, field, read_rate))
    wrong(form, field)


def text(form: Form, field: str, *, placeholder: str = "", optional: bool = False, limit: int | None = None) -> None:
    """``optional``: an empty text means none."""
    _seed(form, field, lambda value: value or "")
    read: Read = (lambda value: value.strip() or None) if optional else (lambda value: value)
    st.text_input(
        setting_name(field), placeholder=placeholder, max_chars=limit, live=_PAUSE, **_common(form, field, read)
    )
    wrong(form, field)


def choice(
    form: Form,
    field: str,
    codes: Sequence[Any],
    *,
    words: Callable[[Any], str] | None = None,
    then: Then | None = None,
    label: str | None = None,
) -> None:
    """One of ``codes``, in a list that opens; ``pills`` has few of them beside each other."""
    known = codes if form[field] in codes else [*codes, form[field]]  # one that was chosen before it went away
    _seed(form, field)
    shown = spelled(known, words or unescaped(field))
    st.selectbox(
        label or setting_name(field), known, format_func=shown.__getitem__, **_common(form, field, _as_is, then)
    )
    wrong(form, field)


def pills(
    form: Form,
    field: str,
    codes: Sequence[Any],
    *,
    words: Callable[[Any], str] | None = None,
    then: Then | None = None,
) -> None:
    """One of few ``codes``, all of them in sight. ``None`` may be one of them."""
    known = [AUTOMATIC if code is None else code for code in codes]
    seeded = _seed(form, field, lambda value: AUTOMATIC if value is None else value)
    known = known if seeded in known else [*known, seeded]
    say_code = words or unescaped(field)
    shown = spelled(known, lambda code: say_code(_code(code)))
    st.pills(
        setting_name(field),
        known,
        required=True,
        format_func=shown.__getitem__,
        wrap=True,
        width="stretch",
        **_common(form, field, _code, then),
    )
    wrong(form, field)


def several(form: Form, field: str, codes: Sequence[str]) -> None:
    """Any of ``codes``."""
    _seed(form, field)
    words = spelled(codes, unescaped(field)).__getitem__
    st.pills(
        setting_name(field), codes, selection_mode="multi", format_func=words, wrap=True, **_common(form, field, list)
    )
    wrong(form, field)


def toggle(form: Form, field: str) -> None:
    _seed(form, field, bool)
    st.toggle(setting_name(field), **_common(form, field, bool))
    wrong(form, field)


def wrong(form: Form, field: str) -> None:
    """What is wrong with one setting, right below it."""
    problem = form.problem(field)
    if problem is not None:
        say(problem, form)


def say(problem: Problem, form: Form) -> None:
    form.said.append(problem)
    st.markdown(f":red[:material/error: {sentence(named(problem, form))}]")


def spelled(codes: Sequence[Any], words: Callable[[Any], str]) -> dict[Any, str]:
    """The words of all ``codes``, now: Streamlit may ask again where nobody's language is known."""
    return {code: words(code) for code in codes}


def unescaped(field: str) -> Callable[[Any], str]:
    """The words of a choice, where Streamlit shows them as they are."""
    return lambda code: settings.shown(field, code).replace("\\", "")


def rate_text(value: Any) -> str:
    if isinstance(value, int) or not isinstance(value, float):
        return "" if value is None else str(value)
    short = formats.learning_rate(float(value))
    return short if float(short) == value else repr(value)


def read_rate(written: str) -> Any:
    """A number as people write it, with a point or a comma; what is none stays as it was written."""
    try:
        return float(written.strip().replace(",", "."))
    except ValueError:
        return written.strip()


def _common(form: Form, field: str, read: Read, then: Then | None = None) -> dict[str, Any]:
    help_text = t(f"help.{field}") if i18n.has(f"help.{field}") else None
    key = form.key(field)
    return {"key": key, "help": help_text, "on_change": safely(_changed), "args": (key, field, read, then)}


def _seed(form: Form, field: str, shown: Read = lambda value: value) -> Any:
    """The widget's value, from the draft where it is drawn for the first time."""
    return form.fill(form.key(field), lambda: shown(form[field]))


def _emptiable(empty: bool) -> dict[str, Any]:
    """A number field that may be empty has a button that empties it: the others need none."""
    return {"value": None} if empty else {}


def _changed(key: str, field: str, read: Read, then: Then | None) -> None:
    form = current()
    if key != form.key(field) or key not in st.session_state:
        return  # a preset or file filled the whole form in the same breath
    before, now = form[field], read(st.session_state[key])
    others = then(form, before, now) if then else {}
    for other in others:
        st.session_state.pop(form.key(other), None)  # its widget is filled anew
    form.change({field: now, **others})


def _code(shown: Any) -> Any:
    return None if shown == AUTOMATIC else shown


def _as_is(value: Any) -> Any:
    return value


def _whole(value: float | None) -> Any:
    return value if value is None else int(value)
