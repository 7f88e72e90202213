"""Predict: several files, those that can't be read among them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.ui.explain.image import UPLOADED
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_explain_page import picture

LANGUAGES = ("en", "es")


def uploaded(page: AppTest, files: dict[str, bytes]) -> AppTest:
    chosen = [(name, content, "image/png") for name, content in files.items()]
    return page.file_uploader(key="predict_upload").set_value(chosen).run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_network_and_without_files(open_page: Open, home: Home, lang: str) -> None:
    assert translate("predict_page.empty", lang) in texts(open_page("predict", lang=lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_good_files_stay_and_broken_ones_are_named(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("predict", lang=lang, run=trained_run.run_id)
    assert translate("predict_page.no_files", lang) in texts(page)
    uploaded(page, {"a.png": picture(), "=b.png": picture(30), "broken.png": b"nothing"})
    assert [("broken\\.png" in error.value) for error in page.error] == [True]
    table = page.dataframe[0].value
    assert list(table["file"]) == ["a.png", "=b.png"]
    assert table["probability"].between(0, 100).all()


def test_files_are_kept_when_the_page_is_left_and_can_be_removed(open_page: Open, trained_run: Journal) -> None:
    page = uploaded(open_page("predict", run=trained_run.run_id), {"a.png": picture()})
    page.switch_page("pages/home.py").run()
    page.query_params["run"] = trained_run.run_id
    page.switch_page("pages/predict.py").run()
    assert list(page.dataframe[0].value["file"]) == ["a.png"]
    page.file_uploader(key="predict_upload").clear().run()
    page.button(key="predict_forget").click().run()
    assert translate("predict_page.no_files", "en") in texts(page)


def test_a_row_is_explained(open_page: Open, trained_run: Journal) -> None:
    page = uploaded(open_page("predict", run=trained_run.run_id), {"a.png": picture(), "b.png": picture(24)})
    page.session_state["predict_table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()
    assert "b\\.png" in all_text(page)
    page.button(key="predict_explain").click().run()
    assert page.session_state[UPLOADED][0] == "b.png"
    assert translate("explain_page.title", "en") == page.title[0].value
    assert not page.error


def test_two_files_of_one_name_stay_two(open_page: Open, trained_run: Journal) -> None:
    page = open_page("predict", run=trained_run.run_id)
    chosen = [("a.png", picture(), "image/png"), ("a.png", picture(30), "image/png")]
    page.file_uploader(key="predict_upload").set_value(chosen).run()
    table = page.dataframe[0].value
    assert list(table["file"]) == ["a.png", "a.png (2)"]
    assert table["image"][0] != table["image"][1]
    assert all("%" in second for second in table["second"])


def test_files_beyond_the_limits_are_left_out_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from cnnlab.ui.predict import page

    monkeypatch.setattr(page, "MOST_FILES", 3)
    small, large = SimpleNamespace(size=1_000), SimpleNamespace(size=page.TOTAL_MB * 1_000_000)
    assert page._within_limits([small] * 5) == [small] * 3
    assert page._within_limits([small, large, small]) == [small]
