"""Timings are of warm passes, say on what, and are forgotten when the weights change."""

from __future__ import annotations

import pytest
import torch

from cnnlab.errors import LabError
from cnnlab.evaluation import latency
from cnnlab.home import Home
from cnnlab.training import checkpoints
from tests.cli.commands import command
from tests.evaluation.made_weights import untrained
from tests.pages import made_runs


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "FEWEST", 3)
    monkeypatch.setattr(latency, "SECONDS", 1e-9)


def test_it_times_one_image_and_a_batch_and_says_on_what(home: Home) -> None:
    journal = untrained(home)
    before = torch.get_num_threads()
    told: list[tuple[int, int]] = []
    found = latency.measure(journal, progress=lambda _, done, total: told.append((done, total)))
    assert [(one.batch, one.passes) for one in found.timings] == [(1, 3), (32, 3)]
    assert all(0 < one.median <= one.p95 for one in found.timings)
    assert (found.device, found.threads) == ("cpu", 1)
    assert torch.get_num_threads() == before
    assert told[-1] == (200, 200)


def test_it_is_kept_with_the_run_until_its_weights_change(home: Home) -> None:
    journal = untrained(home)
    assert latency.kept(journal.folder) is None
    found = latency.measure(journal)
    latency.keep(journal, found)
    assert latency.kept(journal.folder) == found
    assert journal.result() == {}  # a run that has no result gets none from this
    network = torch.nn.Linear(2, 2)
    checkpoints.publish_best(journal.checkpoints, network)
    assert latency.kept(journal.folder) is None


def test_medians_become_part_of_a_result(home: Home) -> None:
    journal = untrained(home)
    journal.write_result({"epochs": 1})
    found = latency.measure(journal)
    latency.keep(journal, found)
    result = journal.result()
    assert (result["epochs"], result["latency_ms_1"]) == (1, found.timings[0].median)


@pytest.mark.parametrize("content", ["", "{}", '{"timings": 3}', "[]"])
def test_a_damaged_file_is_as_none(home: Home, content: str) -> None:
    journal = untrained(home)
    (journal.folder / latency.FILE).write_text(content)
    assert latency.kept(journal.folder) is None


def test_a_run_that_trains_is_left_alone(home: Home) -> None:
    with pytest.raises(LabError) as caught:
        latency.measure(made_runs.running(home))
    assert caught.value.problem.code == "run_in_training"


def test_the_command_says_it(home: Home) -> None:
    journal = untrained(home)
    done = command("latency", journal.run_id, "--threads", 1, "--json")
    assert done.status == 0, done.err
    assert [one["batch"] for one in done.values["timings"]] == [1, 32]
    for wrong in (("--device", "cuda:99"), ("--device", "abacus"), ("--threads", 0)):
        assert command("latency", journal.run_id, *wrong).status == 2
    assert command("latency", made_runs.failed(home).run_id).status == 2
