"""Evaluate, groups: in both languages, from a column, names and pixels; a remedy is one click and is then told of."""

from __future__ import annotations

import json
import time

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.evaluation.predictions import PREDICTIONS, read_table
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import listing
from cnnlab.ui import background
from tests.evaluation.made_weights import half_right, untrained
from tests.pages.conftest import Open
from tests.pages.reading import texts

TEXTURED = {"data.dataset": "shapes", "data.options": {"variant": "texture", "samples": 800}}


@pytest.fixture
def journal(home: Home) -> Journal:
    made = untrained(home, **TEXTURED)
    half_right(made, home)
    return made


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.error])


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_grouping_is_told_shown_and_mended(journal: Journal, open_page: Open, lang: str) -> None:
    app = open_page("evaluate", lang=lang, run=journal.run_id, view="groups", by="brightness", metric="f1_macro")
    assert not app.exception
    assert not app.error
    assert "F1" in said(app)
    assert app.selectbox(key="groups_column").value == "brightness"
    assert [button.key for button in app.button if str(button.key).startswith("remedy_")] == [
        "remedy_class_sampler",
        "remedy_augmented_sampler",
        "remedy_class_weights",
    ]
    app.selectbox(key="groups_column").set_value("texture").run()
    assert "remedy_group_sampler" in [button.key for button in app.button]
    assert not app.exception
    assert texts(app)


def test_all_groupings_are_compared_on_a_click(journal: Journal, open_page: Open) -> None:
    app = open_page("evaluate", run=journal.run_id, view="groups")
    tables = len(app.table)
    app.button(key="compute_groups").click().run()
    deadline = time.monotonic() + 60
    while any(not work.ended for work in list(background._works().values())) and time.monotonic() < deadline:
        time.sleep(0.05)
    app.run()
    assert not app.exception
    assert len(app.table) == tables + 1
    assert "Holm" in said(app)


def test_a_pattern_that_is_wrong_is_one_sentence(journal: Journal, open_page: Open) -> None:
    app = open_page("evaluate", run=journal.run_id, view="groups")
    app.segmented_control(key="groups_source").set_value("pattern").run()
    app.text_input(key="groups_pattern").input("(").run()
    assert not app.exception
    assert len(app.error) == 1
    app.text_input(key="groups_pattern").input(r"(\d)\D*$").run()
    assert not app.error
    app.segmented_control(key="groups_source").set_value("table").run()
    app.file_uploader(key="groups_table").upload("g.csv", b"index,site\n9999,x", "text/csv").run()
    assert len(app.error) == 1
    table = "index,site\n" + "\n".join(f"{i},{'ab'[i % 2]}" for i in range(800))
    app.file_uploader(key="groups_table").upload("g.csv", table.encode(), "text/csv").run()
    assert not app.error
    assert not app.exception


def test_a_remedy_is_one_click_and_its_effect_on_the_worst_group_is_told(
    home: Home, journal: Journal, open_page: Open, woken: list[Home]
) -> None:
    app = open_page("evaluate", run=journal.run_id, view="groups", by="texture")
    app.button(key="remedy_group_sampler").click().run()
    assert not app.exception
    assert not app.error
    assert woken
    (child,) = [run for run in listing(home) if run.parent == journal.run_id]
    assert child.experiment is not None
    assert child.experiment.data.balance_by == "texture"
    assert "still to end" in said(app)


def test_what_a_remedy_did_is_tested_on_the_same_images(home: Home, journal: Journal, open_page: Open) -> None:
    better = untrained(home, **TEXTURED, **{"data.balance": "sampler"})
    half_right(better, home)
    path = better.folder / PREDICTIONS
    table = read_table(path)
    right = table.set_column(table.column_names.index("prediction"), "prediction", table["label"])
    pq.write_table(right, path, write_page_checksum=True)
    better.write_result({"test": {"accuracy": 1.0}})
    state = json.loads((better.folder / "state.json").read_text("utf-8"))
    (better.folder / "state.json").write_text(json.dumps({**state, "parent": journal.run_id}))
    app = open_page("evaluate", run=journal.run_id, view="groups", by="brightness")
    assert not app.exception
    assert "the new run is better by" in said(app)
