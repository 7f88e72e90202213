"""Evaluate, more data: what is missing is one click away, and what has finished is drawn and said."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.runs.view import listing
from tests.evaluation.made_weights import half_right, untrained
from tests.pages.conftest import Open


def test_one_click_starts_what_is_missing(home: Home, open_page: Open, woken: list[Home]) -> None:
    journal = untrained(home)
    half_right(journal, home)
    app = open_page("evaluate", run=journal.run_id, view="more_data")
    assert not app.exception
    app.button(key="more_data_start").click().run()
    assert not app.exception
    assert not app.error
    started = [run for run in listing(home) if run.parent == journal.run_id]
    assert sorted(run.experiment.data.train_share for run in started if run.experiment) == [0.1, 0.3]
    assert woken
    assert "more_data_start" not in [button.key for button in app.button]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_has_finished_is_said_and_drawn(home: Home, open_page: Open, lang: str) -> None:
    journal, small = untrained(home), untrained(home, **{"data.train_share": 0.3})
    half_right(journal, home)
    half_right(small, home)
    app = open_page("evaluate", lang=lang, run=journal.run_id, view="more_data")
    assert not app.exception
    assert not app.error
    assert len(app.table[0].value) == 2
