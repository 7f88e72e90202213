"""``runs`` with filters and ``compare``, on runs made without training."""

from __future__ import annotations

import json

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from tests.pages import made_runs
from tests.runs.test_comparison import with_result


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["runs", "--json", *arguments]) == 0
    return [run["name"] for run in json.loads(capsys.readouterr().out.splitlines()[-1])["runs"]]


def test_runs_are_filtered_and_sorted(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    made_runs.finished(home, "b")
    made_runs.finished(home, "a", **{"model.architecture": "resnet8"})
    made_runs.failed(home, "c")
    assert listed(capsys) == ["c", "a", "b"]
    assert listed(capsys, "--state", "failed") == ["c"]
    assert listed(capsys, "--state", "failed", "--state", "FINISHED", "--sort", "name", "--ascending") == [
        "a",
        "b",
        "c",
    ]
    assert listed(capsys, "--architecture", "resnet8") == ["a"]
    assert listed(capsys, "--search", "lenet5", "--limit", "1") == ["c"]
    assert listed(capsys, "--dataset", "shapes") == []


def test_a_run_is_listed_with_its_metrics(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with_result(home, "a", 0.9375)
    assert main(["runs"]) == 0
    assert "0.9375" in capsys.readouterr().out


def test_runs_that_only_mlflow_knows(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made_runs.finished(home, "here")
    there = Run("f" * 32, "there", "ana", RunState.FINISHED, local=False, created=1.0)
    monkeypatch.setattr("cnnlab.cli.queue.foreign", lambda *_, **__: [there])
    assert listed(capsys) == ["here"]
    assert listed(capsys, "--elsewhere") == ["here", "there"]


@pytest.mark.parametrize("arguments", [["--state", "asleep"], ["--sort", "luck"]])
def test_an_unknown_choice_is_one_line(home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["runs", *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert arguments[1] in lines[0]


def test_compare_says_who_is_ahead_and_what_differs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    first = with_result(home, "slow", 0.9)
    second = with_result(home, "quick", 0.95, **{"training.learning_rate": 0.1})
    assert main(["compare", first.run_id, second.run_id, "--json"]) == 0
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert values["verdict"]["kind"] == "ahead"
    assert (values["verdict"]["best"], values["verdict"]["second"]) == (second.run_id, first.run_id)
    assert values["differences"] == {"training.learning_rate": {first.run_id: 0.001, second.run_id: 0.1}}
    assert [run["name"] for run in values["runs"]] == ["slow", "quick"]


def test_compare_prints_a_table(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", "es")
    runs = [with_result(home, "a", 0.9), with_result(home, "b", 0.8, **{"training.seed": 3})]
    assert main(["compare", *(run.run_id for run in runs)]) == 0
    said = capsys.readouterr().out
    assert "training.seed" in said
    assert "adelante: a" in said


def test_compare_needs_two_different_runs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = made_runs.finished(home).run_id
    assert main(["compare", run_id, run_id]) == 2
    assert main(["compare", *(f"{number:032x}" for number in range(11))]) == 2
    assert main(["compare", run_id, "0" * 32]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 3


def networks(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["architectures", "--json", *arguments]) == 0
    return [row["name"] for row in json.loads(capsys.readouterr().out.splitlines()[-1])["architectures"]]


def test_networks_are_selected_as_on_the_page(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    everything = networks(capsys)
    assert {"lenet5", "cnn"} <= set(everything)
    assert networks(capsys, "--search", "LeCun lenet-5 1998") == [
        name for name in everything if name in ("lenet5", "lenet5_1998")
    ]
    compact = networks(capsys, "--group", "compact")
    assert compact
    assert set(compact) < set(everything)


def test_networks_are_listed_with_year_family_and_size(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["architectures", "--search", "lenet5"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    first = next(row for row in rows if row.startswith("lenet5 "))
    assert header.split() == ["NAME", "TITLE", "YEAR", "FAMILY", "PARAMETERS", "MACS"]
    assert first.split()[:3] == ["lenet5", "LeNet-5", "1998"]
    assert "61.7" in first


def test_no_network_found_is_said(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["architectures", "--search", "no such network"]) == 0
    assert "No network matches." in capsys.readouterr().err


def test_an_unknown_group_is_one_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["architectures", "--group", "modern"]) == 2
    assert "hybrid" in capsys.readouterr().err
