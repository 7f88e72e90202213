"""``robustness``: the table, the words, the CSV, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from tests.evaluation.made_weights import untrained


def test_two_runs_are_measured_and_compared(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = untrained(home), untrained(home, **{"model.options": {"activation": "relu"}})
    ids, out = [first.run_id, second.run_id], tmp_path / "robust.csv"
    chosen = ["--corruptions", "noise,contrast", "--images", "30", "--shifts", "--out", str(out)]
    assert main(["robustness", *ids, *chosen, "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [run["run_id"] for run in said["runs"]] == ids
    assert len(said["compared"]) == 1
    run = said["runs"][0]
    assert run["images"] == 30
    assert len(run["cells"]) == 10
    reach = run["shifts"]["reach"]
    still = pytest.approx(run["shifts"]["accuracy"][reach][reach], abs=1e-4)
    assert run["shifts"]["along_axes"][0] == {"pixels": 0, "consistency": 1.0, "accuracy": still}
    assert len(list(csv.DictReader(out.open()))) == 20


def test_the_table_is_read(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    journal = untrained(home)
    assert main(["robustness", journal.run_id, "--corruptions", "shift", "--images", "0"]) == 0
    shown = capsys.readouterr().out
    assert "Shift" in shown
    assert "points" not in shown  # of one corruption there is no most and least harmful


def test_what_is_not_there_is_refused_in_a_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = untrained(home).run_id
    assert main(["robustness", run_id, "--corruptions", "fog"]) == 2
    assert main(["robustness", run_id, "--images", "-3"]) == 2
    assert main(["robustness", *[run_id] * 5]) == 2
    other = untrained(home, **{"data.split": {"seed": 4}})
    assert main(["robustness", run_id, other.run_id]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 4
