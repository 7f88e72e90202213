"""What the laboratory is asked for: the variant, examples of it, and for who wants more, images and training."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnlab.explain.laboratory import setup as laboratory
from cnnlab.explain.laboratory.examples import Example, examples
from cnnlab.explain.laboratory.setup import VARIANTS, Setup
from cnnlab.ui import linked, pictures
from cnnlab.ui.language import t
from cnnlab.ui.text import plain

_VARIANT = "laboratory_variant"
_SIDE = 96  # pixels of an example on the page


@dataclass(frozen=True)
class Asked:
    setup: Setup
    images: int  # test images that the maps are measured on

    @property
    def command(self) -> str:
        default, said = Setup(), ["python -m cnnlab laboratory"]
        for name, value in self.setup.as_dict().items():
            if name == "variant" or value != getattr(default, name):
                said.append(f"--{name} {value}")
        return " ".join([*said, *([f"--images {self.images}"] if self.images != laboratory.IMAGES else [])])


def choose() -> Asked:
    variant = _variant()
    st.markdown(t(f"laboratory_page.about.{variant}"))
    _examples(variant)
    with st.expander(t("laboratory_page.advanced"), icon=":material/tune:"), st.container(horizontal=True):
        samples = _number("samples", laboratory.SAMPLES, laboratory.LEAST_SAMPLES, 100_000)
        epochs = _number("epochs", laboratory.EPOCHS, 1, 1000)
        share = _number("share", 100, 0, 100)
        seed = _number("seed", 0, 0, 2**31 - 1)
        images = _number("images", laboratory.IMAGES, 1, 1000)
    return Asked(Setup(variant, samples, epochs, share / 100, seed), images)


def _variant() -> str:
    words = {name: t(f"laboratory.variant.{name}") for name in VARIANTS}
    return linked.one_of("variant", VARIANTS, t("laboratory_page.variant"), words.__getitem__, key=_VARIANT)


def _examples(variant: str) -> None:
    found = _drawn(variant)
    with st.grid(len(found), min_column_width=88) as grid:
        for each in found:
            with grid.cell():
                words = {"kind": t(f"laboratory.variant.{variant}"), "name": plain(each.name)}
                alt = t("laboratory_page.examples_alt", **words)
                pictures.draw(each.pixels, alt=alt, side=_SIDE)
                pictures.draw(each.truth, alt=t("laboratory_page.truth_alt", name=plain(each.name)), side=_SIDE)
    st.caption(t("laboratory_page.masks_caption"))


@st.cache_data(max_entries=len(VARIANTS), show_spinner=False)
def _drawn(variant: str) -> list[Example]:
    return examples(variant)


def _number(name: str, default: int, low: int, high: int) -> int:
    label, about = t(f"laboratory_page.{name}"), t(f"laboratory_page.{name}_help")
    return linked.number(name, default, low, high, label, key=f"laboratory_{name}", help=about, width=190)
