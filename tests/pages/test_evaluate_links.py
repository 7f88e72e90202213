"""The views of Evaluate share an address: each keeps its choices under names of its own."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from tests.evaluation.made_weights import half_right, untrained
from tests.pages.conftest import Open


def evaluated(home: Home) -> str:
    made = untrained(home)
    half_right(made, home)
    return made.run_id


@pytest.mark.parametrize(
    ("view", "old", "new", "value"),
    [
        ("robustness", "images", "on", "100"),
        ("groups", "by", "group", "contrast"),
        ("space", "method", "projection", "tsne"),
    ],
)
def test_an_old_link_opens_and_gets_its_new_name(
    open_page: Open, home: Home, view: str, old: str, new: str, value: str
) -> None:
    run_id = evaluated(home)
    app: AppTest = open_page("evaluate", run=run_id, view=view, **{old: value})
    assert app.query_params.get(new) in (value, [value])
    assert old not in app.query_params


def test_the_choice_of_one_view_is_no_choice_of_another(open_page: Open, home: Home) -> None:
    run_id = evaluated(home)
    app: AppTest = open_page("evaluate", run=run_id, view="robustness", images="cell-0-1")
    assert "on" not in app.query_params


def test_a_link_that_says_the_usual_keeps_its_address(open_page: Open, home: Home) -> None:
    """Taking it out would be a step that the browser's Back has to take as well."""
    run_id = evaluated(home)
    app: AppTest = open_page("evaluate", run=run_id, view="quality")
    assert app.query_params.get("view") in ("quality", ["quality"])
    app.button_group(key="evaluate_view").set_value("samples").run()
    app.button_group(key="evaluate_view").set_value("quality").run()
    assert "view" not in app.query_params
