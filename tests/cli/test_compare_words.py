"""What ``compare`` says in words: only what the results allow."""

from __future__ import annotations

import json

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.i18n import translate
from tests.pages import made_runs
from tests.runs.test_comparison import answered, with_result

LANGUAGES = ("en", "es")


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CNNLAB_LANGUAGE", request.param)
    return str(request.param)


def test_without_results(home: Home, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [made_runs.failed(home, "a"), made_runs.queued(home, "b")]
    assert main(["compare", *(run.run_id for run in runs)]) == 0
    assert capsys.readouterr().out.rstrip().endswith(translate("compare.verdict.untested", lang))


def test_other_test_images(home: Home, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [with_result(home, "a", 0.9), with_result(home, "b", 0.95, seed=1)]
    assert main(["compare", *(run.run_id for run in runs)]) == 0
    assert capsys.readouterr().out.rstrip().endswith(translate("compare.verdict.different_split", lang))


def test_level_runs_and_their_cost(home: Home, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [with_result(home, name, 0.9) for name in ("a", "b")]
    assert main(["compare", *(run.run_id for run in runs)]) == 0
    said = capsys.readouterr().out
    assert said.rstrip().endswith(translate("compare.chance", lang))
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.strip()}
    assert rows["test_accuracy"] == ["0.9000", "0.9000"]
    assert rows["parameters"] == ["61706", "61706"]
    assert rows["train_seconds"] == ["10.4", "10.4"]


def test_how_far_behind_each_is(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [with_result(home, "a", 0.9), with_result(home, "b", 0.95), made_runs.failed(home, "c")]
    ids = [run.run_id for run in runs]
    assert main(["compare", *ids, "--json"]) == 0
    behind = json.loads(capsys.readouterr().out.splitlines()[-1])["verdict"]["behind"]
    assert behind == {ids[0]: pytest.approx(0.05), ids[1]: 0.0, ids[2]: None}


def test_whether_the_lead_is_real(home: Home, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    ids = [answered(home, name, wrong).run_id for name, wrong in (("good", 0), ("poor", 30), ("fair", 1))]
    assert main(["compare", *ids]) == 0
    said = capsys.readouterr().out
    sentence = translate("compare.tested.chance", lang).partition(":")[0]
    assert sentence in said  # good against fair, the second
    assert main(["compare", *ids, "--json"]) == 0
    tests = json.loads(capsys.readouterr().out.splitlines()[-1])["tests"]
    assert [(test["first"], test["second"], test["real"]) for test in tests] == [
        (ids[0], ids[1], True),
        (ids[0], ids[2], False),
        (ids[1], ids[2], True),
    ]
    assert tests[0]["only_first"] == 30
    assert tests[0]["adjusted"] == pytest.approx(3 * 2 / 2**30)
