"""Inside: of a run, of a network that has learned nothing, of a design; filters, maps and fields."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import designs
from cnnlab.designs import Design
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.inside import subject  # noqa: F401
from cnnlab.models import inspection  # noqa: F401  # torch, before a page asks for it
from cnnlab.runs.journal import Journal
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_explain_page import picture

LANGUAGES = ("en", "es")
TABS = ("through", "maps", "filters", "field")


def on_tab(page: AppTest, tab: str, lang: str = "en") -> AppTest:
    page.session_state[f"inside_tabs_{lang}"] = translate(f"inside_page.tab.{tab}", lang)
    return page.run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_run_the_page_says_what_to_do(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("inside", lang=lang)
    assert not page.error
    assert translate("inside_page.no_runs", lang) in texts(page)
    page.button_group(key="inside_source").set_value("network").run()
    assert not page.error
    assert translate("inside_page.badge.untrained", lang) in all_text(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_view_of_a_trained_run(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("inside", lang=lang, run=trained_run.run_id)
    for tab in TABS:
        on_tab(page, tab, lang)
        assert not page.error, tab
        assert translate("inside_page.badge.untrained", lang) not in all_text(page)
    assert page.query_params["run"] == trained_run.run_id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_view_of_an_untrained_network(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("inside", lang=lang, network="lenet5")
    for tab in TABS:
        on_tab(page, tab, lang)
        assert not page.error, tab
    assert translate("inside_page.note.untrained", lang, title="LeNet-5") in texts(page)


def test_every_view_of_a_saved_design(open_page: Open, home: Home) -> None:
    layers = ({"kind": "convolution", "filters": 6}, {"kind": "activation"}, {"kind": "flatten"})
    designs.save(Design("Mía *1*", 12, 1, 10, layers), home)
    page = open_page("inside", design="mía *1*")
    for tab in TABS:
        on_tab(page, tab)
        assert not page.error, tab
    assert page.query_params["design"] == "Mía *1*"
    assert "Mía \\*1\\*" in all_text(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_design_the_way_to_one(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("inside", lang=lang)
    page.button_group(key="inside_source").set_value("design").run()
    assert translate("inside_page.no_designs", lang) in texts(page)
    assert page.button(key="inside_to_design").label == translate("inside_page.to_design", lang)


def test_maps_go_from_the_input_to_the_output(open_page: Open, home: Home) -> None:
    page = open_page("inside", network="lenet5")
    said = [block.value for block in page.markdown if block.value.startswith("`")]
    assert [words.split("`")[1] for words in said] == ["conv1", "conv2"]
    assert "6 of 6 maps" in said[0]


def test_the_next_image_gives_other_maps(open_page: Open, home: Home) -> None:
    page = open_page("inside", network="lenet5")
    assert translate("explain_page.position", "en", at="1", count="270") in texts(page)
    page.button(key="inside_next").click().run()
    assert not page.error
    assert translate("explain_page.position", "en", at="2", count="270") in texts(page)


def test_filters_of_a_deep_layer_one_channel_at_a_time(open_page: Open, home: Home) -> None:
    page = on_tab(open_page("inside", network="lenet5"), "filters")
    assert translate("inside_page.how.single", "en") in texts(page)
    page.selectbox(key="inside_filters_layer_conv1").set_value("conv2").run()
    assert translate("inside_page.how.mean", "en", count=6) in texts(page)
    page.selectbox(key="inside_channel_conv2").set_value(5).run()
    assert translate("inside_page.how.channel", "en", channel=5, count=6) in texts(page)
    assert not page.error


def test_first_filters_are_in_colour(open_page: Open, home: Home) -> None:
    page = on_tab(open_page("inside", network="resnet20", dataset="shapes"), "filters")
    assert not page.error
    assert translate("inside_page.how.colour", "en") in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_field_of_a_unit_in_words(open_page: Open, home: Home, lang: str) -> None:
    page = on_tab(open_page("inside", lang=lang, network="lenet5"), "field", lang)
    sentence = next(block.value for block in page.markdown if "14 × 14" in block.value)
    assert sentence.count("**") == 4
    page.number_input(key="inside_row_conv2").set_value(0).run()
    page.button_group(key="inside_average").set_value("several").run()
    assert not page.error


def test_an_image_of_ones_own(open_page: Open, home: Home) -> None:
    page = open_page("inside", network="lenet5")
    page.button_group(key="inside_image").set_value("upload").run()
    assert translate("explain_page.no_upload", "en") in texts(page)
    assert translate("inside_page.image.needed", "en") in texts(page)
    page.file_uploader(key="inside_upload").upload("<b>mine</b>.png", picture(), "image/png").run()
    assert not page.error
    assert "\\<b\\>mine" in all_text(page)
    page.file_uploader(key="inside_upload").upload("broken.png", b"no image", "image/png").run()
    assert len(page.error) == 1
    assert "broken\\.png" in page.error[0].value


@pytest.mark.parametrize("network", ["mlp", "vit_tiny", "cnn_rnn"])
def test_networks_without_or_with_few_maps(open_page: Open, home: Home, network: str) -> None:
    page = open_page("inside", network=network)
    for tab in TABS:
        on_tab(page, tab)
        assert not page.error, tab


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_can_not_be_looked_into_is_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    addresses = [("run", "0" * 32), ("run", made_runs.queued(home).run_id), ("network", "<b>"), ("design", "none")]
    for name, value in addresses:
        page = open_page("inside", lang=lang, **{name: value})
        assert len(page.error) == 1, value
        assert page.title[0].value == translate("inside_page.title", lang)


def test_missing_weights_are_one_sentence(open_page: Open, trained_run: Journal) -> None:
    shutil.rmtree(trained_run.folder / "checkpoints")
    page = open_page("inside", run=trained_run.run_id)
    assert len({error.value for error in page.error}) == 1
    assert "Traceback" not in all_text(page)


def test_a_choice_on_the_page_wins_over_the_address(open_page: Open, trained_run: Journal) -> None:
    page = open_page("inside", run=trained_run.run_id)
    page.button_group(key="inside_source").set_value("network").run()
    assert "run" not in page.query_params
    assert page.query_params["network"] == "lenet5"
    page.selectbox(key="inside_network").set_value("resnet8").run()
    assert page.query_params["network"] == "resnet8"
    page.button_group(key="inside_source").set_value("run").run()
    assert "network" not in page.query_params
    assert page.query_params["run"] == trained_run.run_id
