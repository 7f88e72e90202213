"""Evaluate, the views of calibration and of thresholds: what they say, keep and take back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.evaluation.evaluate import split_predictions
from cnnlab.evaluation.temperature.kept import KEPT, kept
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import untrained
from tests.evaluation.two_classes import NAMES, two_class_run
from tests.pages.conftest import Open


@pytest.fixture
def ended(home: Home) -> Journal:
    """Untrained, with both splits measured."""
    journal = untrained(home)
    for split in ("validation", "test"):
        split_predictions(journal, home, split)
    return journal


@pytest.mark.parametrize("lang", ["en", "es"])
def test_calibration_says_what_a_temperature_does_and_keeps_it(open_page: Open, ended: Journal, lang: str) -> None:
    app = open_page("evaluate", lang=lang, run=ended.run_id, view="calibration")
    assert not app.exception
    assert not app.error
    assert "ECE" in str(app.table[0].value)
    keep = [button for button in app.button if button.key == "calibration_keep"]
    if not keep:  # an untrained network may be at the edge
        return
    keep[0].click().run()
    assert kept(ended.folder) is not None
    undo = next(button for button in app.button if button.key == "calibration_undo")
    undo.click().run()
    assert not (ended.folder / KEPT).exists()
    assert not app.exception


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_threshold_is_found_moved_and_shows_its_images(open_page: Open, ended: Journal, lang: str) -> None:
    app = open_page("evaluate", lang=lang, run=ended.run_id, view="thresholds", **{"class": "3"})
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="threshold_class").value == 3
    start = app.slider[0].value
    app.number_input(key="threshold_miss").set_value(50.0).run()
    assert app.slider[0].value <= start, "a dear miss lowers the threshold"
    app.slider[0].set_value(0.9).run()
    assert not app.exception
    assert "0" in str(app.table[0].value)
    toggle = app.toggle(key="threshold_all")
    toggle.set_value(True).run()
    assert not app.exception


def test_calibration_of_a_network_that_was_trained(open_page: Open, trained_run: Journal, home: Home) -> None:
    split_predictions(trained_run, home, "validation")
    app = open_page("evaluate", run=trained_run.run_id, view="calibration")
    assert not app.exception
    next(button for button in app.button if button.key == "calibration_keep").click().run()
    temperature = kept(trained_run.folder)
    assert temperature is not None
    assert any(f"{temperature:.2f}" in str(one.value) for one in app.markdown)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_threshold_of_two_classes_is_kept_shown_and_taken_back(
    open_page: Open, home: Home, tmp_path: Path, lang: str
) -> None:
    run = two_class_run(home, tmp_path / "pictures")
    app = open_page("evaluate", lang=lang, run=run.run_id, view="thresholds")
    assert not app.error
    app.slider[0].set_value(0.37).run()
    app.button(key="thresholds_keep").click().run()
    assert thresholds.kept(run.folder) == Threshold(1, pytest.approx(0.37))
    assert any("light" in str(one.value) and "37" in str(one.value) for one in app.markdown)
    assert all(button.key != "thresholds_keep" for button in app.button), "it is kept already"
    app.slider[0].set_value(0.6).run()
    app.button(key="thresholds_keep").click().run()
    assert thresholds.kept(run.folder) == Threshold(1, pytest.approx(0.6))

    beside = open_page("evaluate", lang=lang, run=run.run_id)
    assert any(translate("evaluate_kept.stay", lang) in one.value for one in beside.caption)

    app.button(key="thresholds_undo").click().run()
    assert thresholds.kept(run.folder) is None
    assert not app.exception


def test_predict_says_what_the_threshold_decides(open_page: Open, home: Home, tmp_path: Path) -> None:
    run = two_class_run(home, tmp_path / "pictures")
    files = sorted((tmp_path / "pictures").glob("*/00*.png"))
    given = [(f"{file.parent.name}{file.name}", file.read_bytes(), "image/png") for file in files]
    said = {}
    for at in (0.0, 1.0):
        thresholds.keep(run.folder, Threshold(1, at), NAMES)
        page = open_page("predict", run=run.run_id)
        page.file_uploader(key="predict_upload").set_value(given).run()
        assert not page.error
        assert any("light" in caption.value for caption in page.caption)
        table = page.dataframe[0].value
        said[at] = set(table["label"])
        others = {text.partition(" ")[0] for text in table["second"]}
        assert others == set(NAMES) - said[at]
    assert said == {0.0: {"light"}, 1.0: {"dark"}}


def test_of_more_classes_no_threshold_can_be_kept(open_page: Open, ended: Journal) -> None:
    app = open_page("evaluate", run=ended.run_id, view="thresholds")
    assert all(button.key != "thresholds_keep" for button in app.button)
