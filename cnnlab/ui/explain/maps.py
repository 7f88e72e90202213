"""The maps of one image: for each method the input, the map and both together, with what they don't show."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.registry import Entry, registry
from cnnlab.runs.run import Run
from cnnlab.ui import address, options, pictures, trained
from cnnlab.ui.edge import edge
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.explain import Explanation

_SIDE = 320
_KEPT = 128
_METHODS = "explain_methods"
_OPTIONS = "explain_options"  # in the session: what was set of each method, kept when the page is left


def choose_methods(run: Run) -> list[str]:
    """The methods to show, by their names in the registry, of those that can explain the run's network."""
    from cnnlab.explain.base import methods_for

    known = registry("explainer")
    offered = methods_for(trained.model_of(run).network)
    # what was chosen for other networks is kept for them
    key = _METHODS if len(offered) == len(known) else f"{_METHODS}_without_maps"
    wanted = [name for name in (address.asked("method") or "").split(",") if name in offered]
    if wanted or key not in st.session_state:
        st.session_state[key] = wanted or offered[:2]
    labels = {name: f"{known[name].text('title', language())} · {_cost(known[name])}" for name in offered}
    chosen = st.pills(
        t("explain_page.methods"),
        offered,
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=key,
        wrap=True,
        persist_state="session",
    )
    methods = [name for name in offered if name in (chosen or [])]
    address.keep("method", ",".join(methods) if methods != offered[:2] else None)
    return methods


def say_what_is_missing(run: Run) -> None:
    """Which methods the run's network can't be explained with, and why."""
    from cnnlab.explain.base import methods_for

    offered = methods_for(trained.model_of(run).network)
    missing = [entry.text("title", language()) for name, entry in registry("explainer").items() if name not in offered]
    if missing:
        st.caption(t("explain_page.needs_maps", methods=", ".join(missing)))


def settings(run: Run, shown: Shown, methods: list[str]) -> tuple[float, str | None, dict[str, dict[str, Any]]]:
    """Opacity, layer (``None``: the deepest with extent) and the options of each method, from one popover."""
    with st.popover(t("explain_page.display"), icon=":material/tune:", key="explain_display"):
        opacity = st.slider(
            t("explain_page.opacity"), 0, 100, 75, 5, format="%d %%", key="opacity", persist_state="session"
        )
        layer = _layer(run, shown) if any(registry("explainer")[name].facts["layers"] for name in methods) else None
        chosen = {}
        for name in methods:
            entry = registry("explainer")[name]
            if entry.options:
                st.markdown(f"**{entry.text('title', language())}**")
            kept = st.session_state.setdefault(_OPTIONS, {})
            chosen[name] = kept[name] = options.draw(entry.options, kept.get(name, {}), key=f"explain_{name}")
    return opacity / 100, layer, chosen


def _layer(run: Run, shown: Shown) -> str | None:
    layers = _layers(f"{run.run_id} {trained.stamp(run)}", _run=run, _shown=shown)
    labels = {"": t("explain_page.deepest")} | {name: name.removeprefix("body.") for name in reversed(layers)}
    chosen = st.selectbox(
        t("explain_page.layer"),
        list(labels),
        format_func=labels.__getitem__,
        help=t("explain_page.layer_help"),
        key=f"explain_layer_{run.run_id}",
        persist_state="session",
    )
    return chosen or None


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _layers(key: str, *, _run: Run, _shown: Shown) -> tuple[str, ...]:  # noqa: ARG001  # names the weights
    from cnnlab.explain.layers import offered_layers

    return offered_layers(trained.model_of(_run).network, _shown.inputs)


def prediction_of(run: Run, shown: Shown) -> tuple[int, tuple[float, ...]]:
    """The predicted class and the probability of each."""
    from cnnlab.evaluation.predict import predict_inputs
    from cnnlab.explain.borrow import borrowed

    model = trained.model_of(run)
    with borrowed(model.network):  # another session's hooks must not hear this pass
        (found,) = predict_inputs(model, shown.inputs, [shown.name])
    return model.card.outputs.class_names.index(found.label), found.probabilities


def picture(shown: Shown) -> None:
    """The image as the network gets it."""
    from cnnlab.explain.render import picture_of

    pictures.draw(picture_of(shown.inputs), alt=t("explain_page.alt.image", name=shown.name), side=_SIDE)


def explanation_of(
    run: Run, shown: Shown, method: str, target: int | None, layer: str | None, values: dict[str, Any]
) -> Explanation:
    """Computed once for the same weights, image and choices. Raises what ``explain`` raises."""
    taken = layer if registry("explainer")[method].facts["layers"] else None
    key = f"{run.run_id} {trained.stamp(run)} {shown.digest}"
    return _explanation(key, method, target, taken, json.dumps(values, sort_keys=True), _run=run, _shown=shown)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _explanation(
    key: str,  # noqa: ARG001  # names the weights and the image
    method: str,
    target: int | None,
    layer: str | None,
    choices: str,
    *,
    _run: Run,
    _shown: Shown,
) -> Explanation:
    from cnnlab.explain.explain import explain

    model = trained.model_of(_run)
    values = json.loads(choices)
    return explain(model.network, model.task, _shown.inputs, target=target, method=method, layer=layer, options=values)


def draw(run: Run, shown: Shown, method: str, found: Explanation, opacity: float, names: tuple[str, ...]) -> None:
    """One method: what it is, three pictures of the same size, how to read them, downloads."""
    from cnnlab.explain.render import array_npy, coloured, overlay, panel_png, picture_of

    entry = registry("explainer")[method]
    title, target = entry.text("title", language()), plain(names[found.target])
    picture = picture_of(shown.inputs)
    cells = {"input": picture, "map": coloured(found.map), "overlay": overlay(picture, found.map, opacity)}
    with st.container(border=True, key=f"method_{method}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(title, anchor=False, width="content", help=entry.text("summary", language()))
            st.badge(_cost(entry), color="gray")
        st.caption(_words(entry, found, target))
        with st.grid(3, min_column_width=96) as grid:
            for name, pixels in cells.items():
                with grid.cell(), edge():
                    alt = t(f"explain_page.alt.{name}", method=title, target=target)
                    pictures.draw(pixels, alt=alt, side=_SIDE)
                    st.caption(t(f"explain_page.cell.{name}"))
        _legend(signed=bool((found.map < 0).any()))
        st.caption(f"**{t('explain_page.limits')}** {entry.text('limits', language())}")
        stem = f"{method}-{run.run_id[:8]}-{shown.index if shown.index is not None else 'image'}"
        with st.container(horizontal=True):
            _download("png", partial(panel_png, shown.inputs, found, opacity), f"{stem}.png", "image/png", method)
            _download("npy", partial(array_npy, found), f"{stem}.npy", "application/octet-stream", method)


def _legend(*, signed: bool) -> None:
    """The colours of the map with what their ends mean, and one sentence."""
    from cnnlab.explain.render import scale_bar

    kind = "signed" if signed else "unsigned"
    st.image(scale_bar(signed=signed), alt=t(f"explain_page.read_{kind}"), width="stretch")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for end in ("low", "middle", "high") if signed else ("low", "high"):
            st.caption(t(f"explain_page.scale.{kind}.{end}"), width="content")
    st.caption(t("explain_page.read"))


def _cost(entry: Entry) -> str:
    return t(f"explain_page.cost.{entry.facts['cost']}")


def _words(entry: Entry, found: Explanation, target: str) -> str:
    words = [t("explain_page.for_class", target=f"**{target}**")]
    if found.layer:
        words.append(t("explain_page.at_layer", layer=plain(found.layer.removeprefix("body."))))
    return " · ".join([*words, _paper(entry)])


def _paper(entry: Entry) -> str:
    authors, _, _ = str(entry.facts["paper"]).partition(":")
    return plain(f"{authors.split(',')[0]} et al. {entry.facts['year']}")


def _download(kind: str, content: Callable[[], bytes], name: str, mime: str, method: str) -> None:
    label = t(f"explain_page.download.{kind}")
    icon = ":material/download:"
    st.download_button(label, content, name, mime, icon=icon, on_click="ignore", key=f"{kind}_{method}")
