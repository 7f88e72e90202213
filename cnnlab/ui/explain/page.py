"""The parts of Explain: run, image, prediction, maps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import address, run_choice, trained
from cnnlab.ui.edge import edge
from cnnlab.ui.explain import image, maps
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_BARS = 5
_PILLS = 30  # classes beyond which a list is easier to find one in


def head() -> None:
    st.title(t("explain_page.title"), anchor=False)
    st.caption(t("explain_page.caption"))


def choose_run() -> Run | None:
    return run_choice.choose(t("explain_page.empty"))


def choose_image(run: Run) -> Shown | None:
    with st.container(border=True):
        return image.choose(run)


def draw(run: Run, shown: Shown) -> None:
    """Prediction and target, then every chosen method."""
    names = trained.model_of(run).card.outputs.class_names
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom")
    with row:
        methods = maps.choose_methods(run)
        opacity, layer, values = maps.settings(run, shown, methods)
    maps.say_what_is_missing(run)
    predicted, probabilities = maps.prediction_of(run, shown)
    target = _prediction(run, shown, names, predicted, probabilities)
    if not methods:
        st.markdown(t("explain_page.no_method"))
    for method in methods:
        with edge():
            with st.spinner(t("explain_page.computing")):
                found = maps.explanation_of(run, shown, method, target, layer, values[method])
            maps.draw(run, shown, method, found, opacity, names)


def _prediction(run: Run, shown: Shown, names: Sequence[str], predicted: int, probabilities: Sequence[float]) -> int:
    """The image, what the network says of it, and the class to explain, which is chosen here."""
    with st.container(border=True):
        left, right = st.columns([1, 2], gap="medium")
        with left:
            maps.picture(shown)
            st.caption(plain(shown.name))
        with right:
            _verdict(shown, names, predicted, probabilities)
            _bars(names, probabilities)
            return _target(run, shown, names, predicted, probabilities)


def _verdict(shown: Shown, names: Sequence[str], predicted: int, probabilities: Sequence[float]) -> None:
    share = formats.percent(probabilities[predicted], language())
    st.markdown(t("explain_page.says", label=plain(names[predicted]), probability=share))
    if shown.label is None or shown.label < 0:
        return
    right = shown.label == predicted
    with st.container(horizontal=True, vertical_alignment="center"):
        if right:
            st.badge(t("explain_page.right"), icon=":material/check_circle:", color="green")
        else:
            st.badge(t("explain_page.wrong"), icon=":material/cancel:", color="red")
        st.markdown(t("explain_page.truth", label=plain(names[shown.label])), width="content")


def _bars(names: Sequence[str], probabilities: Sequence[float]) -> None:
    for place in _by_probability(probabilities)[:_BARS]:
        words = f"{plain(names[place])} · {formats.percent(probabilities[place], language())}"
        st.progress(round(100 * min(1.0, max(0.0, probabilities[place]))), text=words)  # a share would be cut


def _target(run: Run, shown: Shown, names: Sequence[str], predicted: int, probabilities: Sequence[float]) -> int:
    places = _by_probability(probabilities)
    key = f"explain_target_{run.run_id}_{shown.digest[:16]}"  # another image begins with its own prediction
    wanted = address.asked_number("target")
    if wanted in places or st.session_state.get(key) not in places:
        st.session_state[key] = wanted if wanted in places else predicted

    labels = {place: _class_words(place, names, predicted, shown.label) for place in places}
    label, help_text = t("explain_page.target"), t("explain_page.target_help")
    chosen: int | None
    if len(names) > _PILLS:
        chosen = st.selectbox(
            label, places, format_func=labels.__getitem__, help=help_text, key=key, persist_state="session"
        )
    else:
        chosen = st.pills(
            label,
            places,
            required=True,
            format_func=lambda place: plain(labels[place]),
            help=help_text,
            key=key,
            wrap=True,
            persist_state="session",
        )
    target = predicted if chosen is None else int(chosen)
    address.keep("target", None if target == predicted else str(target))
    return target


def _class_words(place: int, names: Sequence[str], predicted: int, true: int | None) -> str:
    """``7 (predicted, true)``"""
    marks = [t("explain_page.is_predicted")] if place == predicted else []
    marks += [t("explain_page.is_true")] if place == true else []
    return f"{names[place]} ({', '.join(marks)})" if marks else names[place]


def _by_probability(probabilities: Sequence[float]) -> list[int]:
    return sorted(range(len(probabilities)), key=lambda place: (-probabilities[place], place))
