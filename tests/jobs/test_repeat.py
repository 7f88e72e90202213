"""The same experiment with other seeds."""

from __future__ import annotations

import json

import pytest

from cnnlab.cli import main
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.jobs import supervisor
from cnnlab.jobs.repeat import repeat
from cnnlab.runs.seeds import group_of
from cnnlab.runs.view import view
from tests.pages import made_runs


@pytest.fixture(autouse=True)
def _nobody_starts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ensure", lambda _: None)


def test_only_the_seed_differs(home: Home) -> None:
    first = made_runs.finished(home, "first", **{"training.seed": 1}).run_id
    queued = repeat(first, home, times=3)
    runs = [view(home, run_id) for run_id in queued]
    assert [one.experiment.training.seed for one in runs if one.experiment] == [0, 2, 3]
    assert {group_of(one) for one in runs} == {first}
    assert {one.parent for one in runs} == {first}
    assert [one.name for one in runs] == ["first · 0", "first · 2", "first · 3"]
    plain = {"training.seed": 0, "name": ""}
    original = view(home, first).experiment
    assert original is not None
    assert all(one.experiment and one.experiment.changed(plain) == original.changed(plain) for one in runs)


def test_a_second_call_adds_to_the_group_and_so_does_a_member(home: Home) -> None:
    first = made_runs.finished(home, "first").run_id
    (second,) = repeat(first, home, times=1)
    (third,) = repeat(second, home, times=1)
    runs = [view(home, run_id) for run_id in (first, second, third)]
    assert [one.experiment.training.seed for one in runs if one.experiment] == [0, 1, 2]
    assert {group_of(one) for one in runs} == {first}


@pytest.mark.parametrize("times", [0, -1, 21])
def test_so_many_are_refused(home: Home, times: int) -> None:
    with pytest.raises(RunError) as caught:
        repeat(made_runs.finished(home).run_id, home, times=times)
    assert caught.value.problems[0].code == "bad_repeats"


def test_a_broken_description_is_not_repeated(home: Home) -> None:
    journal = made_runs.finished(home)
    (journal.folder / "experiment.yaml").unlink()
    with pytest.raises(RunError) as caught:
        repeat(journal.run_id, home, times=2)
    assert caught.value.problems[0].code == "repeat_without_description"


def test_the_command(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    first = made_runs.finished(home, "first").run_id
    assert main(["repeat", first, "--seeds", "2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["run_id"] == first
    assert len(said["queued"]) == 2
    assert main(["repeat", first, "--seeds", "99"]) == 2
    assert "99" in capsys.readouterr().err
    assert main(["repeat", "0" * 32]) == 2
