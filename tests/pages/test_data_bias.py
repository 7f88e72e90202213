"""Data, bias: a planted shortcut is found on a click and told in both languages; one grouping in full; kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnlab.data.importing import import_images
from cnnlab.home import Home
from cnnlab.i18n import translate
from tests.pages.conftest import Open
from tests.pages.reading import all_text
from tests.pages.test_data_page import data_page, finished


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def wards(home: Home, tmp_path: Path) -> str:
    """The ill are photographed in ward A, brightly; the well mostly in ward B."""
    rng = np.random.default_rng(0)
    for label, ward, count, light in (("ill", "A", 60, 150), ("well", "A", 5, 150), ("well", "B", 60, 90)):
        folder = tmp_path / "wards" / label / ward
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, light, (16, 16)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    import_images(tmp_path / "wards", "wards", home)
    return "wards"


def looked(open_page: Open, wards: str, lang: str) -> AppTest:
    app = data_page(open_page, wards, lang, "bias")
    app.button(key="compute_bias").click().run()
    return finished(app)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_was_planted_is_told_with_what_to_do(open_page: Open, home: Home, wards: str, lang: str) -> None:
    app = looked(open_page, wards, lang)
    assert not app.error
    assert not app.exception
    said = all_text(app)
    assert translate("groups.by.brightness", lang) in said
    assert translate("bias.cure.absent", lang) in said.replace("\\", "")
    assert "compute_bias" not in [button.key for button in app.button]
    again = data_page(open_page, wards, lang, "bias")
    assert "compute_bias" not in [button.key for button in again.button]


def test_one_grouping_in_full_and_a_wrong_pattern(open_page: Open, home: Home, wards: str) -> None:
    app = data_page(open_page, wards, "en", "bias")
    assert app.selectbox(key="bias_column").value == "folder"
    assert len(app.table) == 3
    app.selectbox(key="bias_column").set_value("contrast").run()
    assert not app.exception
    app.button_group(key="bias_source").set_value("pattern").run()
    app.text_input(key="bias_pattern").input("(").run()
    assert len(app.error) == 1
    app.text_input(key="bias_pattern").input(r"(\d)\.png").run()
    assert not app.error
    assert not app.exception
