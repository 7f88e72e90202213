"""Evaluate, the views of calibration and of thresholds: what they say, keep and take back."""

from __future__ import annotations

import pytest

from cnnlab.evaluation.evaluate import split_predictions
from cnnlab.evaluation.temperature.kept import KEPT, kept
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import untrained
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
