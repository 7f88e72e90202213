"""The network on the Train page: chosen, described, set, and trained as it is trained well."""

from __future__ import annotations

import pytest

from cnnlab import designs, recommended
from cnnlab.designs import Design
from cnnlab.drafts import Draft
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.models.listing import GROUPS, group_of
from cnnlab.registry import registry
from cnnlab.runs.view import listing
from tests.chosen_networks import networks
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.train_form import (
    choose_listed,
    choose_network,
    field,
    form_of,
    network_list,
    option,
    set_number,
    upload,
    write,
)

LANGUAGES = ("en", "es")
pytestmark = pytest.mark.usefixtures("known_estimate")


@pytest.mark.parametrize("architecture", networks())
@pytest.mark.parametrize("lang", LANGUAGES)
def test_any_network_shows_its_options_without_code_of_its_own(open_page: Open, architecture: str, lang: str) -> None:
    page = open_page("train", lang=lang)
    page = choose_network(page, architecture)
    assert not page.exception
    said = all_text(page)
    for entry_option in registry("architecture")[architecture].options.values():
        label = entry_option.label[lang]
        assert label[:1].upper() + label[1:] in said


def test_options_come_back_with_their_network(open_page: Open) -> None:
    page = open_page("train")
    page = page.number_input(key=option(page, "lenet5", "dropout")).set_value(0.3).run()
    page = choose_network(page, "resnet8")
    assert form_of(page)["model.options"] == {}
    page = choose_network(page, "lenet5")
    assert form_of(page)["model.options"] == {"dropout": 0.3}


def test_blocks_are_added_changed_and_removed(open_page: Open) -> None:
    page = open_page("train")
    page = choose_network(page, "cnn")
    assert "28 × 28 × 1 → 14 × 14 × 32" in all_text(page)
    page.button(key=option(page, "cnn", "blocks.add.0", inside_list=True)).click().run()
    assert [block["filters"] for block in form_of(page)["model.options"]["blocks"]] == [32, 64, 128, 128]
    assert "3 × 3 × 128 → 1 × 1 × 128" in all_text(page)
    page.button(key=option(page, "cnn", "blocks.add.0", inside_list=True)).click().run()
    assert page.button(key="train").disabled  # nothing is left to pool
    assert translate("train.item_of", "en", name="Blocks", number=5) in all_text(page)


def test_a_list_of_numbers_is_written_with_commas(open_page: Open) -> None:
    page = open_page("train")
    page = choose_network(page, "cnn")
    page.text_input(key=option(page, "cnn", "hidden")).set_value("128, 64").run()
    assert form_of(page)["model.options"]["hidden"] == [128, 64]
    again = open_page("train", draft=page.query_params["draft"])
    assert again.text_input(key=option(again, "cnn", "hidden")).value == "128, 64"
    assert "Filters 32" in all_text(again)
    page.text_input(key=option(page, "cnn", "hidden")).set_value("128, many").run()
    assert page.button(key="train").disabled
    assert "many" in all_text(page)


def test_an_unknown_option_of_a_file_can_be_removed(open_page: Open) -> None:
    page = open_page("train")
    upload(page, "odd.yaml", b"model: {options: {flavour: '**sweet**', dropout: 0.2}}")
    assert page.button(key="train").disabled
    page.button(key=form_of(page).key("remove.model.flavour")).click().run()
    assert form_of(page)["model.options"] == {"dropout": 0.2}
    assert not page.button(key="train").disabled


# choosing among many


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_group_then_a_name_and_what_it_is(open_page: Open, lang: str) -> None:
    page = open_page("train", lang=lang)
    assert page.pills(key=field(page, "network.group")).value == "classic"
    assert network_list(page).value == "lenet5"
    assert [code for code in GROUPS if translate(f"train.network.group.{code}", lang) not in texts(page)] == []
    page = choose_network(page, "resnet20")
    entry = registry("architecture")["resnet20"]
    said = all_text(page).replace("\\", "")
    assert entry.texts[lang]["summary"][:40] in said
    assert entry.texts[lang]["input"][:40] in said
    assert translate("train.network.inside", lang) in said
    assert str(entry.facts["year"]) in said
    words = network_list(page).options
    assert any(entry.text("title", lang) in option and "k" in option for option in words)


def test_a_group_begins_with_one_of_its_own_and_comes_back_to_the_one_chosen_last(open_page: Open) -> None:
    page = choose_network(open_page("train"), "wrn_16_4")
    page.pills(key=field(page, "network.group")).set_value("hybrid").run()
    assert group_of(registry("architecture")[form_of(page)["model.architecture"]]) == "hybrid"
    page.pills(key=field(page, "network.group")).set_value("compact").run()
    assert form_of(page)["model.architecture"] == "wrn_16_4"
    assert network_list(page).value == "wrn_16_4"


def test_an_unknown_network_of_a_file_is_said_at_its_field(open_page: Open) -> None:
    page = open_page("train")
    upload(page, "odd.yaml", b"model: {architecture: resnet9}")
    assert page.button(key="train").disabled
    assert "resnet9" in all_text(page)
    assert not choose_network(page, "resnet8").button(key="train").disabled


# settings that suit a network


def test_choosing_a_network_sets_what_trains_it_well_and_one_click_takes_it_back(open_page: Open) -> None:
    page = set_number(open_page("train"), "training.batch_size", 48)
    page = choose_network(page, "fast_cnn")
    suited = recommended.settings("fast_cnn")
    assert {name: form_of(page)[name] for name in suited} == suited
    assert page.number_input(key=field(page, "training.epochs")).value == suited["training.epochs"]
    assert translate("setting.training.optimizer", "en") + ": AdamW" in all_text(page).replace("\\", "")
    page.button(key="undo_filled").click().run()
    defaults = Experiment().flat()
    assert {name: form_of(page)[name] for name in suited} == {name: defaults[name] for name in suited}
    assert (form_of(page)["model.architecture"], form_of(page)["training.batch_size"]) == ("fast_cnn", 48)
    page.button(key="use_recommended").click().run()
    assert {name: form_of(page)[name] for name in suited} == suited


def test_what_a_person_set_stays_when_the_network_changes(open_page: Open) -> None:
    page = write(set_number(open_page("train"), "training.epochs", 4), "training.learning_rate", "3e-4")
    page = choose_network(page, "fast_cnn")
    assert (form_of(page)["training.epochs"], form_of(page)["training.learning_rate"]) == (4, 3e-4)
    assert form_of(page)["training.optimizer"] == "adamw"
    page = choose_network(page, "lenet5")
    assert form_of(page)["training.optimizer"] == "adam", "what the last network brought goes with it"
    assert form_of(page)["training.epochs"] == 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_of_an_address_leaves_the_rest_as_it_is(open_page: Open, lang: str) -> None:
    page = open_page("train", lang=lang, network="fast_cnn")
    assert form_of(page)["model.architecture"] == "fast_cnn"
    assert form_of(page)["training.optimizer"] == "adamw"
    assert "network" not in page.query_params
    title = registry("architecture")["fast_cnn"].text("title", lang)
    assert translate("train.notice.network", lang, name=title) in all_text(page).replace("\\", "")
    page.button(key="undo").click().run()
    assert form_of(page).draft == Draft()


# networks of the designer

LAYERS = [{"kind": "convolution", "filters": 8}, {"kind": "global_pooling"}]


def saved(home: Home, name: str = "mine", size: int = 28) -> None:
    designs.save(Design(name, size, 1, 10, tuple(LAYERS)), home)


def test_a_saved_design_is_one_of_the_networks(open_page: Open, home: Home) -> None:
    saved(home)
    page = choose_network(open_page("train"), "cnn")
    page = choose_listed(page, "design:mine")
    assert (form_of(page)["model.architecture"], form_of(page)["model.layers"]) == ("designed", LAYERS)
    assert not page.button(key="train").disabled
    assert translate("train.network.design", "en") in all_text(page)
    page = choose_network(page, "lenet5")
    assert form_of(page)["model.layers"] is None
    page.button(key="train").click().run()
    assert listing(home)[0].experiment is not None


def test_a_design_of_an_address_brings_the_size_it_was_made_for(open_page: Open, home: Home) -> None:
    saved(home, "**odd** <b>", 20)
    page = open_page("train", design="**odd** <b>")
    assert form_of(page)["data.image_size"] == 20
    assert network_list(page).value == "design:**odd** <b>"
    assert not page.error
    again = open_page("train", draft=form_of(page).draft_id)
    assert network_list(again).value == "design:**odd** <b>"


def test_layers_that_are_no_saved_design_are_kept(open_page: Open, home: Home) -> None:
    saved(home)
    page = open_page("train", design="mine")
    designs.remove("mine", home)
    page.run()
    assert network_list(page).value == "designed"
    page = choose_network(page, "lenet5")
    page = choose_network(page, "designed")
    assert form_of(page)["model.layers"] == LAYERS


def test_a_design_deleted_meanwhile_is_one_sentence(open_page: Open, home: Home) -> None:
    saved(home)
    page = choose_network(open_page("train"), "cnn")
    designs.remove("mine", home)
    choose_listed(page, "design:mine")
    assert len(page.error) == 1
    assert form_of(page)["model.architecture"] == "cnn"


# fine-tuning


@pytest.mark.parametrize("lang", LANGUAGES)
def test_fine_tuning_says_what_it_does_and_when_it_makes_no_sense(open_page: Open, lang: str) -> None:
    page = open_page("train", lang=lang)
    title = translate("train.fine_tuning.title", lang, what=translate("train.fine_tuning.none", lang))
    assert title in texts(page)
    page = set_number(page, "training.fine_tuning.frozen_epochs", 3)
    random = translate("train.fine_tuning.random", lang)
    assert random in all_text(page)
    assert not page.button(key="train").disabled
    page = choose_network(page, "mobilenet_v3_small")
    page.toggle(key=field(page, "model.pretrained")).set_value(True).run()
    assert random not in all_text(page)
    page = set_number(page, "training.fine_tuning.backbone_rate", 10.0)
    assert form_of(page)["training.fine_tuning.backbone_rate"] == 0.1
    page = set_number(page, "training.fine_tuning.frozen_epochs", 1000)
    assert translate("train.fine_tuning.features", lang) in all_text(page)


# networks of timm


def test_a_network_of_timm_is_written_by_its_name(open_page: Open) -> None:
    pytest.importorskip("timm", reason="timm is not installed: pip install -r requirements-optional.txt")
    page = open_page("train")
    page.pills(key=field(page, "network.group")).set_value("timm").run()
    assert form_of(page)["model.architecture"] == "timm/resnet18"
    assert not page.button(key="train").disabled
    page = write(page, "model.architecture", "timm/resnet19")
    assert page.button(key="train").disabled
    assert "timm/resnet18" in all_text(page).replace("\\", "")
    page.pills(key=field(page, "network.group")).set_value("classic").run()
    assert form_of(page)["model.architecture"] == "lenet5"
