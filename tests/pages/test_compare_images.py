"""Compare: the same test images through all runs."""

from __future__ import annotations

import pytest

from cnnlab.evaluation.predictions import PREDICTIONS, read_table
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.ui.compare.images import maps
from tests.evaluation.made_weights import half_right, untrained
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.runs.test_comparison import answered

LANGUAGES = ("en", "es")


def _opened(open_page: Open, lang: str, *journals: Journal, **parameters: str):  # type: ignore[no-untyped-def]
    app = open_page("compare", lang=lang, runs=",".join(journal.run_id for journal in journals), **parameters)
    app.session_state["compare_images"] = True
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_where_they_disagree_and_lists_the_images(open_page: Open, home: Home, lang: str) -> None:
    app = _opened(open_page, lang, answered(home, "first", 3), answered(home, "second", 9))
    said = all_text(app)
    counts = {"images": "60", "all_right": "51", "divided": "6", "only_one_right": "6", "all_wrong": "3"}
    assert translate("disagree.counts", lang, **counts) in said
    table = app.dataframe[0].value
    assert len(table) == 6
    assert table["first"].str.startswith("✓").all()
    assert table["second"].str.startswith("✗").all()


def test_order_class_and_pattern_choose_the_images(open_page: Open, home: Home) -> None:
    first, second = answered(home, "first", 3), answered(home, "second", 9)
    app = _opened(open_page, "en", first, second, order="all_wrong")
    assert len(app.dataframe[0].value) == 3
    app.selectbox[0].set_value("0").run()
    assert set(app.dataframe[0].value["truth"]) == {"a"}
    wrong = next(one for one in app.multiselect if one.label == translate("compare_images.right", "en"))
    wrong.set_value(["0"]).run()
    assert translate("compare_images.nothing", "en") in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_runs_that_can_not_be_compared_are_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    app = _opened(open_page, lang, made_runs.finished(home, "a"), made_runs.failed(home, "b"))
    assert translate("error.nothing_in_common", lang, value=2, count=0) in texts(app)
    first, second, third = answered(home, "first", 3), answered(home, "second", 9), made_runs.failed(home, "third")
    app = _opened(open_page, lang, first, second, third)
    assert translate("disagree.left_out.no_predictions", lang, run="third") in [one.value for one in app.warning]


def test_each_network_has_its_map_or_says_why_not(home: Home) -> None:
    lenet = untrained(home)
    flat = untrained(home, **{"model.architecture": "mlp"})
    told: list[int] = []
    found = maps.look(home, [lenet.run_id, flat.run_id], 3, lambda _, done, __: told.append(done))
    assert found[0].picture is not None
    assert found[0].picture.ndim == 3
    assert found[1].picture is None
    assert [problem.code for problem in found[1].problems] == ["network_without_maps"]
    assert told == [0, 1]


def test_one_image_is_shown_with_what_each_says(open_page: Open, home: Home) -> None:
    runs = [untrained(home), untrained(home, **{"training.seed": 1})]
    for journal in runs:
        half_right(journal, home)
    assert len(read_table(runs[0].folder / PREDICTIONS)) > 100
    app = _opened(open_page, "en", *runs, order="all_wrong")
    assert app.button(key="compare_maps")
    assert "picture" in app.dataframe[0].value.columns
