"""``note``, ``tag``, ``untag``, ``register``, ``promote`` and ``models``: what a person says of a run."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.runs import telling
from cnnlab.runs.journal import Journal
from tests.cli.commands import command
from tests.pages import made_runs


@pytest.fixture
def noted(home: Home, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(telling, "tell_labels", lambda *_: False)  # MLflow is told in tests of its own
    return made_runs.finished(home, "noted")


def test_a_note_is_written_shown_and_taken_back(noted: Journal) -> None:
    done = command("note", noted.run_id, "A first try", "--json")
    assert done.status == 0
    assert (done.values["note"], done.values["tags"], done.values["told"]) == ("A first try", {}, False)
    assert command("note", noted.run_id).out.strip() == "A first try"
    assert command("note", noted.run_id, "--undo", "--json").values["note"] == ""


def test_tags_are_given_found_and_taken(noted: Journal, home: Home) -> None:
    other = made_runs.finished(home, "other")
    assert command("tag", noted.run_id, "room=3").status == 0
    assert command("tag", noted.run_id, "checked", "--json").values["tags"] == {"room": "3", "checked": ""}
    for wanted in ("room", "room=3", "checked"):
        found = command("runs", "--tag", wanted, "--json").values["runs"]
        assert [one["run_id"] for one in found] == [noted.run_id]
    assert command("runs", "--tag", "room=4", "--json").values["runs"] == []
    assert len(command("runs", "--json").values["runs"]) == 2, other
    assert command("untag", noted.run_id, "room", "--json").values["tags"] == {"checked": ""}


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (("tag", "cnnlab.owner=me"), "cnnlab.owner"),
        (("tag", "=3"), "begin with a letter"),
        (("untag", "nothing"), "nothing"),
        (("note", "x" * 5001), "5000"),
        (("register", "--name", "a/b"), "a/b"),
    ],
)
def test_what_cannot_be_is_one_line(noted: Journal, asked: tuple[str, ...], part: str) -> None:
    done = command(asked[0], noted.run_id, *asked[1:])
    assert (done.status, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert part in done.err


@pytest.mark.parametrize("name", ["note", "tag", "untag", "register"])
def test_an_unknown_run_is_one_line(home: Home, name: str) -> None:
    more = {"register": ("--name", "model"), "note": ()}.get(name, ("label",))
    done = command(name, "f" * 32, *more)
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_run_is_registered_promoted_and_moved_back(run: str) -> None:
    done = command("register", run, "--name", "digits", "--json")
    assert done.status == 0, done.err
    assert (done.values["version"], done.values["run_id"], done.values["address"]) == (1, run, "models:/digits/1")
    assert command("register", run, "--name", "digits", "--json").values["version"] == 1, "the same run once"
    assert command("promote", "digits", 1, "--json").values["version"] == 1
    (listed,) = command("models", "--json").values["models"]
    assert (listed["aliases"], listed["address"]) == (["champion"], "models:/digits@champion")
    assert command("promote", "digits", "--json").values["version"] is None
    assert command("models", "--json").values["models"][0]["aliases"] == []
    refused = command("promote", "digits", 7)
    assert refused.status == 2
    assert "7" in refused.err
