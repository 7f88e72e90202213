"""Runs: the list, its filters, and what can be done with a selection."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import labels
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from cnnlab.ui.runs import elsewhere, page
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
MAKERS = (made_runs.queued, made_runs.running, made_runs.finished, made_runs.stopped, made_runs.failed, made_runs.lost)


def names(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["name"])


def select(app: AppTest, home: Home, *wanted: str, others: tuple[Run, ...] = ()) -> AppTest:
    """Selects rows by name."""
    rows = [names(app).index(name) for name in wanted]
    by_name = {run.name: run for run in (*listing(home, limit=1000), *others)}
    at = app.session_state["runs_cleared"] if "runs_cleared" in app.session_state else 0  # noqa: SIM401  # no get()
    key = f"runs_{page._digest([by_name[name] for name in names(app)])}_{at}"
    app.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_list_says_how_to_begin(open_page: Open, home: Home, lang: str) -> None:
    app = open_page("runs", lang=lang)
    assert translate("runs_page.empty", lang) in texts(app)
    app.button(key="runs_first").click().run()
    assert [run.state for run in listing(home)] == [RunState.QUEUED]
    assert app.query_params["run"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_is_listed(open_page: Open, home: Home, lang: str) -> None:
    for make in MAKERS:
        make(home, make.__name__)
    app = open_page("runs", lang=lang)
    assert not app.error
    assert names(app) == [make.__name__ for make in reversed(MAKERS)]
    assert translate("runs_page.found", lang, count=6) in texts(app)
    assert app.dataframe[0].value["test"].notna().sum() == 1


def test_filters_and_sorting(open_page: Open, home: Home) -> None:
    for make in MAKERS:
        make(home, make.__name__)
    app = open_page("runs")
    app.text_input(key="runs_words").set_value("st").run()
    assert names(app) == ["lost", "stopped"]
    app.text_input(key="runs_words").set_value("").run()
    app.button_group(key="runs_states").set_value(["FAILED", "LOST"]).run()
    assert names(app) == ["lost", "failed"]
    app.selectbox(key="runs_sort").set_value("name").run()
    app.toggle(key="runs_ascending").set_value(True).run()
    assert names(app) == ["failed", "lost"]
    app.text_input(key="runs_words").set_value("nothing like it").run()
    assert translate("runs_page.no_match", "en") in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_filtered_by_tags_which_stay_chosen(open_page: Open, home: Home, lang: str) -> None:
    a, b, _ = [made_runs.finished(home, name) for name in "abc"]
    app = open_page("runs", lang=lang)
    assert "runs_tags" not in {widget.key for widget in app.multiselect}, "nobody has tags yet"
    labels.write_tag(a, "room=3")
    labels.write_tag(b, "room=4")
    labels.write_tag(b, "checked")
    app.run()
    tags = app.multiselect(key="runs_tags")
    assert tags.label == translate("runs_page.tags", lang)
    assert tags.options == ["checked", "room", "room=3", "room=4"]
    tags.set_value(["room"]).run()
    assert names(app) == ["b", "a"]
    app.multiselect(key="runs_tags").set_value(["room", "checked"]).run()
    assert names(app) == ["b"]
    for name in ("room", "checked"):
        labels.remove_tag(b, name)
    app.run()
    assert app.multiselect(key="runs_tags").value == ["room", "checked"]
    assert translate("runs_page.no_match", lang) in texts(app)
    app.multiselect(key="runs_tags").set_value([]).run()
    assert names(app) == ["c", "b", "a"]


def test_two_are_compared(open_page: Open, home: Home) -> None:
    made_runs.finished(home, "a")
    made_runs.finished(home, "b")
    made_runs.failed(home, "c")
    app = select(open_page("runs"), home, "a", "b")
    app.button(key="runs_compare").click().run()
    ids = {run.name: run.run_id for run in listing(home)}
    assert set(app.query_params["runs"].split(",")) == {ids["a"], ids["b"]}


def test_a_selection_outlives_filters_and_new_runs(open_page: Open, home: Home) -> None:
    for name in ("alpha", "beta", "gamma"):
        made_runs.finished(home, name)
    app = select(open_page("runs"), home, "alpha")
    app.text_input(key="runs_words").set_value("beta").run()
    assert names(app) == ["beta"]
    assert translate("runs_page.hidden", "en", count=1) in all_text(app)
    app = select(app, home, "beta")
    app.text_input(key="runs_words").set_value("").run()
    made_runs.finished(home, "delta")
    app.run()
    app.button(key="runs_compare").click().run()
    ids = {run.name: run.run_id for run in listing(home)}
    assert app.query_params["runs"] == f"{ids['alpha']},{ids['beta']}"


def test_a_selection_is_cleared(open_page: Open, home: Home) -> None:
    made_runs.finished(home, "a")
    app = select(open_page("runs"), home, "a")
    app.button(key="runs_clear").click().run()
    assert translate("runs_page.found", "en", count=1) in texts(app)
    assert "runs_open" not in {button.key for button in app.button}


def test_a_failed_run_is_started_again_with_its_cure(open_page: Open, home: Home) -> None:
    failed = made_runs.failed(home, "too-fast")
    app = select(open_page("runs"), home, "too-fast")
    app.button(key=f"again_{failed.run_id}").click().run()
    again = listing(home)[0]
    assert again.parent == failed.run_id
    assert again.experiment is not None
    assert again.experiment.training.learning_rate == 0.01


@pytest.mark.parametrize("lang", LANGUAGES)
def test_deleting_has_an_undo(open_page: Open, home: Home, lang: str) -> None:
    for name in ("a", "b", "c"):
        made_runs.finished(home, name)
    app = select(open_page("runs", lang=lang), home, "a", "c")
    app.button(key="runs_delete").click().run()
    assert names(app) == ["b"]
    assert translate("runs_page.deleted", lang, count=2, days=7) in texts(app)
    app.button(key="runs_undo").click().run()
    assert sorted(names(app)) == ["a", "b", "c"]


def test_open_runs_are_stopped_not_deleted(open_page: Open, home: Home) -> None:
    journal = made_runs.running(home, "a")
    app = select(open_page("runs"), home, "a")
    assert "runs_delete" not in {button.key for button in app.button}
    app.button(key="runs_stop").click().run()
    assert journal.stop_requested()


def test_what_is_refused_is_said(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, "a")
    app = select(open_page("runs"), home, "a")
    journal.folder.rename(journal.folder.with_name("0" * 32))
    app.button(key="runs_delete").click().run()
    assert journal.run_id in app.error[0].value


def test_pages_of_fifty(open_page: Open, home: Home) -> None:
    for number in range(page.PAGE + 3):
        made_runs.queued(home, f"run-{number:02d}")
    app = open_page("runs")
    assert len(names(app)) == page.PAGE
    app.session_state["runs_page_number"] = 2
    app.run()
    assert names(app) == ["run-02", "run-01", "run-00"]


def test_runs_of_other_machines_are_listed_on_request(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_runs.finished(home, "here")
    other = Run("f" * 32, "there", "ana", RunState.FINISHED, local=False, created=1.0, dataset="of-ana")
    monkeypatch.setattr(elsewhere, "foreign", lambda *_, **__: [other])
    app = open_page("runs")
    app.toggle(key="runs_elsewhere").set_value(True).run()
    app.run()
    app.run()
    assert names(app) == ["here", "there"]
    assert "of-ana" in app.selectbox(key="runs_dataset_2").options
    app = select(app, home, "there", others=(other,))
    assert {"runs_delete", "runs_stop"} & {button.key for button in app.button} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_that_there_are_no_others_is_said(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    made_runs.finished(home, "here")
    monkeypatch.setattr(elsewhere, "foreign", lambda *_, **__: [])
    app = open_page("runs", lang=lang)
    app.toggle(key="runs_elsewhere").set_value(True).run()
    app.run()
    assert translate("runs_page.elsewhere_none", lang) in texts(app)


@pytest.mark.slow
def test_a_store_that_can_not_be_asked_is_one_sentence(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_runs.finished(home, "here")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    app = open_page("runs")
    app.toggle(key="runs_elsewhere").set_value(True).run()
    deadline = time.monotonic() + 120
    while not app.error and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    assert len(app.error) == 1
    assert "Traceback" not in all_text(app)
