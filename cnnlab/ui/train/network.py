"""Step 2: which network, and how it is set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import streamlit as st

from cnnlab import yaml_io
from cnnlab.errors import ExperimentError, LabError
from cnnlab.i18n import formats
from cnnlab.models.listing import number_of
from cnnlab.models.shapes import Shape, block_shapes
from cnnlab.registry import Entry, checked
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DESIGN_PAGE, NETWORKS_PAGE
from cnnlab.ui.networks import words
from cnnlab.ui.text import plain, setting_name
from cnnlab.ui.train import choosing, data, fields, fine_tuning, options
from cnnlab.ui.train.form import Form, current
from cnnlab.ui.train.problems import within

_SMALL = 224  # pixels: below what most networks were first made for, some change their first layers


def draw(form: Form) -> None:
    choosing.draw(form)
    entry = choosing.entry_of(form["model.architecture"])
    if entry is None:
        return
    _about(form, entry)
    if entry.facts.get("pretrained") or form["model.pretrained"]:
        fields.toggle(form, "model.pretrained")
    options.draw(form, "model", entry, _descriptions(form, entry))
    if entry.facts.get("layers") or form["model.layers"] is not None:
        _layers(form)
    fine_tuning.draw(form)


def _about(form: Form, entry: Entry) -> None:
    """What it is, what it is for, what it costs, and where to look further."""
    texts = entry.texts[language()]
    st.markdown(plain(texts["summary"]))
    size = data.shape(form).height
    notes = [texts.get("input", ""), texts.get("small_images", "") if size < _SMALL else ""]
    if any(notes):
        st.caption(plain(" ".join(note for note in notes if note)))
    st.markdown(f":small[{words.facts(entry)}]")  # a caption would fade the link
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_costs(entry))
        design = choosing.saved_design(form)
        if design is not None:
            _link(DESIGN_PAGE, "design", {"design": design.name})
        elif not entry.facts.get("layers"):
            _link(NETWORKS_PAGE, "inside", {"network": entry.name})
            if entry.facts.get("sequence"):
                _link(DESIGN_PAGE, "design", {"network": entry.name})


def _link(page: str, name: str, query: dict[str, str]) -> None:
    st.page_link(
        page,
        label=t(f"train.network.{name}"),
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=query,
    )


def _costs(entry: Entry) -> str:
    """At the size that its data file states them for; the estimate beside the form has those of the experiment."""
    facts = entry.facts
    found = [
        t(f"train.network.{name}", **{name: formats.short(value, language())})
        for name in ("parameters", "macs")
        if (value := number_of(entry, name)) is not None
    ]
    if not found:
        return ""
    size = facts["default_size"]
    return t(
        "train.network.at",
        what=", ".join(found),
        size=size,
        channels=t(f"train.data.channels_{facts['default_channels']}"),
    )


def _descriptions(form: Form, entry: Entry) -> dict[str, Callable[[int], str]]:
    """For a chain of convolution blocks: the size of the maps after each of them."""
    name = entry.facts.get("blocks")
    if name is None:
        return {}
    shapes = _shapes(form, entry, name)

    def describe(number: int) -> str:
        if number >= len(shapes):
            return ""
        before, after = shapes[number], shapes[number + 1] if number + 1 < len(shapes) else None
        return t("train.network.maps", before=_extent(before), after=_extent(after) if after else "?")

    return {name: describe}


def _shapes(form: Form, entry: Entry, name: str) -> list[Shape]:
    """Of the input and after each block, as far as the maps reach."""
    shapes = [data.shape(form)]
    if not shapes[0].height:
        return []
    try:
        given = checked(entry.options, {**entry.defaults(), **form["model.options"]}, "model.options")[name]
    except LabError:
        return []
    for block in given:
        try:
            shapes.extend(block_shapes([block], shapes[-1]))
        except ExperimentError:
            break
    return shapes


def _extent(shape: Shape) -> str:
    return f"{shape.height} × {shape.width} × {shape.channels}"


def _layers(form: Form) -> None:
    """A network's own list of layers, as YAML: it is too free for fields.

    The text is the field's default and its key names it: a browser whose field stayed empty, since a click ended the
    run that had filled it, would else say that there are no layers, and others would be trained.
    """
    value = form["model.layers"]
    text = value if isinstance(value, str) else yaml_io.dump(value) if value else ""
    key = form.key(f"model.layers.{hashlib.sha256(text.encode()).hexdigest()[:16]}")
    with st.expander(
        setting_name("model.layers"),
        icon=":material/layers:",
        expanded=within(form, ["model.layers"]),
        key=f"layers_{form.revision}",
        type="compact",
    ):
        label, words_of_it = setting_name("model.layers"), t("help.model.layers")
        st.text_area(label, text, key=key, help=words_of_it, on_change=safely(_layers_changed), args=(key,))
        fields.wrong(form, "model.layers")


def _layers_changed(key: str) -> None:
    form, written = current(), st.session_state[key]
    try:
        value = yaml_io.parse(written) if written.strip() else None
    except LabError:
        value = written  # it stays as it was written, and is said to be no list
    form.change({"model.layers": value})
