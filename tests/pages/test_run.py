"""The run page in every state a run can be in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.errors import Problem
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing, view
from cnnlab.ui.polling import has_ended
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


MORE = ("run.do.change", "run.do.compare")


MORE_WITH_WEIGHTS = (
    *("run.do.change", "run.do.continue", "run.do.predict", "run.do.inside"),
    *("run.do.timeline", "run.do.compare"),
)
MORE_AFTER_THE_END = (
    *("run.do.change", "run.do.continue", "run.do.evaluate", "run.do.predict", "run.do.inside"),
    *("run.do.sanity", "run.do.timeline", "run.do.repeat", "run.do.compare"),
)


Make = Callable[[Home], Journal]


BAD_IDS = [
    "x",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "~",
    ".",
    "..",
    "0" * 31,
    "0" * 33,
    "g" * 32,
    "A" * 32,
    "0" * 31 + "\n",
    "0" * 32 + "\n",
    "0" * 32 + "/state.json",
    "0" * 32 + "\0",
    "\0",
    "٠" * 32,
    "０" * 32,
    "<script>alert(1)</script>",
    "![x](http://example.com/x.png)",
    "[x](javascript:alert(1))",
    "' OR 1=1 --",
    "tags.`a` = 'b'",
    "{value}",
    "%s%n",
    "$(id)",
    "`id`",
    ";rm -rf /",
    "*",
    "💥" * 32,
    "0" * 100_000,
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("make", "state", "buttons"),
    [
        (made_runs.queued, "QUEUED", ["run.stop", *MORE]),
        (made_runs.running, "RUNNING", ["run.stop", *MORE_WITH_WEIGHTS]),
        (made_runs.finished, "FINISHED", ["run.do.explain", "run.again", *MORE_AFTER_THE_END, "run.do.delete"]),
        (made_runs.stopped, "STOPPED", ["run.resume", "run.again", *MORE_AFTER_THE_END, "run.do.delete"]),
        (made_runs.lost, "LOST", ["run.resume", "run.again", *MORE_AFTER_THE_END, "run.do.delete"]),
    ],
)
def test_every_state_has_its_badge_and_its_actions(
    open_page: Open, home: Home, make: Make, state: str, buttons: list[str], lang: str
) -> None:
    page = open_page("run", lang=lang, run=make(home).run_id)
    assert not page.error
    assert any(translate(f"state.{state}", lang) in text for text in texts(page))
    assert [button.label for button in page.button] == [translate(key, lang) for key in buttons]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_failed_run_says_why_and_offers_its_cure(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("run", lang=lang, run=made_runs.failed(home).run_id)
    reason = translate("error.loss_not_finite", lang, epoch=1, value="0\\.1", suggestion="0\\.01", field="")
    assert [error.value for error in page.error] == [reason]
    cure = translate("run.again_with", lang, value="0\\.01")
    more = [translate(key, lang) for key in ("run.do.change", "run.do.repeat", "run.do.compare", "run.do.delete")]
    assert [button.label for button in page.button] == [translate("run.resume", lang), cure, *more]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Epoch **13** of 30 · batch 11 of 20 · at most **9\N{NO-BREAK SPACE}s** left"),
        ("es", "Época **13** de 30 · lote 11 de 20 · falta a lo sumo **9\N{NO-BREAK SPACE}s**"),
    ],
)
def test_progress_in_words(open_page: Open, home: Home, lang: str, words: str) -> None:
    assert words in texts(open_page("run", lang=lang, run=made_runs.running(home).run_id))


@pytest.mark.parametrize("phase", ["validating", "testing"])
def test_measuring_is_said_as_such(open_page: Open, home: Home, phase: str) -> None:
    journal = made_runs.running(home)
    journal.write_progress(Progress(phase, 13, 30, 2, 5))
    assert f"Epoch **13** of 30 · {translate(f'phase.{phase}', 'en')}" in texts(open_page("run", run=journal.run_id))


def test_preparing_data_is_said_as_such(open_page: Open, home: Home) -> None:
    journal = made_runs.running(home, epochs=0)
    journal.write_progress(Progress("something_new", step=1200, steps=60000))
    said = all_text(open_page("run", lang="es", run=journal.run_id))
    assert "Preparando · 1\N{NARROW NO-BREAK SPACE}200 de 60\N{NARROW NO-BREAK SPACE}000" in said


def test_a_starting_run_says_so(open_page: Open, home: Home) -> None:
    journal = made_runs.queued(home)
    journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,))
    said = texts(open_page("run", run=journal.run_id))
    assert translate("run.starting", "en") in said


def test_a_run_that_only_looks_lost_is_still_followed(home: Home) -> None:
    journal = made_runs.queued(home)
    dead = ProcessIdentity(2**22 + 1, 1.0, "another boot")
    journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,), worker=dead)
    assert view(home, journal.run_id).state is RunState.LOST
    assert not has_ended(view(home, journal.run_id))
    journal.transition(RunState.STOPPED, allowed=(RunState.STARTING,))
    assert has_ended(view(home, journal.run_id))
    assert has_ended(view(home, made_runs.lost(home).run_id))
    assert not has_ended(view(home, made_runs.running(home).run_id))


def test_the_place_in_the_queue(open_page: Open, home: Home) -> None:
    first, _, third = [made_runs.queued(home) for _ in range(3)]
    assert translate("run.place_next", "en") in texts(open_page("run", run=first.run_id))
    assert translate("run.place", "en", count=2) in texts(open_page("run", run=third.run_id))


def test_stop_takes_a_queued_run_out_of_the_queue(open_page: Open, home: Home) -> None:
    journal = made_runs.queued(home)
    page = open_page("run", run=journal.run_id)
    page.button(key="stop").click().run()
    assert journal.status().state is RunState.STOPPED
    assert translate("run.ended_user_queued", "en") in texts(page)


def test_stop_asks_a_running_worker_and_says_so(open_page: Open, home: Home) -> None:
    journal = made_runs.running(home)
    page = open_page("run", lang="es", run=journal.run_id)
    page.button(key="stop").click().run()
    assert journal.stop_requested()
    assert translate("run.stopping_until", "es", seconds=60) in texts(page)
    assert "stop" not in {button.key for button in page.button}  # asked once is enough


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_worker_that_does_not_follow_is_said_to_be_ended(open_page: Open, home: Home, lang: str) -> None:
    journal = made_runs.running(home)
    journal.write_progress(Progress("training", 3, 30, 11, 20, time=time.time() - 15))
    journal.request_stop()
    os.utime(journal.folder / "stop", (time.time() - 90, time.time() - 90))
    page = open_page("run", lang=lang, run=journal.run_id)
    (said,) = [text for text in texts(page) if text.startswith(translate("run.stopping_until", lang)[:20])]
    assert any(f"{seconds} s" in said for seconds in (43, 44, 45))
    os.utime(journal.folder / "stop", (time.time() - 180, time.time() - 180))
    journal.write_progress(Progress("training", 3, 30, 11, 20, time=time.time() - 170))
    page.run()
    assert translate("run.stopping_by_force", lang) in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_that_was_ended_by_force_says_so_and_offers_to_go_on(open_page: Open, home: Home, lang: str) -> None:
    journal = made_runs.running(home)
    reason = Problem("stopped_by_force", params={"seconds": 75})
    journal.transition(RunState.STOPPED, allowed=made_runs.NOW_RUNNING, stop_reason="user", reason=reason)
    page = open_page("run", lang=lang, run=journal.run_id)
    assert translate("error.stopped_by_force", lang, seconds=75) in texts(page)
    assert f"resume_{journal.run_id}" in {button.key for button in page.button}
    assert not page.error


def test_the_queue_is_shown_in_its_order(open_page: Open, home: Home) -> None:
    waiting = [made_runs.queued(home, name) for name in ("first", "second")]
    training = made_runs.running(home, "training")
    page = open_page("run", run=waiting[1].run_id)
    said = [text for text in (*_link_labels(page), *(node.value for node in page.markdown)) if text]
    assert said.index("training") < said.index("first")
    assert "**second**" in said
    assert translate("run.place", "en", count=1) in said
    assert training.status().state is RunState.RUNNING


def _link_labels(page: AppTest) -> list[str]:
    return [node.proto.label for node in page.main if node.type == "page_link"]


def test_a_deleted_run_is_offered_back(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, "faces")
    page = open_page("run", lang="es", run=journal.run_id)
    page.button(key="do_delete").click().run()
    assert translate("run.deleted", "es", days=7) in texts(page)
    assert not listing(home)
    page.button(key="restore").click().run()
    assert [run.name for run in listing(home)] == ["faces"]
    assert "faces" in {title.value for title in page.title}


def test_resume_queues_the_run_again(open_page: Open, home: Home) -> None:
    journal = made_runs.stopped(home)
    page = open_page("run", run=journal.run_id)
    page.button(key=f"resume_{journal.run_id}").click().run()
    assert (journal.status().state, journal.status().attempt) == (RunState.QUEUED, 2)
    assert any(translate("state.QUEUED", "en") in text for text in texts(page))


def test_start_again_makes_a_child_with_the_same_settings(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, "faces", **{"training.seed": 7})
    page = open_page("run", run=journal.run_id)
    page.button(key=f"again_{journal.run_id}").click().run()
    again = next(run for run in listing(home) if run.run_id != journal.run_id)
    assert (again.parent, again.name) == (journal.run_id, "faces-2")
    assert again.experiment is not None
    assert again.experiment.sha256 == journal.experiment().sha256
    assert page.query_params["run"] == again.run_id


@pytest.mark.parametrize("bad", BAD_IDS)
def test_a_bad_id_is_one_sentence_and_opens_no_file(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a bad id was looked up")

    monkeypatch.setattr("cnnlab.ui.run.page.view", refuse)
    page = open_page("run", lang="es", run=bad)
    assert [error.value for error in page.error] == [translate("error.bad_run_id", "es")]
    assert not page.title
    assert bad not in all_text(page).replace("CNN", "") or len(bad) < 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_id_and_an_unknown_id_are_one_sentence(open_page: Open, lang: str) -> None:
    assert [error.value for error in open_page("run", lang=lang).error] == [translate("error.no_run_named", lang)]
    unknown = open_page("run", lang=lang, run="0" * 32)
    assert [error.value for error in unknown.error] == [translate("error.unknown_run", lang, value="0" * 32)]


@pytest.mark.parametrize(
    "name", ["experiment.yaml", "result.json", "epochs.jsonl", "progress.json", "log.txt", "system.jsonl"]
)
@pytest.mark.parametrize("tab", ["curves", "test", "configuration", "system", "log", "files"])
def test_a_missing_file_is_said_and_breaks_nothing(open_page: Open, home: Home, name: str, tab: str) -> None:
    journal = made_runs.finished(home)
    (journal.folder / name).unlink()
    page = open_page("run", tab=translate(f"run.tab.{tab}", "en"), run=journal.run_id)
    assert not page.error
    assert page.title
    if name == "experiment.yaml":
        assert translate("run.description_missing", "en") in texts(page)
    if (name, tab) == ("result.json", "test"):
        assert translate("run.test.missing", "en") in texts(page)
    if (name, tab) == ("log.txt", "log"):
        assert translate("run.log.none", "en") in texts(page)


def test_a_damaged_state_is_a_sentence(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    (journal.folder / "state.json").write_text("{")
    page = open_page("run", run=journal.run_id)
    assert any("state\\.json" in text for text in texts(page))
    assert not page.error
