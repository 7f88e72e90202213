"""A damaged file of one run costs that run what the file held, and no other run anything."""

from __future__ import annotations

import pytest

from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.publisher import incomplete
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing, view

DAMAGE = {
    "state.json": ("", '{"run_id": 1}', "[]"),
    "result.json": ('{"epochs', "3"),
    "epochs.jsonl": ('{"epoch": 1, "ti\nnot JSON\n', "3\n", '{"epoch"\n{"epoch": 2, "time": 0}\n'),
    "published.json": ("{", "[1]"),
}
EVERY = [(name, text) for name, texts in DAMAGE.items() for text in texts]


def ended(home: Home) -> Journal:
    journal = Journal.create(home, Experiment(), worker=ProcessIdentity.own())
    journal.transition(RunState.RUNNING, allowed=(RunState.STARTING,))
    journal.append_epoch({"epoch": 1, "time": 0.0, "val_loss": 1.0})
    journal.write_result({"epochs": 1, "test": {"accuracy": 0.5}})
    journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
    return journal


@pytest.mark.parametrize(("name", "text"), EVERY)
def test_it_is_shown_as_damaged_beside_whole_runs(home: Home, name: str, text: str) -> None:
    whole, journal = ended(home), ended(home)
    (journal.folder / name).write_text(text, "utf-8")
    for _ in range(2):  # the second look is the index's
        found = {run.run_id: run for run in listing(home)}
        assert found[whole.run_id].state is RunState.FINISHED
        assert found[whole.run_id].result["epochs"] == 1
        shown = found[journal.run_id]
        assert shown.state is RunState.LOST
        assert shown.reason is not None
        assert (shown.reason.code, shown.reason.field) == ("journal_damaged", name)
        assert view(home, journal.run_id).reason == shown.reason
    incomplete(home)


def test_a_file_that_is_mended_is_read_again(home: Home) -> None:
    journal = ended(home)
    path = journal.folder / "result.json"
    whole = path.read_text("utf-8")
    path.write_text("{", "utf-8")
    assert view(home, journal.run_id).state is RunState.LOST
    path.write_text(whole, "utf-8")
    assert view(home, journal.run_id).result["test"] == {"accuracy": 0.5}
    assert [run.state for run in listing(home)] == [RunState.FINISHED]


@pytest.mark.parametrize("text", ["{", '{"phase_of_tomorrow": 1}', "[]"])
def test_progress_takes_nothing_from_an_ended_run(home: Home, text: str) -> None:
    journal = ended(home)
    (journal.folder / "progress.json").write_text(text, "utf-8")
    assert view(home, journal.run_id).state is RunState.FINISHED


@pytest.mark.parametrize("read", ["experiment", "result", "epochs", "status"])
def test_reading_it_says_the_file_and_the_run(home: Home, read: str) -> None:
    journal = ended(home)
    for name, texts in DAMAGE.items():
        (journal.folder / name).write_text(texts[0], "utf-8")
    (journal.folder / "experiment.yaml").unlink()
    with pytest.raises(RunError) as caught:
        getattr(journal, read)()
    assert caught.value.problem.code == "journal_damaged"
    assert caught.value.problem.params["value"] == journal.run_id


def test_it_can_not_be_resumed(home: Home) -> None:
    journal = ended(home)
    (journal.folder / "result.json").write_text("{", "utf-8")
    found = view(home, journal.run_id)
    assert found.is_damaged
    assert not found.can_resume
