"""Which methods explain, at which layer, with which options; of those that don't suit the network, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.experiment import parse_setting
from cnnlab.registry import checked, registry
from cnnlab.runs.run import Run
from cnnlab.ui import address, linked, options, trained
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.several import Asked

FIRST = ("grad_cam", "saliency")  # shown from the start, where they suit
_KEPT = 128
_METHODS, _CHOSEN = "explain_methods", "explain_methods_chosen"
_OPTIONS = "explain_options"  # in the session: what was set of each method, kept when the page is left
_SETTINGS = 500  # characters of the address that are looked at


def choose(runs: Sequence[Run]) -> list[str]:
    """By their names in the registry, of those that can explain at least one of the networks."""
    known, reasons = registry("explainer"), unsuited(runs)
    offered = [name for name in known if name not in reasons]
    first = [name for name in FIRST if name in offered] or offered[:1]
    kept = st.session_state.get(_CHOSEN, list(first))
    begin = [name for name in kept if name in offered] or first
    methods = linked.several_of("method", offered, first, t("explain_page.methods"), label, key=_METHODS, begin=begin)
    # what was chosen for other networks is kept for them
    st.session_state[_CHOSEN] = [*methods, *(name for name in kept if name not in offered)]
    _say_what_is_missing(reasons)
    return methods


def unsuited(runs: Sequence[Run]) -> dict[str, str]:
    """Methods that suit none of the networks, each with what is needed and missing."""
    from cnnlab.explain.needs import missing

    networks = [trained.model_of(run).network for run in runs]
    found = {}
    for name, entry in registry("explainer").items():
        needed = [missing(entry, network) for network in networks]
        if needed and all(needed):
            found[name] = str(needed[0])
    return found


def _say_what_is_missing(reasons: dict[str, str]) -> None:
    titles: dict[str, list[str]] = {}
    for name, need in reasons.items():
        titles.setdefault(need, []).append(registry("explainer")[name].text("title", language()))
    for need, names in titles.items():
        st.caption(t(f"explain_page.needs.{need}", methods=", ".join(names)))


def label(method: str) -> str:
    """What costs time says so; what is there at once needs no word."""
    entry = registry("explainer")[method]
    title, cost = entry.text("title", language()), entry.facts["cost"]
    return title if cost == "instant" else f"{title} · {t(f'explain_page.cost.{cost}')}"


def layer(runs: Sequence[Run], subjects: Sequence[Shown], methods: Sequence[str]) -> str | None:
    """``None``: the deepest with extent. Offered are the layers that all the networks have."""
    if not any(registry("explainer")[name].facts["layers"] for name in methods):
        return None
    found = [_layers(f"{run.run_id} {trained.stamp(run)}", _run=run, _shown=subjects[0]) for run in runs]
    names = [name for name in reversed(found[0]) if all(name in other for other in found)]
    labels = {"": t("explain_page.deepest")} | {name: name.removeprefix("body.") for name in names}
    key = f"explain_layer_{' '.join(run.run_id[:8] for run in runs)}"
    wanted = address.asked("layer") or ""
    full = next((name for name in names if wanted in (name, name.removeprefix("body."))), None)
    if full:
        st.session_state[key] = full
    elif wanted:
        value, known = wanted[:80], ", ".join(labels[name] for name in names)
        address.keep("layer", wanted)  # said once: the widget below is what counts from now on
        error = LabError("unknown_layer", field=t("explain_page.layer"), value=value, known=known or "–")
        st.session_state.pop(key, None)
        raise error
    chosen = st.selectbox(
        t("explain_page.layer"),
        list(labels),
        format_func=labels.__getitem__,
        help=t("explain_page.layer_help"),
        key=key,
        persist_state="session",
    )
    address.keep("layer", chosen.removeprefix("body.") if chosen else None)
    return chosen or None


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _layers(key: str, *, _run: Run, _shown: Shown) -> tuple[str, ...]:  # noqa: ARG001  # names the weights
    from cnnlab.explain.layers import offered_layers

    return offered_layers(trained.model_of(_run).network, _shown.inputs)


def settings(methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The options of each method, drawn; those that differ from the defaults stand in the address."""
    kept = st.session_state.setdefault(_OPTIONS, {})
    version = st.session_state.get(f"{_OPTIONS}_linked", 0)
    if linked := _linked(address.asked("set")):
        kept.update(linked)
        version += 1  # other keys: the widgets begin with what the link says
        st.session_state[f"{_OPTIONS}_linked"] = version
    chosen = {}
    for name in methods:
        entry = registry("explainer")[name]
        if entry.options:
            st.markdown(f"**{entry.text('title', language())}**")
        key = f"explain_{name}_{version}" if version else f"explain_{name}"
        chosen[name] = kept[name] = options.draw(entry.options, kept.get(name, {}), key=key)
    address.keep("set", _written(chosen) or None)
    return chosen


def _linked(text: str | None) -> dict[str, dict[str, Any]]:
    """``saliency.abs=false,occlusion.window=4``: what is no setting of a method is left out."""
    found: dict[str, dict[str, Any]] = {}
    for part in (text or "")[:_SETTINGS].split(","):
        where, _, _ = part.partition("=")
        method, _, name = where.partition(".")
        if method not in registry("explainer") or name not in registry("explainer")[method].options:
            continue
        try:
            _, value = parse_setting(part)
            checked(registry("explainer")[method].options, {name: value}, method)
        except LabError:
            continue
        found.setdefault(method, {})[name] = value
    return found


def _written(chosen: dict[str, dict[str, Any]]) -> str:
    parts = []
    for method, values in chosen.items():
        for name, option in registry("explainer")[method].options.items():
            value = values.get(name, option.default)
            if value != option.default and not isinstance(value, list | dict):
                parts.append(f"{method}.{name}={str(value).lower() if isinstance(value, bool) else value}")
    return ",".join(parts)


def about(asked: Asked) -> None:
    """What each method does and does not show, and its paper."""
    for name in asked.methods:
        entry = registry("explainer")[name]
        st.markdown(f"**{entry.text('title', language())}** {entry.text('summary', language())}")
        st.markdown(f"{t('explain_page.limits')} {entry.text('limits', language())}")
        st.caption(f"[{plain(str(entry.facts['paper']))}]({entry.facts['link']})")
