"""Would more data help: what is queued, what is used again, what the points say, by function and by command."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cnnlab.cli import main
from cnnlab.errors import RunError
from cnnlab.evaluation.more_data import Point, last_step, power_law, sentences
from cnnlab.evaluation.robustness.measured import accuracy
from cnnlab.home import Home
from cnnlab.jobs import more_data, supervisor
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right, untrained


@pytest.fixture(autouse=True)
def _woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ensure", lambda _: None)


def made(samples: int, share_right: float, images: int = 2000) -> Point:
    right = np.arange(images) < share_right * images
    return Point(f"{samples:032x}", 1.0, samples, accuracy(right), right)


def test_what_is_missing_is_queued_once_as_a_group(home: Home) -> None:
    journal = untrained(home)
    first = more_data.start(journal.run_id, home)
    assert len(first) == 2  # the run itself is the whole
    specs = [Journal.open(home, run_id).experiment() for run_id in first]
    assert [spec.data.train_share for spec in specs] == [0.1, 0.3]
    assert more_data.start(journal.run_id, home) == []
    steps = more_data.steps(journal.run_id, home)
    assert [step.ready for step in steps] == [False, False, True]
    assert {Journal.open(home, run_id).status().group for run_id in first} == {journal.run_id}


def test_shares_that_are_none_are_refused(home: Home) -> None:
    run_id = untrained(home).run_id
    for shares in ([], [0.5], [0.0, 1.0], [0.5, 1.5]):
        with pytest.raises(RunError):
            more_data.steps(run_id, home, shares)
    assert main(["more-data", run_id, "--shares", "some"]) == 2


def test_a_step_that_pays_is_told_from_one_that_does_not() -> None:
    paid = [made(100, 0.7), made(300, 0.8), made(1000, 0.9)]
    pair = last_step(paid)
    assert pair is not None
    assert pair.real
    assert pair.difference == pytest.approx(0.1)
    assert "still paid" in sentences(paid, "en")[0]
    assert "can't be told" in sentences([made(100, 0.7), made(300, 0.9), made(1000, 0.9)], "en")[0]
    assert "did harm" in sentences([made(300, 0.9), made(1000, 0.8)], "en")[0]
    assert sentences(paid[:1], "en") == []


def test_a_power_law_is_found_where_there_is_one_and_only_there() -> None:
    law = power_law([made(n, 1 - 2.0 * n**-0.5) for n in (100, 300, 1000)])
    assert law is not None
    assert law.exponent == pytest.approx(0.5, abs=0.02)
    assert law.accuracy(4000) == pytest.approx(1 - 2.0 * 4000**-0.5, abs=0.01)
    assert power_law([made(100, 0.5), made(300, 0.9), made(1000, 0.91)]) is None  # no line meets all three
    assert power_law([made(100, 0.9), made(300, 0.8), made(1000, 0.7)]) is None  # it gets worse
    assert power_law([made(100, 0.5), made(300, 0.7)]) is None  # two points always lie on a line


def test_the_command_says_what_there_is(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    journal, small = untrained(home), untrained(home, **{"data.train_share": 0.3})
    half_right(journal, home)
    half_right(small, home)
    assert main(["more-data", journal.run_id, "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [one["share"] for one in said["points"]] == [0.3, 1.0]
    assert said["last_step"]["difference"] == 0.0
    assert said["queued"] == []
    assert main(["more-data", journal.run_id, "--start"]) == 0
    assert "1 run is queued" in capsys.readouterr().out
