"""Why did it fail?: cards, filters, reviews and what the page says where there is nothing to show."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.evaluation import close_up  # noqa: F401  # torch, before a page asks for it
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.mistakes import KINDS, Filter, cards
from cnnlab.evaluation.predictions import PREDICTIONS, write_predictions
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import write_review
from cnnlab.tasks.base import Predictions
from cnnlab.ui.mistakes.page import pager_key
from tests.evaluation.made_weights import half_right, untrained
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


@pytest.fixture
def run(home: Home) -> Journal:
    journal = untrained(home)
    half_right(journal, home)
    return journal


def shown(page: AppTest) -> list[int]:
    """The images of the cards, in their order."""
    found = [re.match(r"\*\*(?:Image|Imagen) (\d+)\*\*", block.value) for block in page.markdown]
    return [int(match.group(1)) for match in found if match]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_trained_network_the_page_says_what_to_do(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("mistakes", lang=lang)
    assert translate("mistakes_page.empty", lang) in texts(page)
    assert [button.label for button in page.button] == [translate("run_choice.train", lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_cards_of_every_kind(open_page: Open, run: Journal, lang: str, kind: str) -> None:
    page = open_page("mistakes", lang=lang, run=run.run_id, kind=kind)
    assert not page.error
    said = texts(page)
    assert translate(f"mistakes.about.{kind}", lang) in said
    assert translate("mistakes_page.next", lang) in "".join(said)
    assert page.button_group(key="mistakes_kind").value == kind
    assert len(shown(page)) == (6 if kind != "labels" else min(6, len(shown(page))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_opens_one_card_with_its_maps(open_page: Open, run: Journal, home: Home, lang: str) -> None:
    found = judged(run, home)
    index = int(found.wrong.argmax())
    page = open_page("mistakes", lang=lang, run=run.run_id, index=str(index))
    assert not page.error
    assert translate("mistakes_page.one_scale", lang) in all_text(page)
    assert page.button(key=f"mistakes_find_{index}").label == translate("mistakes_page.find", lang)
    page.selectbox(key=f"mistakes_method_{run.run_id}").set_value("saliency").run()
    assert not page.error
    assert page.query_params["method"] == "saliency"
    page.button(key="mistakes_all").click().run()
    assert page.selectbox(key=f"mistakes_method_{run.run_id}").value == "saliency"
    assert "index" not in page.query_params
    assert not page.error


def test_cards_by_the_page_and_unfolded(open_page: Open, run: Journal, home: Home) -> None:
    expected = [card.index for card in cards(judged(run, home), "mistakes")]
    page = open_page("mistakes", run=run.run_id)
    assert shown(page) == expected[:6]
    page.session_state[f"mistakes_fold_{expected[1]}"] = True
    page.run()
    assert not page.error
    assert all_text(page).count(translate("mistakes_page.one_scale", "en")) == 1
    page.session_state[pager_key(run.run_id, "mistakes", Filter())] = 2
    page.run()
    assert shown(page) == expected[6:12]


@pytest.mark.parametrize("index", ["-1", "270", "x", "1e3", "٣", "9" * 5000, "<b>"])
def test_a_bad_index_shows_all_cards(open_page: Open, run: Journal, index: str) -> None:
    page = open_page("mistakes", run=run.run_id, index=index, kind="odd", true="99", state="<b>", method="x")
    assert not page.error
    assert page.button_group(key="mistakes_kind").value == "mistakes"


def test_filters_by_confusion_and_the_way_back(open_page: Open, run: Journal) -> None:
    page = open_page("mistakes", run=run.run_id, true="3", predicted="3")
    assert translate("mistakes_page.nothing.filtered", "en") in texts(page)
    page.button(key="mistakes_show_all").click().run()
    assert not page.error
    assert "true" not in page.query_params
    assert translate("mistakes_page.nothing.filtered", "en") not in texts(page)


def test_a_review_is_kept_shown_and_taken_back(open_page: Open, run: Journal, home: Home) -> None:
    index = int(judged(run, home).wrong.argmax())
    page = open_page("mistakes", run=run.run_id, index=str(index))
    state = next(box for box in page.selectbox if (box.key or "").startswith("mistakes_said_"))
    note = next(area for area in page.text_area if (area.key or "").startswith("mistakes_note_"))
    state.set_value("ambiguous")
    note.set_value("<img src=x onerror=alert(1)> :smile: \u202e")
    next(button for button in page.button if "mistakes_form" in (button.form_id or "")).click().run()
    assert not page.error
    assert reviews.reviews(run)[index].state == "ambiguous"
    assert "\\<img src\\=x" in all_text(page)
    assert translate("mistakes_page.kept", "en", index=str(index)) in texts(page)
    page.button(key="mistakes_undo").click().run()
    assert reviews.reviews(run) == {}
    assert "\\<img" not in all_text(page)


def test_cards_are_filtered_by_review(open_page: Open, run: Journal, home: Home) -> None:
    index = int(judged(run, home).wrong.argmax())
    write_review(run, index, "label_wrong", "really a 4")
    page = open_page("mistakes", run=run.run_id, state="label_wrong")
    assert f"**Image {index}**" in all_text(page)
    assert "really a 4" in all_text(page)
    page = open_page("mistakes", run=run.run_id, state="unsure")
    assert translate("mistakes_page.nothing.filtered", "en") in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_in_training_keeps_its_test_split_untouched(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("mistakes", lang=lang, run=made_runs.running(home).run_id)
    assert not page.error
    assert translate("mistakes_page.still_training", lang) in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_without_mistakes(open_page: Open, run: Journal, home: Home, lang: str) -> None:
    found = judged(run, home)
    columns = {
        "label": found.labels,
        "prediction": found.labels,
        "probability": [0.9] * len(found),
        "probabilities": [[0.9 if n == label else 0.1 / 9 for n in range(10)] for label in found.labels],
    }
    write_predictions(run.folder / PREDICTIONS, [Predictions(list(range(len(found))), columns)])
    page = open_page("mistakes", lang=lang, run=run.run_id)
    assert not page.error
    assert translate("mistakes_page.nothing.mistakes", lang) in texts(page)
    page.button(key="mistakes_follow_0").click().run()
    assert page.button_group(key="mistakes_kind").value == "unsure"
    assert not page.error


def test_predictions_that_are_gone_are_measured_anew(open_page: Open, run: Journal) -> None:
    (run.folder / PREDICTIONS).unlink()
    page = open_page("mistakes", run=run.run_id)
    assert not page.error
    assert (run.folder / PREDICTIONS).is_file()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_can_not_be_opened_is_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    for run_id in ("../../etc/passwd", "0" * 32, made_runs.queued(home).run_id):
        page = open_page("mistakes", lang=lang, run=run_id)
        assert len(page.error) == 1
        assert len(page.title) == 1


def test_weights_and_predictions_that_are_gone_are_one_sentence(open_page: Open, run: Journal) -> None:
    shutil.rmtree(run.folder / "checkpoints")
    (run.folder / PREDICTIONS).unlink()
    page = open_page("mistakes", run=run.run_id)
    assert len(page.error) == 1
    assert "Traceback" not in all_text(page)


def test_weights_that_are_gone_are_one_sentence(open_page: Open, run: Journal) -> None:
    (run.checkpoints / "best.safetensors").unlink()
    page = open_page("mistakes", run=run.run_id)
    assert len(page.error) == 1


HOSTILE = ("<script>alert(1)</script>", "\u202egnp.exe", "ñ" * 255, ":material/home: $x^2$", "**b** [l](http://x)")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_are_shown_as_they_are_written(open_page: Open, run: Journal, home: Home, lang: str) -> None:
    stored = json.loads((run.folder / "model.json").read_text())
    stored["outputs"]["class_names"] = [*HOSTILE, *(f"c{number}" for number in range(5))]
    (run.folder / "model.json").write_text(json.dumps(stored))
    for kind in KINDS:
        page = open_page("mistakes", lang=lang, run=run.run_id, kind=kind)
        assert not page.error
        said = all_text(page)
        shown_names = [block.value for block in page.markdown if "script" in block.value]
        assert not any("<script>" in block for block in shown_names)
        assert "](http" not in "".join(block.value for block in page.markdown)
        assert "\\<script\\>" in said or kind == "labels"
    index = int((judged(run, home).labels == 0).argmax())
    page = open_page("mistakes", lang=lang, run=run.run_id, index=str(index))
    assert not page.error
    assert "\\<script\\>alert" in all_text(page)


def test_damaged_reviews_are_said(open_page: Open, run: Journal) -> None:
    (run.folder / reviews.FILE).write_text("{")
    page = open_page("mistakes", run=run.run_id)
    assert page.error
    assert "Traceback" not in all_text(page)
    assert "reviews\\.json" in page.error[0].value
