"""Under every chart of Evaluate, Compare and the run page stand the buttons that save it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right, untrained
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.runs.test_comparison import answered

LANGUAGES = ("en", "es")


def buttons(app: AppTest) -> set[str]:
    return {str(one.key) for one in app.get("download_button")}


def saved(app: AppTest) -> set[str]:
    """The charts that can be saved in both ways, by their keys."""
    found = {key.removesuffix("_svg") for key in buttons(app) if key.endswith("_svg")}
    assert found == {key.removesuffix("_png") for key in buttons(app) if key.endswith("_png")}
    return found


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart")) + len(app.get("echarts_chart"))


@pytest.fixture
def journal(home: Home) -> Journal:
    made = untrained(home)
    half_right(made, home)
    return made


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("view", "more"), [("quality", {}), ("quality", {"by": "sure"}), ("groups", {"group": "contrast"})]
)
def test_every_chart_of_evaluate_can_be_saved(
    journal: Journal, open_page: Open, lang: str, view: str, more: dict[str, str]
) -> None:
    app = open_page("evaluate", run=journal.run_id, lang=lang, view=view, **more)
    assert not app.exception
    assert charts(app) == len(saved(app)) == 1


def test_every_chart_of_a_run_can_be_saved(home: Home, open_page: Open) -> None:
    app = open_page("run", run=made_runs.finished(home).run_id)
    assert charts(app) == len(saved(app)) >= 4


@pytest.mark.parametrize("look", ["trade", "parallel"])
def test_every_chart_of_a_comparison_can_be_saved(home: Home, open_page: Open, look: str) -> None:
    made = [answered(home, "good", 0), answered(home, "poor", 30, **{"training.batch_size": 32})]
    app = open_page("compare", runs=",".join(one.run_id for one in made), more=look)
    assert not app.exception
    assert charts(app) == len(saved(app)) == 2
