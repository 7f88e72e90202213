"""``disagree`` on the command line."""

from __future__ import annotations

from pathlib import Path

from cnnlab.home import Home
from tests.cli.commands import command
from tests.pages import made_runs
from tests.runs.test_comparison import answered


def test_it_says_where_runs_disagree(home: Home, tmp_path: Path) -> None:
    first, second = answered(home, "first", 3).run_id, answered(home, "second", 9).run_id
    out = tmp_path / "images.csv"
    done = command("disagree", first, second, "--limit", 4, "--out", out, "--json")
    assert done.status == 0, done.err
    assert done.values["counts"] == {"all_right": 51, "divided": 6, "only_one_right": 6, "all_wrong": 3}
    assert (done.values["found"], len(done.values["cards"])) == (6, 4)
    card = done.values["cards"][0]
    assert [said["right"] for said in card["said"].values()] == [True, False]
    assert done.values["ensemble"]["best"] == first
    assert len(out.read_text().splitlines()) == 5


def test_a_pattern_leaves_what_fits(home: Home) -> None:
    first, second = answered(home, "first", 3).run_id, answered(home, "second", 9).run_id
    done = command("disagree", first, second, "--wrong", first, "--right", second, "--json")
    assert (done.status, done.values["found"]) == (0, 0)
    done = command("disagree", first, second, "--order", "all_wrong", "--class", "a")
    assert done.status == 0
    assert "Of 60 test images all are right on 51" in done.out


def test_bad_input_is_one_line(home: Home) -> None:
    first, second = answered(home, "first", 3).run_id, answered(home, "second", 9).run_id
    for arguments in (
        (first,),
        (first, second, "--order", "best"),
        (first, second, "--right", "x"),
        (first, second, "--class", "zebra"),
        (first, made_runs.failed(home).run_id),
    ):
        done = command("disagree", *arguments)
        assert (done.status, done.err.count("\n")) == (2, 1), done.err
