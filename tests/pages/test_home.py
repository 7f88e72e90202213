"""Home in every state it can be in."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.jobs import supervisor
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from cnnlab.ui.text import plain
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_home_says_what_to_do_next(open_page: Open, lang: str) -> None:
    page = open_page(lang=lang)
    assert [title.value for title in page.title] == [translate("home.promise", lang)]
    assert page.button(key="train_default").label == translate("home.train", lang)
    assert translate("home.empty", lang, button=translate("home.train", lang)) in texts(page)
    assert not page.error


def test_the_button_queues_the_default_experiment_and_opens_it(open_page: Open, home: Home, woken: list[Home]) -> None:
    page = open_page()
    woken.clear()
    page.button(key="train_default").click().run()
    (run,) = listing(home)
    assert run.state is RunState.QUEUED
    assert run.experiment is not None
    assert run.experiment.sha256 == Experiment().sha256
    assert woken == [home]
    assert page.query_params["run"] == run.run_id
    assert [title.value for title in page.title] == [plain(run.name)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_for_every_state(open_page: Open, home: Home, lang: str) -> None:
    makers = [
        made_runs.queued,
        made_runs.running,
        made_runs.finished,
        made_runs.stopped,
        made_runs.failed,
        made_runs.lost,
    ]
    for make in makers:
        make(home)
    said = all_text(open_page(lang=lang))
    for state in ("QUEUED", "RUNNING", "FINISHED", "STOPPED", "FAILED", "LOST"):
        assert translate(f"state.{state}", lang) in said
    assert translate("home.empty_title", lang) not in said


@pytest.mark.parametrize(("lang", "accuracy"), [("en", "90.0\N{NO-BREAK SPACE}%"), ("es", "90,0\N{NO-BREAK SPACE}%")])
def test_a_card_shows_the_metric_of_the_best_epoch(open_page: Open, home: Home, lang: str, accuracy: str) -> None:
    made_runs.running(home, epochs=12, best=9)
    page = open_page(lang=lang)
    label = translate("home.best", lang, metric={"en": "Validation accuracy", "es": "Exactitud de validación"}[lang])
    assert {metric.label: metric.value for metric in page.metric}[label] == accuracy


def test_a_failed_run_says_its_reason_and_starts_again_with_its_cure(open_page: Open, home: Home) -> None:
    failed = made_runs.failed(home)
    page = open_page(lang="es")
    assert "Baje la tasa de aprendizaje" in all_text(page)
    page.button(key=f"again_{failed.run_id}").click().run()
    again = next(run for run in listing(home) if run.run_id != failed.run_id)
    assert again.parent == failed.run_id
    assert again.experiment is not None
    assert again.experiment.training.learning_rate == 0.01


def test_a_lost_run_can_be_resumed_from_its_card(open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = made_runs.lost(home)
    page = open_page()
    page.button(key=f"resume_{lost.run_id}").click().run()
    status = Journal.open(home, lost.run_id).status()
    assert (status.state, status.attempt) == (RunState.QUEUED, 2)


def test_names_are_text_and_nothing_else(open_page: Open, home: Home) -> None:
    name = "<b>x</b> ![p](http://example.com/p.png) :red[y] $z$ `w` [l](javascript:1)"
    made_runs.finished(home, name)
    said = texts(open_page())
    assert f"**{plain(name)}**" in said
    assert not any("![p]" in text or "<b>" in text.replace("\\<", "") for text in said)


def test_the_cost_is_what_was_measured_here(open_page: Open, home: Home) -> None:
    assert translate("home.cost", "en") in texts(open_page())
    made_runs.finished(home)
    assert translate("home.cost_measured", "en", duration="10\N{NO-BREAK SPACE}s") in texts(open_page())


def test_the_machine_is_described(open_page: Open) -> None:
    labels = [metric.label for metric in open_page(lang="es").metric]
    assert labels == ["Dispositivo", "Núcleos", "Memoria libre", "Disco libre"]


def test_the_sidebar_shows_what_runs_and_what_waits(open_page: Open, home: Home) -> None:
    made_runs.running(home, "calm", epochs=12)
    made_runs.queued(home, "next")
    said = texts(open_page())
    assert "calm · 42\N{NO-BREAK SPACE}%" in said
    assert any(text.startswith("1 run waiting · ") for text in said)


def test_a_supervisor_that_cannot_start_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(home: Home) -> None:
        raise LabError("supervisor_not_started", detail="no memory")

    monkeypatch.setattr(supervisor, "ensure", refuse)
    page = open_page()
    assert [error.value for error in page.error] == [
        translate("error.supervisor_not_started", "en", detail="no memory")
    ]
    assert page.button(key="train_default")


def test_what_nobody_foresaw_is_one_sentence_and_a_log_entry(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("cnnlab.ui.home.page.system.facts", break_down)
    page = open_page(lang="es")
    assert page.error
    assert all("ocurrió un error que no habíamos previsto" in error.value for error in page.error)
    assert "secret detail" not in all_text(page)
    assert any(record.exc_info and "reference" in record.getMessage() for record in caplog.records)
