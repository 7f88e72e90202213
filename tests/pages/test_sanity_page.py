"""The sanity check: empty, computed, on shuffled labels, cancelled, refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.experiment import Experiment
from cnnlab.explain.sanity import labels as sanity_labels  # torch, before a page asks for it
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.ui import background, trained
from cnnlab.ui.sanity import check as sanity_check
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
FEW = {"method": "saliency", "images": "2", "draws": "1"}


def finished(page: AppTest) -> AppTest:
    """The page after the work that it began."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        page.run()
        if not any(work is not None and not work.ended for work in background._works().values()):
            return page.run()
        time.sleep(0.1)
    raise TimeoutError("the check did not end")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_run_the_page_says_what_to_do(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("sanity", lang=lang)
    assert not page.error
    assert translate("sanity_page.no_runs", lang) in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_methods_are_checked_and_kept(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("sanity", lang=lang, run=trained_run.run_id, **FEW)
    assert not page.error
    assert translate("sanity_page.nothing_yet", lang) in texts(page)
    page.button(key="sanity_check").click().run()
    finished(page)
    assert not page.error
    said = all_text(page)
    assert "Saliency" in said or "Prominencia" in said or "Saliencia" in said
    assert any(translate(f"sanity.outcome.{name}", lang) in said for name in ("pass", "fail", "inconclusive"))
    assert f"python -m cnnlab sanity {trained_run.run_id} --methods saliency --images 2 --draws 1 --seed 0" in {
        block.value for block in page.code
    }
    for measure in ("signed", "ssim"):
        page.button_group(key="sanity_measure").set_value(measure).run()
        assert not page.error
    again = open_page("sanity", lang=lang, run=trained_run.run_id, **FEW)  # another session, another process
    assert translate("sanity_page.nothing_yet", lang) not in texts(again)


def test_a_method_that_is_added_is_said_to_be_missing(open_page: Open, trained_run: Journal) -> None:
    page = open_page("sanity", run=trained_run.run_id, **FEW)
    page.button(key="sanity_check").click().run()
    finished(page)
    both = open_page("sanity", run=trained_run.run_id, **{**FEW, "method": "saliency,grad_cam"})
    assert translate("sanity_page.missing", "en", methods="Grad-CAM") in texts(both)


def test_shuffled_labels_are_queued_once(open_page: Open, trained_run: Journal, home: Home, woken: list[Any]) -> None:
    page = open_page("sanity", run=trained_run.run_id, **FEW)
    page.button(key="sanity_train_labels").click().run()
    assert not page.error
    run = sanity_labels.shuffled_run(trained_run.run_id, home)
    assert run is not None
    assert run.experiment is not None
    assert run.experiment.data.shuffle_labels
    assert "sanity_train_labels" not in {button.key for button in page.button}
    assert "shuffled" in all_text(page)


def test_maps_are_compared_with_the_network_on_shuffled_labels(
    open_page: Open, trained_run: Journal, home: Home
) -> None:
    from cnnlab import worker

    spec = Experiment().changed({"name": "by-heart", "training.epochs": 1, "data.shuffle_labels": True})
    journal = Journal.create(home, spec, parent=trained_run.run_id, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    page = open_page("sanity", run=trained_run.run_id, **FEW)
    assert "proves nothing" in all_text(page)
    page.button(key="sanity_compare_labels").click().run()
    finished(page)
    assert not page.error
    assert "inconclusive]" in all_text(page)
    assert "sanity_compare_labels" not in {button.key for button in page.button}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_can_not_be_checked_is_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    for run_id in ("0" * 32, made_runs.queued(home).run_id, "no-id"):
        page = open_page("sanity", lang=lang, run=run_id)
        assert len(page.error) == 1
        assert page.title[0].value == translate("sanity_page.title", lang)


def test_a_run_in_training_is_not_looked_at(open_page: Open, home: Home) -> None:
    page = open_page("sanity", run=made_runs.running(home).run_id)
    assert len(page.error) == 1
    assert "being trained" in page.error[0].value


def test_a_small_test_split_is_looked_at_whole(open_page: Open, trained_run: Journal, monkeypatch: Any) -> None:
    class Few:
        test = range(12)

    monkeypatch.setattr(sanity_check.Asked, "checked", None)
    monkeypatch.setattr(trained, "dataset_of", lambda _: Few())
    page = open_page("sanity", run=trained_run.run_id)
    assert page.number_input(key="sanity_images").value == 12
    assert page.number_input(key="sanity_images").max == 12
