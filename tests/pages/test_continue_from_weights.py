"""Continue from a run's weights: the button leads to a filled form, and the run that starts begins with a copy."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import listing
from tests.evaluation.made_weights import untrained
from tests.pages.conftest import Open


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_form_is_filled_and_starts_a_child(home: Home, open_page: Open, known_estimate: Any, lang: str) -> None:
    parent = untrained(home)
    app = open_page("train", lang=lang, weights=parent.run_id)
    assert not app.exception
    assert any(field.value == parent.run_id for field in app.text_input)
    app.button(key="train").click().run()
    assert not app.exception
    (child,) = [run for run in listing(home) if run.parent == parent.run_id]
    assert child.experiment is not None
    assert child.experiment.model.weights_from == parent.run_id
    assert list(Journal.open(home, child.run_id).folder.glob("first.*.safetensors"))


def test_the_run_page_offers_it(home: Home, open_page: Open) -> None:
    app = open_page("run", run=untrained(home).run_id)
    assert not app.exception
    assert "do_continue" in [button.key for button in app.button]


def test_an_address_that_names_no_run_is_said(home: Home, open_page: Open) -> None:
    app = open_page("train", weights="0" * 32)
    assert not app.exception
    assert app.error
