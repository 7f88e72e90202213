"""What runs cost, on Compare and on the run page; timing their answers from there."""

from __future__ import annotations

import time

import pytest

from cnnlab.evaluation import latency
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
COUNTED = {
    "energy_kwh": 2e-5,
    "energy_source": "estimated",
    "co2_kg": 1.014e-5,
    "country": "MEX",
    "carbon_grams_per_kwh": 507.0,
    "carbon_year": 2023,
    "peak_memory_bytes": 640_000_000,
    "macs": 416_520,
}


def _counted(home: Home, name: str, **more: object) -> Journal:
    journal = made_runs.finished(home, name)
    journal.write_result({**journal.result(), **COUNTED, **more})
    return journal


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_run_page_says_what_it_cost_and_that_it_is_estimated(open_page: Open, home: Home, lang: str) -> None:
    app = open_page("run", lang=lang, run=_counted(home, "a").run_id, tab=translate("run.tab.cost", lang))
    assert not app.exception
    shown = {metric.label: metric for metric in app.metric}
    energy = shown[translate("cost.name.energy", lang)]
    assert energy.value == "72.0\N{NO-BREAK SPACE}J".replace(".", "," if lang == "es" else ".")
    assert translate("cost.about.estimated", lang) in all_text(app)
    assert "507" in all_text(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_without_costs_says_so(open_page: Open, home: Home, lang: str) -> None:
    tab = translate("run.tab.cost", lang)
    app = open_page("run", lang=lang, run=made_runs.running(home).run_id, tab=tab)
    assert translate("cost.later", lang) in texts(app)
    app = open_page("run", lang=lang, run=made_runs.failed(home).run_id, tab=tab)
    assert translate("cost.never", lang) in texts(app)
    app = open_page("run", lang=lang, run=made_runs.finished(home).run_id, tab=tab)
    assert not app.exception


@pytest.mark.parametrize("lang", LANGUAGES)
def test_compare_has_a_row_a_cost_and_marks_the_front(open_page: Open, home: Home, lang: str) -> None:
    cheap = _counted(home, "cheap", test={"accuracy": 0.99})
    dear = _counted(home, "dear", energy_kwh=4e-5, test={"accuracy": 0.95})
    app = open_page("compare", lang=lang, runs=f"{cheap.run_id},{dear.run_id}")
    assert not app.exception
    table = next(table.value for table in app.table if translate("cost.what", lang) in table.value.columns)
    row = table[table[translate("cost.what", lang)] == translate("cost.name.energy", lang)].iloc[0]
    assert "◆" in row["cheap"]
    assert "◆" not in row["dear"]
    assert translate("cost.source.estimated", lang) in row["dear"]


def test_answers_are_timed_from_compare(open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[str] = []
    monkeypatch.setattr(latency, "measure", lambda journal, **_: timed.append(journal.run_id))
    monkeypatch.setattr(latency, "keep", lambda *_: None)
    runs = [_counted(home, name).run_id for name in ("a", "b")]
    app = open_page("compare", runs=",".join(runs))
    app.button(key="latency_measure").click().run()
    until = time.monotonic() + 20
    while len(timed) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert timed == runs
    assert not app.exception
