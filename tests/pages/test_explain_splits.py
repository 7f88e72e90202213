"""Explain on every split: from the gallery of Evaluate, by a link, and what is kept of the run beside the maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.evaluation.evaluate import split_predictions
from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Fitted
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.evaluation.two_classes import NAMES, two_class_run
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


@pytest.fixture
def two(home: Home, tmp_path: Path) -> Journal:
    journal = two_class_run(home, tmp_path / "pictures")
    split_predictions(journal, home, "train")
    return journal


def title(split: str, index: int, lang: str = "en") -> str:
    return f"**{translate(f'explanation.image_of.{split}', lang, index=index)}**"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_link_names_the_split(open_page: Open, two: Journal, split: str, lang: str) -> None:
    page = open_page("explain", lang=lang, run=two.run_id, split=split, index="2")
    assert not page.error
    assert title(split, 2, lang) in texts(page)
    assert translate(f"evaluate_page.about.{split}", lang) in texts(page)
    assert (page.query_params["split"], page.query_params["index"]) == (split, "2")


def test_the_choice_of_the_split_and_links_after_it(open_page: Open, two: Journal) -> None:
    page = open_page("explain", run=two.run_id, index="3")
    assert title("test", 3) in texts(page)
    assert "split" not in page.query_params
    source = next(group for group in page.button_group if str(group.key).startswith("explain_source"))
    source.set_value("train").run()
    assert title("train", 0) in texts(page), "other images, another choice"
    assert page.query_params["split"] == "train"
    page.button(key="explain_next").click().run()
    assert title("train", 1) in texts(page)

    page.query_params["index"] = "1"
    del page.query_params["split"]
    page.run()
    assert title("test", 1) in texts(page), "a link without a split is about the test split"
    page.query_params["split"] = "validation"
    page.run()
    assert title("validation", 1) in texts(page), "the same number, another split"


def test_a_link_from_evaluate_is_followed_whatever_that_page_wrote(open_page: Open, two: Journal) -> None:
    page = open_page("explain", run=two.run_id, index="3")
    page.query_params.clear()
    page.query_params.update({"run": two.run_id, "split": "train"})
    page.switch_page("pages/evaluate.py").run()
    page.query_params.clear()
    page.query_params.update({"run": two.run_id, "split": "train", "index": "3"})
    page.switch_page("pages/explain.py").run()
    assert title("train", 3) in texts(page)
    page.query_params.clear()
    page.query_params.update({"run": two.run_id, "split": "validation"})
    page.switch_page("pages/evaluate.py").run()
    assert page.query_params["split"] == "validation"


@pytest.mark.parametrize("split", ["tset", "train,test", "../test", "9" * 300])
def test_a_split_that_is_none_is_the_test_split(open_page: Open, two: Journal, split: str) -> None:
    page = open_page("explain", run=two.run_id, split=split, index="1")
    assert not page.error
    assert title("test", 1) in texts(page)


def test_a_link_waits_for_the_predictions_of_its_split(open_page: Open, home: Home, tmp_path: Path) -> None:
    journal = two_class_run(home, tmp_path / "pictures")
    page = open_page("explain", run=journal.run_id, split="train", index="2")
    assert not page.error
    split_predictions(journal, home, "train")  # waits for whoever measures
    page.run()
    assert title("train", 2) in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_kept_is_said_and_the_maps_stay_for_the_networks_class(
    open_page: Open, two: Journal, lang: str
) -> None:
    plain = open_page("explain", lang=lang, run=two.run_id, index="0")
    said = {number: translate("explanation.decided", lang, label=name) for number, name in enumerate(NAMES)}
    assert not any(text in all_text(plain) for text in said.values())
    own = [
        number
        for number, name in enumerate(NAMES)
        if translate("explain_page.says", lang, label=name) in all_text(plain)
    ]
    other = 1 - own[0]
    temperatures.keep(two.folder, Fitted(1.5, 10, 0.7, 0.6, bounded=False))
    thresholds.keep(two.folder, Threshold(other, 0.01), NAMES)
    page = open_page("explain", lang=lang, run=two.run_id, index="0")
    assert not page.error
    assert said[other] in all_text(page)
    assert translate("explain_page.says", lang, label=NAMES[own[0]]) in all_text(page)
    assert any("1,50" in caption.value or "1.50" in caption.value for caption in page.caption)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_the_gallery_of_every_split_leads_to_its_explanations(open_page: Open, two: Journal, split: str) -> None:
    page = open_page("evaluate", run=two.run_id, split=split, by="losses")
    assert not page.error
    links = [link.proto.query_string for link in page.get("page_link") if "index=" in link.proto.query_string]
    assert len(links) > 2
    assert all((f"split={split}" in link) == (split != "test") for link in links)
