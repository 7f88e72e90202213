"""What a run has spent adds up over its attempts, survives a kill, and never stops a training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnlab import worker
from cnnlab.energy import spent
from cnnlab.energy.meter import Meter, Taken
from cnnlab.energy.spent import Spending, total
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.mlflow_values import result_metrics
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

QUICK = {"training.epochs": 2, "training.threads": 1, "training.device": "cpu"}


def _taking(monkeypatch: pytest.MonkeyPatch, joules: float, source: str = "measured") -> None:
    monkeypatch.setattr(Meter, "taken", lambda _: Taken(joules, source, 1.0))


def test_attempts_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _taking(monkeypatch, 3.6e6)
    with Spending(tmp_path, 1):
        pass
    with pytest.raises(KeyError), Spending(tmp_path, 2):
        raise KeyError  # a stop, or whatever ends an attempt
    found = total(tmp_path, "MEX")
    assert found["energy_kwh"] == pytest.approx(2.0)
    assert found["co2_kg"] == pytest.approx(2 * 0.507)
    assert (found["energy_source"], found["country"], found["carbon_year"]) == ("measured", "MEX", 2023)
    assert found["peak_memory_bytes"] > 1e6


def test_what_was_written_before_a_kill_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _taking(monkeypatch, 5.0)
    monkeypatch.setattr(spent, "TICK_SECONDS", 0.0)
    killed = Spending(tmp_path, 1).__enter__()
    killed.tick()
    killed.tick()
    with Spending(tmp_path, 2):
        pass
    assert total(tmp_path, "MEX")["energy_kwh"] * 3.6e6 == pytest.approx(15.0)


def test_measured_and_estimated_attempts_are_measured_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for attempt, source in enumerate(("measured", "estimated"), start=1):
        _taking(monkeypatch, 1.0, source)
        with Spending(tmp_path, attempt):
            pass
    assert total(tmp_path, "MEX")["energy_source"] == "partly"


def test_an_attempt_that_did_not_count_makes_the_sum_unknown(tmp_path: Path) -> None:
    with Spending(tmp_path, 1, measure=False):
        pass
    with Spending(tmp_path, 2):
        pass
    assert set(total(tmp_path, "MEX")) == {"peak_memory_bytes"}


@pytest.mark.parametrize("content", ["", "[]", '{"attempts": 3}', '{"attempts": ['])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / spent.FILE).write_text(content)
    with Spending(tmp_path, 1):
        pass
    assert "1" in json.loads((tmp_path / spent.FILE).read_text())["attempts"]


def test_a_disk_that_is_full_ends_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spent, "write_atomically", full)
    with Spending(tmp_path, 1) as spending:
        spending.tick()
    assert total(tmp_path, "MEX") == {}


def test_a_trained_run_says_what_it_took_and_mlflow_hears_it(mlflow_home: Home) -> None:
    found = _trained(mlflow_home, {**QUICK, "name": "counted"}).result()
    assert found["energy_kwh"] > 0
    assert found["energy_source"] in ("measured", "estimated")
    assert found["co2_kg"] == pytest.approx(found["energy_kwh"] * 0.507)
    assert (found["country"], found["macs"]) == ("MEX", 416_520)
    assert {"energy_kwh", "co2_kg", "peak_memory_bytes", "macs"} <= result_metrics(found).keys()


def test_counting_changes_nothing_that_is_trained(mlflow_home: Home) -> None:
    counted = _trained(mlflow_home, QUICK).result()
    bare = _trained(mlflow_home, {**QUICK, "tracking.energy.measure": False}).result()
    assert "energy_kwh" not in bare
    for name in ("weights_sha256", "final_state_sha256", "test"):
        assert counted[name] == bare[name]


def _trained(home: Home, changes: dict[str, object]) -> Journal:
    journal = Journal.create(home, Experiment().changed(changes), worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return journal
