"""Compare: verdict, cards, what differs; with runs that can't be compared among them."""

from __future__ import annotations

import json

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui.compare import page
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_run import BAD_IDS
from tests.runs.test_comparison import answered, with_result

LANGUAGES = ("en", "es")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_runs_and_with_one(open_page: Open, home: Home, lang: str) -> None:
    assert translate("compare.no_runs", lang) in texts(open_page("compare", lang=lang))
    one = made_runs.finished(home).run_id
    app = open_page("compare", lang=lang, runs=one)
    assert translate("compare.no_runs", lang) in texts(app)
    assert app.button(key="compare_train")
    other = made_runs.finished(home).run_id
    app = open_page("compare", lang=lang, runs=one)
    assert translate("compare.empty", lang) in texts(app)
    app.multiselect(key="compare_runs").set_value([one, other]).run()
    assert app.query_params["runs"] == f"{one},{other}"
    assert len(app.metric) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_newest_are_offered(open_page: Open, home: Home, lang: str) -> None:
    third, second, first = (made_runs.finished(home, name).run_id for name in ("c", "b", "a"))
    app = open_page("compare", lang=lang)
    app.button(key="compare_newest").click().run()
    assert app.query_params["runs"] == f"{first},{second}"
    app = open_page("compare", lang=lang, runs=third)
    app.button(key="compare_newest").click().run()
    assert app.query_params["runs"] == f"{third},{first}"
    assert len(app.metric) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_better_one_is_named_with_its_lead(open_page: Open, home: Home, lang: str) -> None:
    pair = [with_result(home, "slow", 0.9), with_result(home, "quick", 0.95, **{"training.learning_rate": 0.1})]
    app = open_page("compare", lang=lang, runs=",".join(journal.run_id for journal in pair))
    assert not app.error
    said = all_text(app)
    points = "5.0 points" if lang == "en" else "5,0 puntos"
    assert "**quick**" in said
    assert points in said
    assert translate("compare.chance", lang) in texts(app)
    setting = translate("compare.setting", lang)
    differing = next(table.value for table in app.table if setting in table.value.columns)
    assert list(differing.iloc[:, 0]) == [translate("setting.training.learning_rate", lang)]
    assert list(differing.iloc[0, 1:]) == ["1e-3", "1e-1"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("wrong", "kind"), [(30, "real"), (2, "chance")])
def test_whether_the_lead_is_real(open_page: Open, home: Home, lang: str, wrong: int, kind: str) -> None:
    pair = answered(home, "good", 0), answered(home, "poor", wrong)
    app = open_page("compare", lang=lang, runs=",".join(journal.run_id for journal in pair))
    assert not app.error
    said = texts(app)
    assert translate(f"compare.tested.behind_{kind}", lang) in said
    begins = translate(f"compare.tested.{kind}", lang).partition(":")[0]
    (sentence,) = [text for text in said if text.startswith(begins)]
    assert f" {wrong} " in sentence.partition("good")[2].partition("poor")[0]
    table = next(table.value for table in app.table if translate("compare.pairs.pair", lang) in table.value.columns)
    word = translate(f"compare.pairs.{kind}", lang)
    assert list(table.iloc[0, [0, 3, 4, 6]]) == ["good · poor", str(wrong), "0", word]


def test_runs_without_stored_predictions_are_not_tested(open_page: Open, home: Home) -> None:
    pair = answered(home, "good", 0), answered(home, "poor", 30)
    (pair[1].folder / "predictions" / "test.parquet").unlink()
    app = open_page("compare", runs=",".join(journal.run_id for journal in pair))
    assert not app.error
    assert not [table for table in app.table if translate("compare.pairs.pair", "en") in table.value.columns]
    assert translate("compare.chance", "en") in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_runs_of_every_state_side_by_side(open_page: Open, home: Home, lang: str) -> None:
    makers = (made_runs.queued, made_runs.running, made_runs.failed, made_runs.lost, made_runs.stopped)
    broken = made_runs.finished(home, "broken")
    (broken.folder / "experiment.yaml").unlink()
    ids = [broken.run_id, *(make(home).run_id for make in makers)]
    app = open_page("compare", lang=lang, runs=",".join(ids))
    assert not app.error
    assert translate("compare.verdict.untested", lang) in texts(app)
    assert len(app.metric) == len(ids)


def test_same_names_and_hostile_ones(open_page: Open, home: Home) -> None:
    name = "<a href='x'>[y](z)</a>"
    ids = [made_runs.finished(home, name, **{"training.seed": seed}).run_id for seed in range(3)]
    app = open_page("compare", runs=",".join(ids))
    assert not app.error
    option = json.loads(app.get("echarts_chart")[0].proto.spec)
    legend = [line["name"] for line in option["series"]]
    assert len(set(legend)) == 3  # two of one name would be switched on and off together
    assert "[y](z)" not in app.table[0].value.columns[1]  # headings are Markdown


def test_one_that_is_missing_is_said_and_the_others_stay(open_page: Open, home: Home) -> None:
    ids = [made_runs.finished(home).run_id, "0" * 32, made_runs.finished(home).run_id]
    app = open_page("compare", runs=",".join(ids))
    assert len(app.error) == 1
    assert len(app.metric) == 2


@pytest.mark.parametrize("wanted", [bad for bad in BAD_IDS if bad.strip(",")])
def test_a_bad_address_is_one_sentence(open_page: Open, home: Home, wanted: str) -> None:
    app = open_page("compare", runs=f"{'0' * 32},{wanted}")
    assert [error.value for error in app.error] == [translate("error.bad_run_id", "en")]


def test_too_many(open_page: Open, home: Home) -> None:
    ids = [f"{number:032x}" for number in range(11)]
    app = open_page("compare", runs=",".join(ids))
    assert [error.value for error in app.error] == [translate("error.too_many_runs", "en", value=11, limit=10)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_eleventh_run_is_refused_in_words(open_page: Open, home: Home, lang: str) -> None:
    ids = [made_runs.queued(home).run_id for _ in range(11)]
    app = open_page("compare", lang=lang, runs=",".join(ids[:10]))
    app.multiselect(key="compare_runs").set_value(ids).run()
    assert [error.value for error in app.error] == [translate("error.too_many_runs", lang, value=11, limit=10)]
    assert app.query_params["runs"] == ",".join(ids[:10])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_a_run_of_another_machine(open_page: Open, home: Home, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = with_result(home, "here", 0.9)
    epochs = [made_runs.record(epoch, best=True) for epoch in (1, 2, 3)]
    result = {"test": {"loss": 0.2, "accuracy": 0.95}}
    other = Run("f" * 32, "there", "ana", RunState.FINISHED, local=False, epochs=epochs, result=result)
    monkeypatch.setattr(page, "view", lambda *_: other)
    app = open_page("compare", lang=lang, runs=f"{here.run_id},{other.run_id}")
    assert not app.error
    # which images it was tested on is not known here, so neither is ahead
    assert translate("compare.verdict.unknown_images", lang) in texts(app)
    assert [line["name"] for line in json.loads(app.get("echarts_chart")[0].proto.spec)["series"]] == ["here", "there"]


def test_both_splits_are_told_apart(open_page: Open, home: Home) -> None:
    ids = [made_runs.finished(home, name).run_id for name in ("a", "b")]
    app = open_page("compare", runs=",".join(ids))
    app.button_group(key="compare_split_val_train_both").set_value("both").run()
    series = json.loads(app.get("echarts_chart")[0].proto.spec)["series"]
    assert [line["name"] for line in series] == ["a", "a · training", "b", "b · training"]
    assert [line["lineStyle"]["type"] for line in series] == ["solid", "solid", "dashed", "dashed"]
    app.slider(key="compare_smoothing").set_value(0.5).run()
    assert translate("compare.smoothed", "en", title="Accuracy (%)") in all_text(app)
