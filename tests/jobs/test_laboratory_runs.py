"""The laboratory's runs: submitted as one group, once, also when two begin at the same time; what failed, anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnlab.errors import LabError
from cnnlab.explain.laboratory.setup import ARMS, Setup
from cnnlab.home import Home
from cnnlab.jobs import laboratory, supervisor
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState

NAMES = {arm: arm for arm in ARMS}


@pytest.fixture(autouse=True)
def _no_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ensure", lambda _home: None)


def test_both_are_one_group(home: Home) -> None:
    pair = laboratory.begin(Setup(), home, NAMES)
    statuses = [Journal.open(home, pair.of(arm)).status() for arm in ARMS]
    assert {status.state for status in statuses} == {RunState.QUEUED}
    assert {status.group for status in statuses} == {laboratory.group_of(Setup())}
    assert laboratory.find(Setup(), home) == pair
    assert laboratory.find(Setup(seed=1), home) is None


def test_who_begins_at_the_same_time_gets_the_same_runs(home: Home) -> None:
    with ThreadPoolExecutor(4) as pool:
        pairs = list(pool.map(lambda _: laboratory.begin(Setup(), home, NAMES), range(4)))
    assert len(set(pairs)) == 1
    assert len(list(home.runs.glob("[0-9a-f]*"))) == 2


def test_a_run_that_was_stopped_is_trained_anew_and_the_other_kept(home: Home) -> None:
    before = laboratory.begin(Setup(), home, NAMES)
    Journal.open(home, before.honest).transition(RunState.STOPPED, allowed=(RunState.QUEUED,), stop_reason="user")
    after = laboratory.begin(Setup(), home, NAMES)
    assert after.honest != before.honest
    assert after.cheating == before.cheating


def test_a_bad_setup_queues_nothing(home: Home) -> None:
    with pytest.raises(LabError):
        laboratory.begin(Setup(variant="trick"), home, NAMES)
    assert not list(home.runs.glob("[0-9a-f]*"))


@pytest.mark.parametrize("content", ["", "[", "[]", '"x"', '{"honest": 3}', '{"honest": "../..", "cheating": "x"}'])
def test_a_damaged_note_counts_as_none(home: Home, content: str) -> None:
    pair = laboratory.begin(Setup(), home, NAMES)
    (home.cache / "laboratory" / "pairs" / f"{Setup().key}.json").write_text(content)
    assert laboratory.find(Setup(), home) is None
    assert laboratory.begin(Setup(), home, NAMES) != pair
