"""Networks: the list with its filters, and one network opened."""

from __future__ import annotations

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.data import catalogue
from cnnlab.home import Home
from cnnlab.i18n import formats, translate
from cnnlab.models import (
    inspection,  # noqa: F401  # torch before a page asks for it: under load that takes longer than AppTest waits
    listing,
    timm_names,
)
from cnnlab.registry import registry
from cnnlab.ui.networks import list_page
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


def opened_by(page: AppTest) -> set[str]:
    """The networks that the cards open."""
    return {key.removeprefix("network_") for b in page.button if (key := b.key or "").startswith("network_")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_network_has_its_way_from_the_list(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang)
    assert not page.error
    assert page.title[0].value == translate("networks_page.title", lang)
    assert opened_by(page) == set(registry("architecture"))


def test_words_and_group_choose(open_page: Open, home: Home) -> None:
    page = open_page("networks")
    page.text_input(key="networks_words").set_value("lenet 1998").run()
    assert opened_by(page) == {one.name for one in listing.select("lenet 1998")}
    page.text_input(key="networks_words").set_value("").run()
    page.button_group(key="networks_group").set_value("compact").run()
    assert opened_by(page) == {one.name for one in listing.select(group="compact")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_found_says_so_and_leads_back(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang)
    page.text_input(key="networks_words").set_value("<script> no such network").run()
    assert translate("networks_page.no_match", lang) in texts(page)
    page.button(key="networks_all").click().run()
    assert opened_by(page) == set(registry("architecture"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_has_a_row_a_network(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang)
    page.button_group(key="networks_view").set_value("table").run()
    assert len(page.dataframe[0].value) == len(registry("architecture"))
    assert translate("networks_page.column.title", lang) in all_text(page)


def test_a_mark_of_the_timeline_names_its_family() -> None:
    for family in listing.families(listing.select()):
        found = list_page.family_at([{"customdata": [f"{family.group} {family.name}"]}])
        assert found is not None
        assert (found.name, found.group) == (family.name, family.group)
    assert list_page.family_at([]) is None
    assert list_page.family_at([{"customdata": ["<b>"]}]) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_network_with_its_figures(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang, network="resnet20")
    assert not page.error
    assert page.title[0].value == "ResNet-20"
    entry = registry("architecture")["resnet20"]
    assert entry.text("input", lang) in all_text(page).replace("\\", "")
    assert [metric.value for metric in page.metric][:2] == [
        formats.short(entry.facts["parameters"], lang),
        formats.short(entry.facts["macs"], lang),
    ]
    assert [button.label for button in page.button if button.proto.type == "primary"] == [
        translate("network_page.train", lang)
    ]


def test_a_small_network_is_shown_layer_by_layer(open_page: Open, home: Home) -> None:
    page = open_page("networks", network="lenet5")
    table = page.dataframe[0].value
    assert table["layer"].iloc[0].strip() == "conv1"
    assert table["output"].iloc[-1] == "10"
    assert sum(table["parameters"]) == 61_706
    assert table["field"].iloc[-1] == translate("network_page.whole_image", "en")


def test_a_large_network_is_shown_in_stages_until_every_layer_is_wanted(open_page: Open, home: Home) -> None:
    page = open_page("networks", network="resnet20")
    few = len(page.dataframe[0].value)
    page.toggle(key="network_every").set_value(True).run()
    assert len(page.dataframe[0].value) > 2 * few


def test_the_dataset_decides_the_figures_and_is_in_the_address(open_page: Open, home: Home) -> None:
    page = open_page("networks", network="lenet5")
    before = page.metric[1].value
    page.selectbox(key="network_input").set_value("shapes").run()
    assert not page.error
    assert page.query_params["dataset"] == "shapes"
    assert page.metric[1].value != before
    linked = open_page("networks", network="lenet5", dataset="digits")
    assert linked.selectbox(key="network_input").value == "digits"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_input_that_is_too_small_is_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang, network="resnet20")
    page.selectbox(key="network_input").set_value("free:").run()
    assert not page.error
    page.number_input(key="network_size").set_value(2).run()
    assert page.error
    assert {error.value for error in page.error} == {page.error[0].value}
    assert "2" in page.error[0].value


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tab", ["costs", "settings"])
def test_the_other_tabs(open_page: Open, home: Home, lang: str, tab: str) -> None:
    for network in ("lenet5", "resnet20"):
        page = open_page("networks", lang=lang, network=network)
        page.session_state[f"network_tabs_{lang}"] = translate(f"network_page.tab.{tab}", lang)
        page.run()
        assert not page.error
        assert not page.exception


def test_to_the_neighbours_of_the_family(open_page: Open, home: Home) -> None:
    page = open_page("networks", network="resnet8")
    assert page.button(key="network_smaller_one").disabled
    page.button(key="network_larger_one").click().run()
    assert page.query_params["network"] == "resnet20"
    page.selectbox(key="network_family_resnet20").set_value("resnet56").run()
    assert page.query_params["network"] == "resnet56"


def test_only_a_plain_sequence_is_opened_in_design(open_page: Open, home: Home) -> None:
    for name, there in (("lenet5", True), ("mobilenet_v3_small", False)):
        keys = {button.key for button in open_page("networks", network=name).button}
        assert ("network_design" in keys) is there


def test_what_the_costs_sum_up_to(open_page: Open, home: Home) -> None:
    page = open_page("networks", network="lenet5")
    page.session_state["network_tabs_en"] = translate("network_page.tab.costs", "en")
    page.run()
    assert "`dense1`" in all_text(page)  # 48 120 of 61 706 parameters


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_that_is_not_there_is_one_sentence_with_near_names(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang, network="resnet2000")
    assert len(page.error) == 1
    assert "resnet20" in page.error[0].value
    assert page.button(key="networks_back").label == translate("network_page.back", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_batch_is_tried(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("networks", lang=lang, network="lenet5")
    page.session_state[f"network_tabs_{lang}"] = translate("network_page.tab.try", lang)
    page.run()
    assert translate("network_page.try.dataset", lang) in texts(page)
    page.selectbox(key="network_input").set_value("digits").run()
    page.button(key="trial_lenet5_digits_button").click().run()
    for _ in range(300):  # AppTest has no timers: what polls is run again
        if not background_is_busy():
            break
        time.sleep(0.2)
    page.run()
    assert not page.error
    assert translate("design_page.try.loss", lang) in {metric.label for metric in page.metric}
    assert translate("trial.verdict.all_fine", lang) in all_text(page).replace("\\", "")


def background_is_busy() -> bool:
    return any(thread.name.startswith("work ") for thread in threading.enumerate())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dataset_that_is_not_here_is_not_tried(open_page: Open, home: Home, lang: str) -> None:
    missing = next(info for info in catalogue.listing(home) if not info.stored)
    page = open_page("networks", lang=lang, network="resnet20", dataset=missing.name)
    page.session_state[f"network_tabs_{lang}"] = translate("network_page.tab.try", lang)
    page.run()
    assert not page.error
    assert page.button(key="trying_data").label == translate("network_page.try.to_data", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_that_begin_with_timm_search_there_or_say_what_is_missing(open_page: Open, home: Home, lang: str) -> None:
    if timm_names.is_installed():
        listing.select("timm/convnext_atto")  # imported before the page asks: that takes longer than AppTest waits
    page = open_page("networks", lang=lang)
    page.text_input(key="networks_words").set_value("timm/convnext_atto").run()
    if timm_names.is_installed():
        assert "timm/convnext_atto" in opened_by(page)
        assert not page.error
    else:
        assert "requirements-optional.txt" in page.error[0].value
    assert page.text_input(key="networks_words").value == "timm/convnext_atto", "so that it can be changed"


@pytest.mark.skipif(
    not timm_names.is_installed(), reason="timm is not installed: pip install -r requirements-optional.txt"
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_of_timm_is_opened_as_any_other(open_page: Open, home: Home, lang: str) -> None:
    entry = registry("architecture")["timm/test_resnet"]
    page = open_page("networks", lang=lang, network=entry.name)
    assert not page.error
    assert not page.exception
    said = all_text(page).replace("\\", "")
    assert entry.name in said
    assert entry.text("summary", lang) in said


def test_one_of_timm_has_no_relatives_and_is_searched_by_its_name(open_page: Open, home: Home) -> None:
    pytest.importorskip("timm", reason="timm is optional")
    page = open_page("networks")
    page.text_input(key="networks_words").set_value("timm/resnet10t").run()
    assert not page.error
    assert any(name.startswith("timm/resnet10t") for name in opened_by(page))
    page = open_page("networks", network="timm/resnet10t")
    assert not page.error
    assert not any(button.key == "network_larger_one" for button in page.button)


def test_timm_where_it_is_not_installed_is_one_sentence(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timm_names, "is_installed", lambda: False)
    page = open_page("networks")
    page.text_input(key="networks_words").set_value("timm/resnet").run()
    assert len(page.error) == 1
    assert "requirements-optional" in page.error[0].value.replace("\\", "")
