"""The batch on Explain: what is graded, how far it is, the table, and what reproduces it."""

from __future__ import annotations

import time
from typing import Any

import pyarrow.ipc  # type: ignore[import-untyped]
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import formats, translate
from cnnlab.runs.journal import Journal
from tests.pages import made_runs
from tests.pages.reading import all_text

LANGUAGES = ("en", "es")


def _script(run_id: str) -> None:
    from cnnlab.home import Home
    from cnnlab.runs import view
    from cnnlab.ui.explain import batch

    batch.draw(view.view(Home.current(), run_id))


def opened(journal: Journal, lang: str = "en") -> AppTest:
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_function(_script, args=(journal.run_id,), default_timeout=60)
    app.query_params["lang"] = lang
    app.session_state["language"] = lang
    return app.run()


def graded(page: AppTest) -> AppTest:
    """After the button was pressed and the work has ended."""
    page.number_input(key="explain_batch_images").set_value(3).run()
    page.button(key="explain_batch").click().run()
    for _ in range(120):
        if page.code:
            return page
        time.sleep(0.25)
        page.run()
    raise AssertionError(all_text(page))


def test_a_run_that_still_trains_keeps_its_test_split(home: Home) -> None:
    page = opened(made_runs.running(home))
    assert translate("explain_batch.still_training", "en") in all_text(page)
    assert not page.button


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_batch_is_graded_and_can_be_made_again(trained_run: Journal, lang: str) -> None:
    page = opened(trained_run, lang)
    assert not page.exception
    pills = page.button_group[0]
    pills.set_value(["grad_cam", "saliency"]).run()
    graded(page)
    assert not page.exception
    assert not page.error
    (table,) = page.dataframe
    assert len(table.value) == 4
    first = list(table.value["method"])
    assert translate("scores.control.random", lang) in first
    means = list(table.value["deletion"])
    assert means == sorted(means), "deletion: the lowest first"
    assert (written := displayed(table)["deletion"]) == [formats.number(mean, 3, lang) for mean in means], written
    page.selectbox(key="explain_batch_sort").set_value("insertion").run()
    means = list(page.dataframe[0].value["insertion"])
    assert means == sorted(means, reverse=True)
    command = page.code[0].value
    assert command.startswith(f"python -m cnnlab score {trained_run.run_id} --methods grad_cam,saliency --images 3 ")
    text = all_text(page)
    assert translate("explain_batch.missing.mask", lang, scores="")[:20] in text


def displayed(table: Any) -> dict[str, list[str]]:
    """The words of the cells, whose values are numbers."""
    written = table.proto.arrow_data.styler.display_values
    found: dict[str, list[str]] = pyarrow.ipc.open_stream(written).read_all().to_pydict()
    return found


def test_without_a_method_there_is_nothing_to_press(trained_run: Journal) -> None:
    page = opened(trained_run)
    page.button_group[0].set_value([]).run()
    assert page.button(key="explain_batch").disabled
    assert translate("explain_batch.no_method", "en") in all_text(page)


def test_what_goes_wrong_is_said_and_the_last_table_stays(
    trained_run: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnlab.errors import LabError
    from cnnlab.explain.grading import scoring

    page = opened(trained_run)
    page.button_group[0].set_value(["saliency"]).run()
    graded(page)

    def refused(*_: object, **__: object) -> None:
        raise LabError("nothing_to_score", field="--pick", value="wrong")

    monkeypatch.setattr(scoring, "score_run", refused)
    page.button(key="explain_batch").click().run()
    time.sleep(0.5)
    page.run()
    assert "nothing to grade" in page.error[0].value
    assert page.code
