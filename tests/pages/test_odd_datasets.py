"""A run of 1,000 classes, and one whose test split lacks a class, on every page that is about a run."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.pages import made_runs
from tests.pages.conftest import Open

PAGES = (
    *("home", "runs", "run", "compare", "evaluate", "explain", "mistakes", "predict"),
    *("sanity", "timeline", "inside", "laboratory", "train"),
)


def of_many_classes(home: Home) -> Journal:
    """1,000 classes, ten of them without a test image."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 990, 3000)
    said = np.where(rng.random(3000) < 0.6, labels, (labels + rng.integers(1, 9, 3000)) % 1000)
    journal = made_runs.finished(home, "many")
    names = tuple(f"class {number}" for number in range(1000))
    made_runs.predict(journal, labels=labels.tolist(), predictions=said.tolist(), names=names)
    return journal


def without_a_class(home: Home) -> Journal:
    journal = made_runs.finished(home, "absent")
    made_runs.predict(journal, labels=[0, 0, 0, 1], predictions=[0, 1, 2, 1], names=("a", "b", "c"))
    return journal


MAKES = {"many": of_many_classes, "absent": without_a_class}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_works(open_page: Open, home: Home, known_estimate: object, kind: str, page: str) -> None:
    run = MAKES[kind](home)
    other = made_runs.finished(home, "another")
    asked = {"compare": {"runs": f"{run.run_id},{other.run_id}"}, "train": {"like": run.run_id}}
    app = open_page(page, tab="Test results" if page == "run" else None, **asked.get(page, {"run": run.run_id}))
    assert not app.exception
    assert app.title or app.error
    said = [error.value for error in app.error]
    assert not [text for text in said if "did not foresee" in text], said


@pytest.mark.parametrize("kind", MAKES)
@pytest.mark.parametrize("by", ["confusion", "classes", "sure", "losses", "unsure"])
def test_every_way_to_the_images(open_page: Open, home: Home, kind: str, by: str) -> None:
    run = MAKES[kind](home)
    app = open_page("evaluate", run=run.run_id, by=by)
    assert not app.exception
    assert not app.error
    if by == "confusion":
        app.button_group(key=f"quality_cells_{kind == 'many'}").set_value("counts").run()
        assert not app.error


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKES)
def test_every_view_of_evaluate(open_page: Open, home: Home, kind: str) -> None:
    from cnnlab.ui.evaluate.page import VIEWS

    run = MAKES[kind](home)
    for view in VIEWS:
        app = open_page("evaluate", run=run.run_id, view=view)
        assert not app.exception, view
        said = [error.value for error in app.error]
        assert not [text for text in said if "did not foresee" in text], (view, said)
