"""A run that tells two classes apart by one output, on every page and view that is about a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Fitted
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.ui.evaluate.page import VIEWS
from tests.evaluation.made_weights import untrained
from tests.evaluation.two_classes import NAMES, two_class_run
from tests.pages.conftest import Open
from tests.pages.test_odd_datasets import PAGES

pytestmark = pytest.mark.slow


@pytest.fixture
def two(home: Home, tmp_path: Path) -> Journal:
    """Of untrained weights, with a temperature and a threshold kept."""
    journal = two_class_run(home, tmp_path / "pictures")
    temperatures.keep(journal.folder, Fitted(1.5, 10, 0.7, 0.6, bounded=False))
    thresholds.keep(journal.folder, Threshold(1, 0.45), NAMES)
    return journal


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works(open_page: Open, home: Home, two: Journal, known_estimate: object, page: str) -> None:
    other = untrained(home, **{"data.dataset": "tones", "data.image_size": 28})
    asked = {"compare": {"runs": f"{two.run_id},{other.run_id}"}, "train": {"like": two.run_id}}
    app = open_page(page, tab="Test results" if page == "run" else None, **asked.get(page, {"run": two.run_id}))
    assert not app.exception
    assert app.title
    assert not [error.value for error in app.error]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_evaluate(open_page: Open, two: Journal, view: str) -> None:
    app = open_page("evaluate", run=two.run_id, view=view)
    assert not app.exception
    assert not [error.value for error in app.error]
