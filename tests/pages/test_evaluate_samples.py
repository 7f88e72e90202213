"""Evaluate's feature space and the samples that stand out: what they say, once it is computed."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.evaluation.duplicates.find import duplicates
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.space.space import Asked, outliers, space
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.pages.conftest import Open
from tests.pages.reading import texts


def until(app: AppTest, key: str) -> AppTest:
    """Runs the page until the element of that text or key is there: the work goes on in a thread."""
    for _ in range(120):
        if any(key in text for text in texts(app)):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError(f"{key} never came: {texts(app)}")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_space_is_drawn_on_request(trained_run: Journal, open_page: Open, language: str) -> None:
    app = open_page("evaluate", run=trained_run.run_id, view="space", lang=language)
    assert not app.exception
    app.button(key="compute_space").click().run()
    said = translate("space_page.select", language)
    until(app, said)
    assert not app.exception
    assert not app.error


def test_a_space_in_three_dimensions_and_by_other_colours(trained_run: Journal, home: Home, open_page: Open) -> None:
    dataset = dataset_of(trained_run, home)
    space(trained_run, dataset, home, Asked())
    space(trained_run, dataset, home, Asked(dimensions=3))
    app = open_page("evaluate", run=trained_run.run_id, view="space", colours="right")
    assert app.session_state["space_colouring"] == "right"
    app.toggle(key="space_solid").set_value(True).run()
    assert not app.exception
    assert not app.error
    assert translate("space_page.turn", "en") in texts(app)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_space_by_groups(trained_run: Journal, home: Home, open_page: Open, language: str) -> None:
    space(trained_run, dataset_of(trained_run, home), home, Asked())
    query = {"view": "space", "colours": "group", "colour_group": "contrast", "lang": language}
    app = open_page("evaluate", run=trained_run.run_id, **query)
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="space_column").value == "contrast"
    app.button_group(key="space_source").set_value("pattern").run()
    assert not app.exception
    app.text_input(key="space_pattern").input("(").run()
    assert len(app.error) == 1


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("split", ["test", "train"])
def test_samples_that_stand_out(trained_run: Journal, home: Home, open_page: Open, language: str, split: str) -> None:
    dataset = dataset_of(trained_run, home)
    judged(trained_run, home, split=split)
    outliers(trained_run, dataset, home, split)
    duplicates(trained_run, dataset, home)
    for part in ("duplicates", "outliers", "suspects"):
        app = open_page("evaluate", run=trained_run.run_id, view="samples", split=split, part=part, lang=language)
        assert not app.exception
        assert not app.error
        assert any(translate(f"samples_page.about.{part}", language)[:40] in text for text in texts(app))


def test_duplicates_are_looked_for_on_request(trained_run: Journal, open_page: Open) -> None:
    app = open_page("evaluate", run=trained_run.run_id, view="samples")
    app.button(key="compute_duplicates").click().run()
    until(app, "images looked at)")
    assert not app.error
