"""Compare beyond the curves: scatter with its front, parallel coordinates, groups, a baseline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.runs.test_comparison import answered, with_result

LANGUAGES = ("en", "es")


def last_chart(app: AppTest) -> dict[str, Any]:
    return dict(json.loads(app.get("echarts_chart")[-1].proto.spec))


def pair(home: Home) -> str:
    made = [answered(home, "<b>good", 0), answered(home, "poor", 30, **{"training.batch_size": 32})]
    return ",".join(one.run_id for one in made)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_front_is_drawn_and_named(open_page: Open, home: Home, lang: str) -> None:
    app = open_page("compare", lang=lang, runs=pair(home), against="parameters")
    assert not app.error
    assert not app.exception
    assert translate("compare.pareto.alone", lang).partition("{run}")[2][:20] in all_text(app)
    points = {one["name"]: one["data"][0]["value"] for one in last_chart(app)["series"]}
    assert points == {"<b>good": [61706.0, 100.0], "poor": [61706.0, 50.0]}


def test_all_runs_of_the_dataset_stand_behind(open_page: Open, home: Home) -> None:
    for number in range(12):
        with_result(home, f"other {number}", 0.6)
    app = open_page("compare", runs=pair(home), of="all")
    assert not app.error
    crowd = next(one for one in last_chart(app)["series"] if one["type"] == "scatter" and not one["name"])
    assert len(crowd["data"]) == 12


@pytest.mark.parametrize("lang", LANGUAGES)
def test_parallel_coordinates_flip_and_log(open_page: Open, home: Home, lang: str) -> None:
    app = open_page("compare", lang=lang, runs=pair(home), more="parallel")
    axes = last_chart(app)["parallelAxis"]
    assert [axis["type"] for axis in axes] == ["value", "value", "value"]  # seconds, batch size, accuracy
    log = next(one for one in app.multiselect if one.label == translate("compare.more.log_axes", lang))
    log.set_value(["training.batch_size"]).run()
    flipped = next(one for one in app.multiselect if one.label == translate("compare.more.flipped", lang))
    flipped.set_value(["training.batch_size"]).run()
    assert not app.exception
    changed = next(axis for axis in last_chart(app)["parallelAxis"] if axis["type"] == "log")
    assert changed["inverse"]
    assert len(last_chart(app)["series"][0]["data"]) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_groups_and_baseline(open_page: Open, home: Home, lang: str) -> None:
    runs = pair(home)
    app = open_page("compare", lang=lang, runs=runs, more="groups", by="training.batch_size")
    assert translate("compare.group.note", lang) in texts(app)
    column = translate("compare.group.value", lang)
    assert list(next(one.value for one in app.table if column in one.value.columns)[column]) == ["32", "64"]
    app = open_page("compare", lang=lang, runs=runs, more="baseline", baseline=runs.partition(",")[2])
    measure = translate("compare.more.measure", lang)
    shown = next(one.value for one in app.table if measure in one.value.columns)
    assert translate("compare.pairs.real", lang) in shown.iloc[0, 2]
    assert shown.iloc[0, 2].startswith("+50")


@pytest.mark.parametrize("more", ["trade", "parallel", "groups", "baseline"])
def test_runs_that_have_measured_nothing(open_page: Open, home: Home, more: str) -> None:
    ids = [made_runs.queued(home, name).run_id for name in ("a", "b")]
    app = open_page("compare", runs=",".join(ids), more=more)
    assert not app.error
    assert not app.exception
    said = {translate(f"compare.more.{name}", "en") for name in ("nothing", "nothing_varies")}
    assert said & set(texts(app))
