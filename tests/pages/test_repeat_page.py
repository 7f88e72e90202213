"""Repeating a run with other seeds from its page, and what Compare says of the group."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.jobs import supervisor
from cnnlab.runs.view import listing
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import texts
from tests.runs.test_comparison import with_result

LANGUAGES = ("en", "es")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_is_repeated_from_its_page(
    open_page: Open, home: Home, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "ensure", lambda _: None)
    first = made_runs.finished(home, "first").run_id
    app = open_page("run", lang=lang, run=first)
    app.number_input(key="repeat_times").set_value(2).run()
    app.button(key="do_repeat").click().run()
    assert not app.exception
    assert translate("repeat.queued", lang, count=2) in texts(app)
    assert len(listing(home, limit=10)) == 3
    assert app.button(key="compare_repeated")


def test_a_run_that_still_trains_is_not_repeated(open_page: Open, home: Home) -> None:
    app = open_page("run", run=made_runs.running(home).run_id)
    assert not [button for button in app.button if button.key == "do_repeat"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_compare_says_what_holds_over_seeds(open_page: Open, home: Home, lang: str) -> None:
    runs = []
    for name, accuracies in (("good", (0.9, 0.91)), ("poor", (0.7, 0.72))):
        first = with_result(home, name, accuracies[0])
        runs += [first, with_result(home, f"{name} 1", accuracies[1], group=first.run_id, **{"training.seed": 1})]
    app = open_page("compare", lang=lang, runs=",".join(journal.run_id for journal in runs))
    assert not app.error
    table = next(one.value for one in app.table if translate("compare.seeds.mean", lang) in one.value.columns)
    assert list(table.iloc[:, 0]) == ["good", "poor"]
    assert list(table.iloc[:, 1]) == ["2", "2"]
    begins = translate("compare.seeds.real", lang).partition("{")[0]
    assert [text for text in texts(app) if text.startswith(begins) and "good" in text]


def test_runs_that_repeat_nothing_have_no_such_part(open_page: Open, home: Home) -> None:
    pair = with_result(home, "a", 0.9), with_result(home, "b", 0.8)
    app = open_page("compare", runs=",".join(journal.run_id for journal in pair))
    assert not [one for one in app.table if translate("compare.seeds.mean", "en") in one.value.columns]
