"""A click while the Train page is still being drawn ends that run of it: what it had filled is filled again."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnlab.ui.train import summary
from tests.pages.conftest import Open
from tests.pages.train_form import choose_network, field, network_list, set_number

pytestmark = pytest.mark.usefixtures("known_estimate")


def _is_sent(page: AppTest, name: str) -> bool:
    """Whether the server told the browser what the widget shows, instead of leaving it what it has."""
    return bool(page.number_input(key=field(page, name)).proto.set_value)


def test_what_an_interrupted_run_had_filled_is_sent_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary.draw
    monkeypatch.setattr(summary, "draw", lambda _: st.stop())
    page = open_page("train")
    monkeypatch.setattr(summary, "draw", whole)
    page.run()
    assert _is_sent(page, "training.epochs")
    assert page.number_input(key=field(page, "training.epochs")).value == 30
    page.run()
    assert not _is_sent(page, "training.epochs"), "once is enough: a browser may have something newer"


def test_what_was_entered_meanwhile_is_what_is_sent(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary.draw
    page = open_page("train")
    monkeypatch.setattr(summary, "draw", lambda _: st.stop())
    page = choose_network(page, "fast_cnn")
    page = set_number(page, "training.epochs", 5)
    monkeypatch.setattr(summary, "draw", whole)
    page.run()
    assert page.number_input(key=field(page, "training.epochs")).value == 5
    assert network_list(page).value == "fast_cnn"
