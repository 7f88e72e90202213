"""Both languages from the first string: nothing that a Spanish reader sees is English."""

from __future__ import annotations

import re

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import texts

# the same word in both languages, names, units, and what is typed rather than read
SAME = re.compile(
    r"English|Español|CPU|MLflow|LeNet-5|Adam|float32|F1 \(macro\)|ReLU|tanh|–"
    r"|[\d\s.,:%°±e·/-]*( ?(s|min|GB|MB|kB|B|px))?"
    r"|python -m cnnlab .*|/.*|\d{4}-\d\d-\d\d .*|.*\\\.(json|jsonl|yaml|txt)"
    r"|Intel.*|AMD.*|[a-z]+-[a-z]+|no"
)
TABS = ("curves", "test", "configuration", "system", "log", "files")
MAKERS = (made_runs.queued, made_runs.running, made_runs.finished, made_runs.stopped, made_runs.failed, made_runs.lost)


def untranslated(english: set[str], spanish: set[str], names: set[str]) -> set[str]:
    same = {text for text in english & spanish if not SAME.fullmatch(text.replace("*", ""))}
    return {text for text in same if not any(name in text for name in names)}


def test_home(open_page: Open, home: Home) -> None:
    english, spanish = texts(open_page()), texts(open_page(lang="es"))
    assert untranslated(english, spanish, set()) == set()
    names = {make(home).experiment().name for make in MAKERS}
    english, spanish = texts(open_page()), texts(open_page(lang="es"))
    assert len(spanish) > 30
    assert untranslated(english, spanish, names) == set()


@pytest.mark.parametrize("make", MAKERS)
def test_run(open_page: Open, home: Home, make: made_runs.Make) -> None:
    journal = make(home)
    for tab in TABS:
        english = texts(open_page("run", tab=translate(f"run.tab.{tab}", "en"), run=journal.run_id))
        spanish = texts(open_page("run", lang="es", tab=translate(f"run.tab.{tab}", "es"), run=journal.run_id))
        assert len(spanish) > 15
        assert untranslated(english, spanish, {journal.experiment().name}) == set()


def test_the_switch_changes_the_language_and_the_address(open_page: Open) -> None:
    page = open_page(lang="en")
    switch = page.sidebar.button_group(key="language_switch")
    switch.set_value("es").run()
    assert page.title[0].value == translate("home.promise", "es")
    assert page.query_params["lang"] == "es"


def test_the_choice_survives_a_page_switch(open_page: Open, home: Home) -> None:
    page = open_page(lang="es")
    page.button(key="train_default").click().run()
    assert page.query_params["lang"] == "es"
    assert any(translate("state.QUEUED", "es") in text for text in texts(page))


def test_an_unknown_language_falls_back(open_page: Open) -> None:
    assert open_page(lang="xx").title[0].value == translate("home.promise", "en")
