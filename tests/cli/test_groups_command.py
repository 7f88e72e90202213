"""``groups``: all groupings, one of them, what is written, a remedy that is queued, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.jobs import supervisor
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right, untrained

TEXTURED = {"data.dataset": "shapes", "data.options": {"variant": "texture", "samples": 800}}


@pytest.fixture
def run_id(home: Home) -> str:
    journal = untrained(home, **TEXTURED)
    half_right(journal, home)
    return journal.run_id


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_all_groupings_are_compared_and_written(
    run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "groups.csv"
    assert main(["groups", run_id, "--out", str(out), "--json"]) == 0
    found = said(capsys)["groupings"]
    assert isinstance(found, list)
    assert {one["grouping"] for one in found} == {"texture", "brightness", "contrast", "saturation", "sharpness"}
    known = [one["gap"] for one in found if one["gap"] is not None]
    assert known == sorted(known, reverse=True)
    rows = list(csv.DictReader(out.open()))
    assert len(rows) == sum(len(one["groups"]) for one in found)
    assert main(["groups", run_id]) == 0
    assert "Brightness" in capsys.readouterr().out


def test_one_grouping_is_told_with_its_odds_and_what_joins_it(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["groups", run_id, "--by", "brightness", "--metric", "f1_macro", "--json"]) == 0
    found = said(capsys)
    assert {"gap", "odds", "classes", "cramers_v", "p_within"} <= found.keys()
    assert main(["groups", run_id, "--pattern", r"(\d)\D*$"]) == 0
    assert "%" in capsys.readouterr().out


def test_a_table_of_groups_is_read(run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "sites.csv"
    table.write_text("index,site\n" + "\n".join(f"{i},{'ab'[i % 2]}" for i in range(800)))
    assert main(["groups", run_id, "--csv", str(table), "--json"]) == 0
    groups = said(capsys)["groups"]
    assert isinstance(groups, list)
    assert {group["name"] for group in groups} == {"a", "b"}


def test_a_remedy_is_queued_with_its_parent(
    home: Home, run_id: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "ensure", lambda _: None)
    assert main(["groups", run_id, "--by", "texture", "--remedy", "group_sampler", "--json"]) == 0
    found = said(capsys)
    assert found["parent"] == run_id
    data = Journal.open(home, str(found["run_id"])).experiment().data
    assert (data.balance, data.balance_by) == ("group_sampler", "texture")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by", "camera"],
        ["--metric", "speed"],
        ["--class", "unicorn"],
        ["--pattern", "("],
        ["--csv", "/nowhere.csv"],
        ["--remedy", "prayer"],
        ["--remedy", "group_sampler"],
        ["--remedy", "group_sampler", "--by", "brightness"],
        ["--remedy", "rare_augmented"],  # the classes are of one size
        ["--remedy", "rare_group_augmented", "--by", "texture"],
        ["--by", "texture", "--pattern", "(a)"],
        ["--split", "holiday"],
    ],
)
def test_what_is_not_there_is_refused_in_a_line(
    run_id: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["groups", run_id, *arguments])
    except SystemExit as left:  # argparse
        status = int(left.code or 0)
    assert status == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
