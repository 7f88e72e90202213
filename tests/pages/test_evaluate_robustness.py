"""Evaluate, robustness: nothing until it is asked for, then words, table and examples."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.robustness import compute, shifts
from cnnlab.evaluation.robustness.subject import Subject
from cnnlab.evaluation.robustness.table import corruptions
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right
from tests.evaluation.made_weights import untrained as without_predictions
from tests.pages.conftest import Open


def untrained(home: Home, **changes: Any) -> Journal:
    journal = without_predictions(home, **changes)
    half_right(journal, home)
    return journal


def measured(journal: Journal, home: Home, images: int = 100) -> None:
    subject = Subject(journal, home, dataset_of(journal, home), images)
    compute.compute(subject, list(corruptions()))
    shifts.compute(shifts.of(subject))


def test_what_was_not_measured_is_offered(home: Home, open_page: Open) -> None:
    journal = untrained(home)
    app = open_page("evaluate", run=journal.run_id, view="robustness")
    assert not app.exception
    assert [button.label for button in app.button if button.label in ("Measure", "Move the images")] == [
        "Measure",
        "Move the images",
    ]
    assert not app.table


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_was_measured_is_there_at_once(home: Home, open_page: Open, lang: str) -> None:
    journal = untrained(home)
    measured(journal, home)
    app = open_page("evaluate", lang=lang, run=journal.run_id, view="robustness", images="100")
    assert not app.exception
    assert not app.error
    assert len(app.table[0].value) == len(corruptions())
    assert "Measure" not in [button.label for button in app.button]


def test_several_runs_are_said_in_words(home: Home, open_page: Open) -> None:
    first, second = untrained(home), untrained(home, **{"name": "other", "model.options": {"activation": "relu"}})
    measured(first, home)
    measured(second, home)
    parameters = {"run": first.run_id, "view": "robustness", "images": "100", "with": second.run_id}
    app = open_page("evaluate", **parameters)
    assert not app.exception
    assert not app.error
    assert any("can't be told apart" in one.value or "bears corruptions better" in one.value for one in app.markdown)


def test_runs_with_other_test_images_are_refused(home: Home, open_page: Open) -> None:
    first, second = untrained(home), untrained(home, **{"data.split": {"seed": 4}})
    app = open_page("evaluate", run=first.run_id, view="robustness", **{"with": second.run_id})
    assert not app.exception
    assert "same test split" in app.error[0].value
