"""What fills the form of the Train page: a run, a preset, a file, an address; and the way back."""

from __future__ import annotations

import pytest

from cnnlab import drafts
from cnnlab.drafts import Draft
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.presets import load_preset, preset_names
from cnnlab.runs.view import listing
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text
from tests.pages.train_form import field, form_of, set_number, upload, write

LANGUAGES = ("en", "es")
pytestmark = pytest.mark.usefixtures("known_estimate")
HOSTILE = [
    "<script>alert(1)</script>",
    "**bold** [x](http://x.y)",
    ":material/home: :smile:",
    "$a^2$",
    "نص عربي",
    "x" * 255,
]


def test_a_run_fills_the_form_and_becomes_the_parent(open_page: Open, home: Home) -> None:
    like = made_runs.finished(home, "faces", **{"training.epochs": 9, "model.architecture": "resnet8"})
    page = open_page("train", like=like.run_id)
    assert form_of(page)["training.epochs"] == 9
    assert form_of(page)["name"] == "faces-2"
    assert "like" not in page.query_params
    assert translate("train.notice.run", "en", name="faces") in all_text(page)
    page.button(key="train").click().run()
    assert {run.parent for run in listing(home)} == {None, like.run_id}


def test_a_preset_and_a_dataset_fill_the_form(open_page: Open) -> None:
    page = open_page("train", preset="mnist_fast")
    assert form_of(page).draft == Draft.of(load_preset("mnist_fast"))
    page = open_page("train", dataset="shapes")
    assert form_of(page)["data.dataset"] == "shapes"
    assert page.number_input(key=form_of(page).key("data.options.shapes.samples")).value == 2000


def test_a_start_is_taken_once_so_that_a_reload_keeps_what_was_changed_since(open_page: Open) -> None:
    page = set_number(open_page("train", preset="mnist_fast"), "training.epochs", 3)
    draft_id = page.query_params["draft"]
    draft_id = draft_id[0] if isinstance(draft_id, list) else draft_id
    again = open_page("train", draft=draft_id)
    assert form_of(again).draft == form_of(page).draft
    assert again.number_input(key=field(again, "training.epochs")).value == 3


def test_a_draft_keeps_values_that_cant_be_used(open_page: Open) -> None:
    page = write(open_page("train"), "training.learning_rate", "quick")
    again = open_page("train", draft=form_of(page).draft_id)
    assert again.text_input(key=field(again, "training.learning_rate")).value == "quick"
    assert again.button(key="train").disabled


def test_two_sessions_with_one_address_do_not_disturb_each_other(open_page: Open, home: Home) -> None:
    first = set_number(open_page("train"), "training.epochs", 3)
    shared = form_of(first).draft_id
    second = set_number(open_page("train", draft=shared), "training.epochs", 8)
    assert form_of(second).draft_id != shared
    assert drafts.read(shared, home)["training.epochs"] == 3
    assert set_number(first, "training.batch_size", 32).number_input(key=field(first, "training.epochs")).value == 3


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("draft", "../../etc/passwd", "bad_draft_id"),
        ("draft", "<script>", "bad_draft_id"),
        ("draft", "0" * 32, "unknown_draft"),
        ("like", "'; drop table", "bad_run_id"),
        ("like", "0" * 32, "unknown_run"),
        ("preset", "../presets/x", "unknown_preset"),
        ("dataset", "../../x", "unknown_dataset"),
        ("dataset", "[a](http://b.c)", "unknown_dataset"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_address_that_names_nothing_is_one_sentence_above_a_form_that_works(
    open_page: Open, lang: str, parameter: str, value: str, code: str
) -> None:
    page = open_page("train", lang=lang, **{parameter: value})
    assert len(page.error) == 1
    beginning = translate(f"error.{code}", lang).partition("{")[0]
    assert page.error[0].value.startswith(beginning)
    assert not page.button(key="train").disabled
    assert form_of(page).draft == Draft()


def test_filling_can_be_undone(open_page: Open) -> None:
    page = set_number(open_page("train"), "training.epochs", 3)
    page.button(key="preset_mnist_fast").click().run()
    assert form_of(page)["training.epochs"] == 1
    assert page.number_input(key=field(page, "training.epochs")).value == 1
    page.button(key="undo").click().run()
    assert page.number_input(key=field(page, "training.epochs")).value == 3
    page.button(key="defaults").click().run()
    assert form_of(page).draft == Draft()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", preset_names())
def test_presets_are_called_in_the_readers_language(open_page: Open, lang: str, name: str) -> None:
    page = open_page("train", lang=lang)
    title = translate(f"train.preset.{name}", lang)
    assert page.button(key=f"preset_{name}").label.replace("\\", "") == title
    page.button(key=f"preset_{name}").click().run()
    assert title in all_text(page).replace("\\", "")


def test_a_file_fills_the_form_and_a_broken_one_changes_nothing(open_page: Open) -> None:
    page = set_number(open_page("train"), "training.epochs", 3)
    upload(page, "bad.yaml", b"training: {epochs: [")
    assert len(page.error) == 1
    assert "bad.yaml" in page.error[0].value.replace("\\", "")
    assert form_of(page)["training.epochs"] == 3
    upload(page, "latin.yaml", b"name: \xff")
    assert len(page.error) == 1
    upload(page, "wrong.yaml", b"training: {epochs: -4}")
    assert translate("setting.training.epochs", "en") in page.error[0].value
    assert "wrong.yaml" in page.error[0].value.replace("\\", "")
    assert form_of(page)["training.epochs"] == 3
    upload(page, "good.yaml", Experiment().changed({"training.epochs": 11}).to_yaml().encode())
    assert not page.error
    assert page.number_input(key=field(page, "training.epochs")).value == 11


def test_a_started_run_ends_the_notice_and_a_change_ends_the_refusal(open_page: Open) -> None:
    page = open_page("train", draft="nonsense")
    assert page.error
    assert not set_number(page, "training.epochs", 3).error
    page.button(key="preset_mnist_fast").click().run()
    page.button(key="defaults").click().run()
    page.button(key="train").click().run()
    assert (form_of(page).notice, form_of(page).undo) == (None, None)


def test_the_picker_offers_runs_and_takes_one(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, "faces", **{"training.batch_size": 16})
    page = open_page("train")
    page.selectbox(key="train_from_run").set_value(journal.run_id).run()
    assert form_of(page)["training.batch_size"] == 16
    assert form_of(page).draft.parent == journal.run_id


def test_a_run_without_its_description_is_one_sentence(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, "faces")
    (journal.folder / "experiment.yaml").write_text("{")
    page = open_page("train", like=journal.run_id)
    assert len(page.error) == 1
    assert form_of(page).draft == Draft()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text(open_page: Open, home: Home, name: str) -> None:
    journal = made_runs.finished(home, name)
    page = open_page("train", like=journal.run_id)
    assert not page.exception
    assert not page.error
    assert "<script>" not in "".join(markdown.value for markdown in page.markdown)
