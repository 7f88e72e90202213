"""Evaluate's first view: the numbers of a split, and the images behind them, on the page and by a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.evaluation.evaluate import ensure_measured
from cnnlab.evaluation.predictions import file_of
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right, untrained
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts


@pytest.fixture
def run(home: Home) -> Journal:
    journal = untrained(home)
    half_right(journal, home)
    return journal


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_metrics_with_their_intervals(open_page: Open, home: Home, lang: str) -> None:
    journal = made_runs.finished(home)
    made_runs.predict(journal, labels=[0, 0, 0, 1], predictions=[0, 1, 1, 1], names=("<b>a</b>", "b", "c"))
    app = open_page("evaluate", lang=lang, run=journal.run_id, by="classes")
    assert not app.exception
    assert not app.error
    columns = [translate(f"quality.{name}", lang) for name in ("metric", "value", "interval")]
    table = next(one.value for one in app.table if list(one.value.columns) == columns)
    accuracy = table[table.iloc[:, 0] == translate("metric.accuracy", lang).capitalize()].iloc[0]
    assert accuracy.iloc[1] == ("50.0" if lang == "en" else "50,0") + "\N{NO-BREAK SPACE}%"
    classes = app.dataframe[-1].value
    assert list(classes.iloc[:, 0]) == ["<b>a</b>", "b", "c"]  # the class without images comes last
    assert list(classes.iloc[:, 1]) == [3, 1, 0]
    sure = open_page("evaluate", lang=lang, run=journal.run_id, by="sure")
    too_sure = translate("quality.sure.over", lang).partition(":")[0]
    assert [text for text in texts(sure) if text.startswith(too_sure)]


@pytest.mark.parametrize(
    ("word", "by"),
    [
        ("cell-3-5", "confusion"),
        ("class-7", "classes"),
        ("wrong-9", "sure"),
        ("losses", "losses"),
        ("unsure", "unsure"),
    ],
)
def test_a_link_shows_the_images(open_page: Open, run: Journal, word: str, by: str) -> None:
    app = open_page("evaluate", run=run.run_id, images=word)
    assert not app.error
    assert app.session_state["quality_by"] == by
    assert app.query_params["images"] == word
    said = all_text(app)
    assert translate("gallery.explain", "en") in said
    assert translate("gallery.no_images", "en", why="").strip() not in said


def test_choosing_on_the_page_stands_in_the_address(open_page: Open, run: Journal) -> None:
    app = open_page("evaluate", run=run.run_id)
    assert translate("quality_page.hint.confusion", "en") in texts(app)
    app.pills(key="quality_by").set_value("losses").run()
    assert app.query_params["images"] == "losses"
    assert app.query_params["by"] == "losses"
    app.pills(key="quality_by").set_value("confusion").run()
    assert "images" not in app.query_params
    assert "by" not in app.query_params


@pytest.mark.parametrize("bad", ["cell-3-99", "class-", "../..", "right-20", "x" * 500])
def test_a_link_that_names_nothing_is_left_alone(open_page: Open, run: Journal, bad: str) -> None:
    app = open_page("evaluate", run=run.run_id, images=bad, by="nothing")
    assert not app.error
    assert translate("quality_page.hint.confusion", "en") in texts(app)


def test_without_the_dataset_the_numbers_stay(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)  # of a dataset that is another by now
    made_runs.predict(journal, labels=[0, 0, 0, 1], predictions=[0, 1, 1, 1], names=("a", "b", "c"))
    app = open_page("evaluate", run=journal.run_id, images="cell-0-1")
    assert not app.error
    why = translate("gallery.no_images", "en", why="").strip()
    assert [text for text in texts(app) if text.startswith(why)]
    assert list(app.dataframe[-1].value.iloc[:, 0]) == [1, 2]


def test_a_split_that_was_not_measured_is_measured_once(open_page: Open, home: Home, run: Journal) -> None:
    path = run.folder / file_of("validation")
    assert not path.exists()
    app = open_page("evaluate", run=run.run_id, split="validation")
    assert not app.error
    wait_for(path)
    before = path.stat().st_mtime_ns
    app.run()
    assert not app.error
    assert translate("quality_page.hint.confusion", "en") in texts(app)
    ensure_measured(run, home, "validation")
    assert path.stat().st_mtime_ns == before


def test_a_split_without_samples_says_so(open_page: Open, home: Home) -> None:
    run = untrained(home, **{"data.split.test": 0.0})
    app = open_page("evaluate", run=run.run_id)
    for _ in range(200):
        if app.error:
            break
        app.run()
    assert len(app.error) == 1
    assert translate("evaluate_page.measure", "en") in {button.label for button in app.button}


def wait_for(path: Path, seconds: float = 60.0) -> None:
    import time

    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)  # the work's own end
