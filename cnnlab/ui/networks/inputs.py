"""For which input a network is looked at: its own default, a dataset's, or any size, channels and classes."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.types import InputKind
from cnnlab.home import Home
from cnnlab.registry import Entry
from cnnlab.ui import address
from cnnlab.ui.language import language, t

OUTPUTS = 10  # that the figures of the registry are stated for
_CHOICE = "network_input"
_DEFAULT, _FREE = "default:", "free:"  # no dataset has a colon in its name
_LARGEST_SIDE, _MOST_OUTPUTS = 512, 10_000


@dataclass(frozen=True)
class Chosen:
    """``dataset``: ``None`` where the input is no dataset's."""

    kind: InputKind
    outputs: int
    dataset: DatasetInfo | None = None

    @property
    def key(self) -> str:
        return f"{'x'.join(str(side) for side in self.kind.shape)}-{self.outputs}"


def choose(entry: Entry) -> Chosen:
    """Kept for the session and, a dataset, in the address."""
    infos = {info.name: info for info in catalogue.listing(Home.current())}
    asked = address.asked("dataset")
    if asked in infos or st.session_state.get(_CHOICE) not in (*infos, _DEFAULT, _FREE):
        st.session_state[_CHOICE] = asked if asked in infos else _DEFAULT
    labels = {_DEFAULT: t("network_page.input.default", extent=extent(default(entry)))}
    labels |= {name: f"{info.title(language())} · {extent(_of_dataset(info))}" for name, info in infos.items()}
    labels[_FREE] = t("network_page.input.free")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.selectbox(
            t("network_page.input.label"),
            list(labels),
            format_func=labels.__getitem__,
            help=t("network_page.input.help"),
            key=_CHOICE,
            persist_state="session",
            width=420,
        )
        address.keep("dataset", choice if choice in infos else None)
        if choice == _FREE:
            return _free(entry)
    return _of_dataset(infos[choice]) if choice in infos else default(entry)


def default(entry: Entry) -> Chosen:
    """What the entry's figures are stated for."""
    size, channels = int(entry.facts.get("default_size", 32)), int(entry.facts.get("default_channels", 3))
    return Chosen(InputKind("image", (channels, size, size)), OUTPUTS)


def extent(chosen: Chosen) -> str:
    """``28 × 28, grey, 10 classes``"""
    channels, height, width = chosen.kind.shape
    colour = t("network_page.grey" if channels == 1 else "network_page.colour")
    return f"{height} × {width}, {colour}, {t('data_page.classes', count=chosen.outputs)}"


def _of_dataset(info: DatasetInfo) -> Chosen:
    shape = (info.channels, info.default_size, info.default_size)
    return Chosen(InputKind("image", shape), max(1, len(info.classes)) if info.classes else OUTPUTS, info)


def _free(entry: Entry) -> Chosen:
    usual = default(entry).kind.shape
    size = st.number_input(
        t("network_page.input.size"), 1, _LARGEST_SIDE, usual[1], key="network_size", persist_state="session", width=140
    )
    channels = st.segmented_control(
        t("network_page.input.channels"),
        (1, 3),
        default=usual[0] if usual[0] in (1, 3) else 3,
        required=True,
        key="network_channels",
        persist_state="session",
    )
    outputs = st.number_input(
        t("network_page.input.outputs"),
        1,
        _MOST_OUTPUTS,
        OUTPUTS,
        key="network_outputs",
        persist_state="session",
        width=140,
    )
    return Chosen(InputKind("image", (int(channels or 3), int(size), int(size))), int(outputs))
