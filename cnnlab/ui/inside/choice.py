"""Which network is looked into: a trained run, a network of the catalogue, or a saved design; kept in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnlab import designs
from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.types import InputKind
from cnnlab.experiment import DataSpec, ModelSpec
from cnnlab.home import Home
from cnnlab.models import listing
from cnnlab.registry import Entry, registry
from cnnlab.runs.run import Run
from cnnlab.ui import address, run_choice
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DESIGN_PAGE
from cnnlab.ui.text import distinct

SOURCES = ("run", "network", "design")
_SOURCE = "inside_source"
_NETWORK, _DESIGN, _DATASET, _PRETRAINED = "inside_network", "inside_design", "inside_dataset", "inside_pretrained"
_FIRST_NETWORK = "lenet5"
_OUTPUTS = 10


@dataclass(frozen=True)
class Untrained:
    """A network as training would start it, for the images of ``data``, with ``outputs`` classes."""

    title: str
    spec: ModelSpec
    kind: InputKind
    outputs: int
    data: DataSpec

    @property
    def key(self) -> str:
        """The same for the same weights."""
        return f"{self.spec.model_dump_json()} {self.kind.shape} {self.outputs}"


def choose() -> Run | Untrained | None:
    """``None`` after the page has said what to do. Raises ``LabError`` for what the address names and is not there."""
    source = _source()
    if source == "run":
        return run_choice.choose(t("inside_page.no_runs"))
    return _network() if source == "network" else _design()


def _source() -> str:
    """What a link names wins; after that, what is chosen here."""
    if address.asked("network") is not None:
        st.session_state[_SOURCE] = "network"
    elif address.asked("design") is not None:
        st.session_state[_SOURCE] = "design"
    elif st.query_params.get("run"):
        st.session_state[_SOURCE] = "run"
    elif st.session_state.get(_SOURCE) not in SOURCES:
        st.session_state[_SOURCE] = SOURCES[0]
    labels = {name: t(f"inside_page.source.{name}") for name in SOURCES}
    chosen: str | None = st.segmented_control(
        t("inside_page.source.label"),
        SOURCES,
        required=True,
        format_func=labels.__getitem__,
        key=_SOURCE,
        persist_state="session",
        on_change=safely(_forget_address),
        label_visibility="collapsed",
    )
    return chosen or SOURCES[0]


def _forget_address() -> None:
    for name in SOURCES:
        address.keep(name, None)


def _network() -> Untrained:
    asked = address.asked("network")
    found = {entry.name: entry for entry in listing.select()}
    if asked is not None:
        entry = registry("architecture")[asked[:120]]  # one of timm's is in no list
        found.setdefault(entry.name, entry)
        st.session_state[_NETWORK] = entry.name
    elif st.session_state.get(_NETWORK) not in found:
        st.session_state[_NETWORK] = _FIRST_NETWORK
    labels = distinct({name: f"{entry.text('title', language())} ({name})" for name, entry in found.items()})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            t("inside_page.which_network"),
            list(found),
            format_func=labels.__getitem__,
            key=_NETWORK,
            persist_state="session",
            width=360,
        )
        entry = found[name]
        info = _dataset()
        pretrained = bool(entry.facts.get("pretrained")) and st.toggle(
            t("inside_page.pretrained"), help=t("inside_page.pretrained_help"), key=_PRETRAINED, persist_state="session"
        )
    address.keep("network", name)
    side = max(info.default_size, int(entry.facts.get("minimum_size", 1)))
    data = DataSpec(dataset=info.name, image_size=None if side == info.default_size else side)
    spec = ModelSpec(architecture=name, pretrained=pretrained)
    kind = InputKind("image", (info.channels, side, side))
    return Untrained(_title(entry), spec, kind, len(info.classes) or _OUTPUTS, data)


def _design() -> Untrained | None:
    home = Home.current()
    asked = address.asked("design")
    if asked is not None:
        st.session_state[_DESIGN] = designs.find(asked[:200], home).name
    found = {design.name: design for design in designs.listing(home)}
    if not found:
        _no_designs()
        return None
    if st.session_state.get(_DESIGN) not in found:
        st.session_state[_DESIGN] = next(iter(found))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(t("inside_page.which_design"), list(found), key=_DESIGN, persist_state="session", width=360)
        info = _dataset()
    address.keep("design", name)
    design = found[name]
    channels = 1 if design.channels == 1 else 3
    data = DataSpec(dataset=info.name, image_size=max(4, design.size), channels=channels)
    spec = ModelSpec(architecture="designed", layers=[dict(layer) for layer in design.layers])
    kind = InputKind("image", (design.channels, design.size, design.size))
    return Untrained(design.name, spec, kind, design.outputs, data)


def _dataset() -> DatasetInfo:
    """Whose images are looked at: those that are on this machine, of which there always is one that is drawn."""
    stored = {info.name: info for info in catalogue.listing(Home.current()) if info.stored}
    asked = address.asked("dataset")
    if asked in stored:
        st.session_state[_DATASET] = asked
    elif st.session_state.get(_DATASET) not in stored:
        st.session_state[_DATASET] = next(iter(stored))
    labels = {name: info.title(language()) for name, info in stored.items()}
    name = st.selectbox(
        t("inside_page.dataset"),
        list(stored),
        format_func=labels.__getitem__,
        key=_DATASET,
        persist_state="session",
        width=260,
    )
    address.keep("dataset", name)
    return stored[name]


def _title(entry: Entry) -> str:
    return entry.text("title", language())


def _no_designs() -> None:
    with st.container(border=True):
        st.markdown(t("inside_page.no_designs"))
        if st.button(t("inside_page.to_design"), icon=":material/design_services:", key="inside_to_design"):
            st.switch_page(DESIGN_PAGE)
