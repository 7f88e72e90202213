"""Notes and tags of a run: the folder is the truth, MLflow is told, and what was written there stays."""

from __future__ import annotations

import random
import string

import pytest

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home
from cnnlab.runs import labels, labels_published, mlflow_store
from cnnlab.runs.publisher import incomplete, repair
from cnnlab.runs.query import Query, select
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign, listing
from tests.runs.publishing import end, published, started


def test_notes_and_tags_are_kept_and_taken_back(home: Home) -> None:
    journal = started(home)
    labels.write_note(journal, "  the **first** good one\n<b>ñ 🦉</b> ")
    assert labels.labels(journal).note == "the **first** good one\n<b>ñ 🦉</b>"
    labels.write_tag(journal, "checked")
    labels.write_tag(journal, " room = 3=b ")
    assert labels.words(labels.labels(journal).tags) == ["checked", "room=3=b"]
    labels.remove_tag(journal, "checked")
    assert labels.can_undo(journal)
    assert labels.undo(journal)
    assert set(labels.labels(journal).tags) == {"checked", "room"}
    assert not labels.undo(journal)  # one step, as the page offers it


@pytest.mark.parametrize(
    "text", ["", "=3", "mlflow.user=me", "CNNLAB.state=FINISHED", "a/b", "../x", "a" * 81, "x=a\nb", "-x", "😀"]
)
def test_bad_tags_are_one_sentence(home: Home, text: str) -> None:
    journal = started(home)
    with pytest.raises(LabError) as caught:
        labels.write_tag(journal, text)
    assert caught.value.problem.code == "bad_tag"
    assert caught.value.problem.sentence("es")
    assert labels.labels(journal) == labels.Labels()


def test_limits(home: Home) -> None:
    journal = started(home)
    for write, text, code in (
        (labels.write_note, "x" * (labels.LONGEST_NOTE + 1), "too_long"),
        (labels.write_tag, "x=" + "y" * (labels.LONGEST_VALUE + 1), "too_long"),
        (labels.remove_tag, "never", "no_such_tag"),
    ):
        with pytest.raises(LabError) as caught:
            write(journal, text)
        assert caught.value.problem.code == code
    for number in range(labels.MOST_TAGS):
        labels.write_tag(journal, f"t{number}")
    with pytest.raises(LabError, match="40 tags"):
        labels.write_tag(journal, "one_more")
    (journal.folder / labels.FILE).write_text("{")
    with pytest.raises(RunError, match="damaged"):
        labels.labels(journal)
    assert listing(home)[0].tags == {}


def test_runs_are_found_by_tag_and_by_words_of_the_note(home: Home) -> None:
    first, second = started(home, name="a"), started(home, name="b")
    labels.write_tag(first, "room=3")
    labels.write_tag(second, "room=4")
    labels.write_note(second, "Too bright")

    def names(**asked: object) -> list[str]:
        return [run.name for run in select(listing(home), Query(**asked))]  # type: ignore[arg-type]

    assert names(tags=("room=3",)) == ["a"]
    assert set(names(tags=("room",))) == {"a", "b"}
    assert names(tags=("room", "checked")) == []
    assert names(words="bright") == ["b"]
    assert names(words="room=4") == ["b"]


def test_what_is_typed_is_either_refused_or_kept_as_it_is(home: Home) -> None:
    journal, draw = started(home), random.Random(0)
    for _ in range(200):
        text = "".join(draw.choice(string.printable + "ñ漢=. -") for _ in range(draw.randint(1, 12)))
        try:
            found = labels.parse(text)
        except LabError:
            continue
        labels.write_tag(journal, text)
        assert labels.labels(journal).tags[found[0]] == found[1]
        assert labels.parse(labels.words(dict([found]))[0]) == found
        labels.remove_tag(journal, found[0])


def test_mlflow_is_told_and_what_was_changed_there_stays(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    end(journal, RunState.STOPPED)
    labels.write_note(journal, "mine")
    labels.write_tag(journal, "room=3")
    labels.write_tag(journal, "checked")
    assert labels.waiting(journal)
    assert repair(mlflow_home, journal.run_id)
    assert incomplete(mlflow_home) == []
    client, run = published(mlflow_home, journal)
    said = run.data.tags
    assert (said["room"], said["checked"], said["cnnlab.note"]) == ("3", "", "mine")
    assert said["mlflow.note.content"].startswith("mine\n\n---\n\n")

    client.set_tag(run.info.run_id, "room", "changed in MLflow")
    client.set_tag(run.info.run_id, "mlflow.note.content", "written in MLflow")
    client.set_tag(run.info.run_id, "theirs", "x")
    labels.write_tag(journal, "room=5")
    labels.write_note(journal, "mine, again")
    labels.remove_tag(journal, "checked")
    assert incomplete(mlflow_home) == [journal.run_id]
    assert repair(mlflow_home, journal.run_id)
    said = published(mlflow_home, journal)[1].data.tags
    assert said["room"] == "changed in MLflow"
    assert said["mlflow.note.content"] == "written in MLflow"
    assert said["cnnlab.note"] == "mine, again"
    assert said["theirs"] == "x"
    assert "checked" not in said
    assert labels.apart(journal) == ("room", "note")
    assert labels.labels(journal).tags == {"room": "5"}
    assert incomplete(mlflow_home) == []

    journal.folder.rename(mlflow_home.root / "gone")
    (elsewhere,) = foreign(mlflow_home)
    assert elsewhere.note == "mine, again"
    assert elsewhere.tags == {"room": "changed in MLflow", "theirs": "x"}


def test_a_store_that_is_away_loses_nothing(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = started(mlflow_home)
    end(journal, RunState.STOPPED)
    assert repair(mlflow_home, journal.run_id)

    def away(_: Home) -> None:
        raise OSError("away")

    labels.write_note(journal, "kept")
    with monkeypatch.context() as patch:
        patch.setattr(mlflow_store, "connect", away)
        with pytest.raises(OSError, match="away"):
            labels_published.publish(journal, mlflow_home)
    assert labels.labels(journal).note == "kept"
    assert incomplete(mlflow_home) == [journal.run_id]
    assert labels_published.publish(journal, mlflow_home)
    assert incomplete(mlflow_home) == []


def test_what_runs_can_be_asked_for() -> None:
    every = [{"room": "3", "checked": ""}, {"room": "4"}, {}, *({"id": str(number)} for number in range(60))]
    assert labels.occurring(every) == ["checked", "id", "room", "room=3", "room=4"]
    assert labels.occurring([]) == []
