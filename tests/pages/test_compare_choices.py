"""Compare: what the address keeps, colours that stay, other x axes, smoothing with the measured line behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.view import view
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.runs.test_comparison import with_result


def series(app: AppTest) -> list[dict[str, Any]]:
    return list(json.loads(app.get("echarts_chart")[0].proto.spec)["series"])


def test_a_link_shows_what_its_sender_saw(open_page: Open, home: Home) -> None:
    ids = ",".join(made_runs.finished(home, name).run_id for name in ("a", "b"))
    app = open_page("compare", runs=ids, metric="loss", axis="time", split="both", smoothing="90", log="1")
    assert not app.error
    assert not app.warning
    lines = series(app)
    assert [line["name"] for line in lines] == [
        name for run in ("a", "b") for name in (run, run, f"{run} · training", f"{run} · training")
    ]
    assert lines[0]["data"][0]["value"][0] == pytest.approx(0.01)  # minutes
    assert app.query_params["metric"] == "loss"
    app.button_group(key="compare_axis_epoch_time_images").set_value("epoch").run()
    assert "axis" not in app.query_params
    assert app.query_params["metric"] == "loss"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_by_images_seen(open_page: Open, home: Home, lang: str) -> None:
    ids = ",".join([with_result(home, "known", 0.9).run_id, made_runs.finished(home, "unknown").run_id])
    app = open_page("compare", lang=lang, runs=ids, axis="images")
    (line,) = series(app)
    assert line["name"] == "known"
    assert line["data"][2]["value"][0] == pytest.approx(3 * 20 / 1000)  # its split has 20 for training
    assert translate("compare.images_unknown", lang, runs="unknown") in all_text(app)


def test_nonsense_in_the_address_is_left_aside(open_page: Open, home: Home) -> None:
    ids = ",".join(made_runs.finished(home, name).run_id for name in ("a", "b"))
    bad = dict.fromkeys(("metric", "axis", "split", "smoothing", "log", "more", "against", "result", "by"), "<b>")
    app = open_page("compare", runs=ids, **bad)
    assert not app.error
    assert not app.exception


def test_colours_stay_when_a_run_is_taken_away(open_page: Open, home: Home) -> None:
    ids = [made_runs.finished(home, name).run_id for name in ("a", "b", "c")]
    app = open_page("compare", runs=",".join(ids))
    before = {line["name"]: line["lineStyle"]["color"] for line in series(app)}
    app.multiselect(key="compare_runs").set_value(ids[1:]).run()
    assert {line["name"]: line["lineStyle"]["color"] for line in series(app)} == {
        name: before[name] for name in ("b", "c")
    }
    app.multiselect(key="compare_runs").set_value([*ids[1:], ids[0]]).run()
    assert {line["name"]: line["lineStyle"]["color"] for line in series(app)} == before


@pytest.mark.parametrize("lang", ["en", "es"])
def test_settings_as_yaml_and_a_run_without(open_page: Open, home: Home, lang: str) -> None:
    ids = [made_runs.finished(home, name).run_id for name in ("a", "b")]
    broken = made_runs.finished(home, "broken")
    (broken.folder / "experiment.yaml").unlink()
    app = open_page("compare", lang=lang, runs=",".join([*ids, broken.run_id]))
    assert any("batch_size: 64" in code.value for code in app.code)
    assert translate("compare.undescribed", lang, runs=view(home, broken.run_id).name) in texts(app)
