"""The Design page in every state: empty, filled, edited, wrong, saved, and as a file brings it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import designs
from cnnlab.designs import Design
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.registry import registry
from cnnlab.ui.design.desk import Desk
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
SMALL: tuple[dict[str, Any], ...] = (
    {"kind": "convolution", "filters": 8},
    {"kind": "activation"},
    {"kind": "pooling"},
    {"kind": "global_pooling"},
)
HOSTILE = ["<script>alert(1)</script>", "**bold** [x](http://x.y)", ":material/home: $a^2$", "نص عربي"]


def desk_of(page: AppTest) -> Desk:
    desk: Desk = page.session_state["design_desk"]
    return desk


def kinds(page: AppTest) -> list[str]:
    return [str(layer["kind"]) for layer in desk_of(page).sketch.layers]


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def name_it(page: AppTest, name: str) -> AppTest:
    return page.text_input(key=desk_of(page).key("name")).set_value(name).run()


def small(name: str = "small", layers: tuple[dict[str, Any], ...] = SMALL) -> Design:
    return Design(name, 28, 1, 10, layers)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_opens_empty_and_says_how_to_begin(open_page: Open, lang: str) -> None:
    page = open_page("design", lang=lang)
    assert not page.error
    said = all_text(page)
    assert translate("design_page.empty", lang) in said
    assert translate("design_page.totals_empty", lang) in said
    assert page.button(key="train_this").disabled
    assert page.button(key="save_design").disabled
    assert page.button(key="undo").disabled
    assert "draft" not in page.query_params


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_is_taken_apart_from_the_address(open_page: Open, lang: str) -> None:
    page = open_page("design", lang=lang, network="lenet5")
    assert not page.error
    assert kinds(page)[:3] == ["convolution", "activation", "pooling"]
    metrics = [metric.value for metric in page.metric]
    assert metrics[0] == {"en": "61.7 k", "es": "61,7 k"}[lang].replace(" ", "\N{NO-BREAK SPACE}")
    assert metrics[3] == "16 × 16"
    said = all_text(page)
    assert "6@28×28" in said
    assert translate("design_page.notice.network", lang, name="LeNet-5") in said
    assert "network" not in page.query_params
    assert page.query_params["draft"] == desk_of(page).draft_id


def test_a_reload_and_another_session_find_the_draft(open_page: Open) -> None:
    first = press(open_page("design", network="lenet5"), "add_dropout")
    again = open_page("design", draft=first.query_params["draft"])
    assert kinds(again) == kinds(first)
    assert again.query_params["draft"] == first.query_params["draft"]
    copied = press(again, "add_linear")  # a session writes only what it made
    assert copied.query_params["draft"] != first.query_params["draft"]
    assert kinds(open_page("design", draft=first.query_params["draft"])) == kinds(first)


def test_layers_are_added_after_the_open_one_moved_copied_and_deleted(open_page: Open) -> None:
    page = open_page("design")
    for kind in ("convolution", "activation", "flatten"):
        page = press(page, f"add_{kind}")
    assert kinds(page) == ["convolution", "activation", "flatten"]
    page = press(press(page, "choose_0"), "add_normalization")
    assert kinds(page) == ["convolution", "normalization", "activation", "flatten"]
    assert desk_of(page).selected == 1
    assert not page.button(key="up_layer").disabled
    page = press(page, "down_layer")
    assert kinds(page) == ["convolution", "activation", "normalization", "flatten"]
    page = press(press(page, "up_layer"), "up_layer")
    assert kinds(page) == ["normalization", "convolution", "activation", "flatten"]
    assert page.button(key="up_layer").disabled
    page = press(page, "copy_layer")
    assert kinds(page)[:2] == ["normalization", "normalization"]
    page = press(page, "remove_layer")
    assert kinds(page) == ["normalization", "convolution", "activation", "flatten"]
    assert desk_of(page).selected is None


def test_undo_and_redo_walk_through_every_edit(open_page: Open) -> None:
    page = open_page("design", network="lenet5")
    whole = kinds(page)
    page = press(press(page, "choose_0"), "remove_layer")
    page = press(page, "choose_0")
    page = press(page, "add_dropout")
    edited = kinds(page)
    page = press(press(page, "undo"), "undo")
    assert kinds(page) == whole
    page = press(press(page, "redo"), "redo")
    assert kinds(page) == edited
    page = press(page, "undo")
    page = press(page, "add_linear")
    assert page.button(key="redo").disabled, "what was undone before a new edit is gone"
    for _ in range(3):
        page = press(page, "undo")
    assert kinds(page) == []
    assert page.button(key="undo").disabled


@pytest.mark.parametrize("kind", list(registry("layer")))
def test_every_kind_has_its_settings(open_page: Open, kind: str) -> None:
    page = press(press(open_page("design", lang="es"), "add_convolution"), f"add_{kind}")
    assert not page.exception
    prefix = desk_of(page).key("1_")
    widgets = [w for name in ("number_input", "selectbox", "toggle") for w in page.get(name)]
    shown = {str(w.key).removeprefix(prefix) for w in widgets if str(w.key).startswith(prefix)}
    assert shown == set(registry("layer")[kind].options)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bad_layer_says_so_and_the_last_good_design_stays(open_page: Open, lang: str) -> None:
    page = press(open_page("design", lang=lang, network="lenet5"), "choose_3")
    good = [metric.value for metric in page.metric]
    key = desk_of(page).key("3_filters")
    page = page.number_input(key=key).set_value(-3).run()
    filters = registry("layer")["convolution"].options["filters"].label[lang]
    said = all_text(page)
    assert translate("error.too_small", lang, field=filters, value=-3, limit=1) in said
    assert translate("design_page.last_good", lang) in said
    assert [metric.value for metric in page.metric] == good
    assert page.button(key="train_this").disabled
    page = page.number_input(key=key).set_value(10**9).run()
    assert translate("error.too_large", lang, field=filters, value=10**9, limit=4096) in all_text(page)
    page = page.number_input(key=key).set_value(20).run()
    assert not page.button(key="train_this").disabled
    assert translate("design_page.last_good", lang) not in all_text(page)
    assert [metric.value for metric in page.metric] != good


def test_maps_left_at_the_end_are_said_and_can_be_mended(open_page: Open) -> None:
    page = press(open_page("design"), "add_convolution")
    said = all_text(page)
    field = translate("design_page.layers", "en")
    assert translate("error.output_of_maps", "en", field=field, value="32 × 28 × 28") in said
    assert translate("design_page.no_good", "en") in said
    page = press(page, "add_global_pooling")
    assert not page.button(key="train_this").disabled


def test_another_dataset_gives_other_sizes(open_page: Open) -> None:
    page = open_page("design", network="cnn")
    before = [metric.value for metric in page.metric]
    page = page.selectbox(key=desk_of(page).key("dataset")).set_value("shapes").run()
    assert "3@48×48" in all_text(page)
    assert [metric.value for metric in page.metric] != before
    page = page.selectbox(key=desk_of(page).key("dataset")).set_value("").run()
    page = page.number_input(key=desk_of(page).key("size")).set_value(64).run()
    assert "3@64×64" in all_text(page)


def test_memory_grows_with_the_batch(open_page: Open) -> None:
    page = open_page("design", network="lenet5")
    before = page.metric[2].value
    page = page.number_input(key="design_batch").set_value(640).run()
    assert before == "3.1\N{NO-BREAK SPACE}MB"
    assert page.metric[2].value == "31\N{NO-BREAK SPACE}MB"


def test_saved_reopened_replaced_deleted_and_brought_back(open_page: Open, home: Home) -> None:
    page = name_it(open_page("design", network="lenet5"), "mine")
    page = press(page, "save_design")
    assert [found.name for found in designs.listing(home)] == ["mine"]
    assert translate("design_page.notice.saved", "en", name="mine") in all_text(page)
    assert page.button(key="save_design").disabled

    other = open_page("design", design="mine")
    assert kinds(other) == kinds(page)
    other = press(press(other, "choose_0"), "remove_layer")
    other = press(other, "save_design")  # its own: nothing to ask
    assert len(designs.find("mine", home).layers) == len(kinds(page)) - 1

    third = name_it(press(open_page("design", network="cnn"), "add_dropout"), "mine")
    third = press(third, "save_design")
    assert translate("design_page.exists", "en", name="mine") in all_text(third)
    assert len(designs.find("mine", home).layers) == len(kinds(page)) - 1, "nothing is replaced unasked"
    third = press(third, "keep_both")
    assert {found.name for found in designs.listing(home)} == {"mine", "mine (2)"}
    third = press(name_it(third, "mine"), "save_design")
    third = press(third, "replace_design")
    assert [layer["kind"] for layer in designs.find("mine", home).layers] == kinds(third)

    third = press(third, "delete_design")
    assert {found.name for found in designs.listing(home)} == {"mine (2)"}
    assert kinds(third), "what is on the page stays"
    third = press(third, "restore_design")
    assert {found.name for found in designs.listing(home)} == {"mine", "mine (2)"}
    assert third.button(key="save_design").disabled


def test_a_design_without_a_name_gets_one(open_page: Open, home: Home) -> None:
    page = press(open_page("design", lang="es", network="lenet5"), "choose_0")
    page = press(name_it(page, "  "), "save_design")
    assert [found.name for found in designs.listing(home)] == [translate("design_page.unnamed", "es")]


def test_train_this_saves_and_opens_train(open_page: Open, home: Home) -> None:
    page = name_it(open_page("design", network="lenet5"), "to train")
    page = press(page, "train_this")
    assert [found.name for found in designs.listing(home)] == ["to train"]
    assert page.title[0].value == translate("frame.train", "en")
    form = page.session_state["train_form"]
    assert form["model.architecture"] == "designed"
    assert len(form["model.layers"]) == len(designs.find("to train", home).layers)


def test_the_layers_of_a_design_are_the_defaults_of_trains_field(open_page: Open, home: Home) -> None:
    """A value that is only set beside a field can be lost in the browser: an empty one would say: no layers."""
    press(name_it(open_page("design", network="lenet5"), "to train"), "save_design")
    page = open_page("train", design="to train")
    assert page.text_area[0].proto.default.startswith("- kind: convolution")
    page = page.text_area[0].set_value("- kind: flatten\n").run()
    assert page.session_state["train_form"]["model.layers"] == [{"kind": "flatten"}]
    assert page.text_area[0].value == "- kind: flatten\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(open_page: Open, home: Home, name: str) -> None:
    designs.save(small(name), home)
    page = open_page("design", design=name)
    assert not page.error
    assert desk_of(page).sketch.name == name
    assert name not in [markdown.value for markdown in page.markdown]
    page = press(press(page, "add_flatten"), "undo")
    assert not page.exception


def test_the_layers_of_a_run(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    page = open_page("design", run=journal.run_id)
    assert not page.error
    assert kinds(page)[0] == "convolution"
    assert journal.experiment().name in all_text(page).replace("\\", "")


@pytest.mark.parametrize(
    "address",
    [{"network": "resnet18"}, {"network": "nothing"}, {"design": "nothing"}, {"run": "0" * 32}, {"draft": "0" * 32}],
    ids=str,
)
def test_what_there_is_not_is_one_sentence(open_page: Open, address: dict[str, str]) -> None:
    page = open_page("design", lang="es", **address)
    assert len(page.error) == 1
    assert page.title
    assert translate("design_page.empty", "es") in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_code_and_file_are_there_to_be_taken(open_page: Open, lang: str) -> None:
    page = open_page("design", lang=lang, network="lenet5")
    for tab, word in (("code", "from torch import"), ("yaml", "kind: convolution")):
        page.session_state[f"design_tabs_{lang}"] = translate(f"design_page.tab.{tab}", lang)
        page = page.run()
        assert word in page.code[0].value
        assert not page.error


def test_a_page_of_a_hundred_layers_is_drawn_quickly_enough(open_page: Open, home: Home) -> None:
    """No time is asserted; what is drawn is: a few elements a layer, and one figure of a few traces."""
    block = [{"kind": "residual_block", "filters": 8}, {"kind": "activation"}]
    designs.save(small("long", (*(block * 50), {"kind": "global_pooling"})), home)
    begun = time.monotonic()
    page = open_page("design", design="long")
    assert not page.error
    assert len([button for button in page.button if str(button.key).startswith("choose_")]) == 101
    assert len(page.markdown) < 101 * 6
    print(f"{time.monotonic() - begun:.2f} s")
