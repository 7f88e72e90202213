"""Reviews: kept in the run's folder whatever MLflow does, told to it when it can be, taken back by one step."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, publisher, reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import write_position
from cnnlab.runs.reviews import LONGEST_NOTE, STATES, Image, Review, write_review
from tests.runs.publishing import end, epoch, published, started

HOSTILE = '<script>alert(1)</script> \u202eabc "quoted" ñ 漢字 {x} `*_[]()'


@pytest.fixture
def told(mlflow_home: Home) -> Journal:
    """A run that MLflow has."""
    journal = started(mlflow_home)
    journal.append_epoch(epoch(1))
    end(journal)
    assert publisher.repair(mlflow_home, journal.run_id)
    return journal


def tags_of(home: Home, journal: Journal) -> dict[str, dict[str, Any]]:
    said = published(home, journal)[1].data.tags
    return {name: json.loads(value) for name, value in said.items() if name.startswith(reviews.TAG)}


def test_a_review_is_kept_and_told(told: Journal, mlflow_home: Home) -> None:
    write_review(told, 7, "label_wrong", f"  {HOSTILE}\n")
    write_review(told, 12, "unsure")
    found = reviews.reviews(told)
    assert (found[7].state, found[7].note) == ("label_wrong", HOSTILE)
    assert reviews.states(found) == {7: "label_wrong", 12: "unsure"}
    assert reviews.waiting(told) == {Image("test", 7), Image("test", 12)}
    assert reviews.publish(told, mlflow_home)
    assert reviews.waiting(told) == set()
    said = tags_of(mlflow_home, told)
    assert said["cnnlab.review.7"]["note"] == HOSTILE
    assert said["cnnlab.review.12"]["state"] == "unsure"

    write_review(told, 12, reviews.NONE)
    assert 12 not in reviews.reviews(told)
    assert reviews.publish(told, mlflow_home)
    assert set(tags_of(mlflow_home, told)) == {"cnnlab.review.7"}


def test_the_longest_note_fits_a_tag(told: Journal, mlflow_home: Home) -> None:
    note = "漢" * LONGEST_NOTE
    write_review(told, 0, "ambiguous", note)
    assert reviews.publish(told, mlflow_home)
    assert tags_of(mlflow_home, told)["cnnlab.review.0"]["note"] == note


def test_undo_takes_back_the_last_change_and_no_more(home: Home) -> None:
    journal = started(home)
    assert reviews.undo(journal) is None
    write_review(journal, 3, "unsure", "first")
    write_review(journal, 3, "ambiguous", "second")
    assert reviews.undoable(journal) == Image("test", 3)
    assert reviews.undo(journal) == Image("test", 3)
    assert reviews.reviews(journal)[3].note == "first"
    assert reviews.undoable(journal) is None
    assert reviews.undo(journal) is None
    write_review(journal, 4, "unsure")
    assert reviews.undo(journal) == Image("test", 4)
    assert set(reviews.reviews(journal)) == {3}


def test_a_held_database_loses_nothing(told: Journal, mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write_review(told, 5, "ambiguous", "kept")

    def away(home: Home) -> None:
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow_store, "connect", away)
        with pytest.raises(sqlite3.OperationalError):
            reviews.publish(told, mlflow_home)
    assert reviews.reviews(told)[5].note == "kept"
    assert publisher.incomplete(mlflow_home) == [told.run_id]
    assert publisher.repair_all(mlflow_home) == []
    assert tags_of(mlflow_home, told)["cnnlab.review.5"]["note"] == "kept"
    assert publisher.incomplete(mlflow_home) == []


def test_a_store_that_knows_nothing_is_told_everything(told: Journal, mlflow_home: Home) -> None:
    write_review(told, 1, "unsure")
    assert reviews.publish(told, mlflow_home)
    position = {"mlflow_run_id": "x", "mlflow_tracking_uri": "https://elsewhere.example"}
    write_position(told.folder, position)
    assert reviews.waiting(told) == {Image("test", 1)}
    assert not reviews.publish(told, mlflow_home)  # that store is not this process's


def test_a_run_that_mlflow_does_not_have_yet_waits(home: Home) -> None:
    journal = started(home)
    write_review(journal, 0, "unsure")
    assert not reviews.publish(journal, home)
    assert reviews.waiting(journal) == {Image("test", 0)}


def test_what_changes_while_it_is_told_is_told_again(
    told: Journal, mlflow_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_review(told, 2, "unsure", "old")
    tell = reviews._tell

    def slowly(*arguments: object) -> None:
        tell(*arguments)  # type: ignore[arg-type]
        write_review(told, 2, "ambiguous", "new")

    with monkeypatch.context() as patch:
        patch.setattr(reviews, "_tell", slowly)
        assert not reviews.publish(told, mlflow_home)
    assert reviews.publish(told, mlflow_home)
    assert tags_of(mlflow_home, told)["cnnlab.review.2"]["note"] == "new"


def test_two_who_review_at_once_lose_nothing(home: Home) -> None:
    journal = started(home)
    threads = [
        threading.Thread(target=lambda first=first: [write_review(journal, first + 4 * i, "unsure") for i in range(5)])
        for first in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(reviews.reviews(journal)) == set(range(20))


@pytest.mark.parametrize(
    ("state", "note", "code"),
    [
        ("wrong", "", "unknown_review_state"),
        ("x" * 500, "", "unknown_review_state"),
        ("unsure", "x" * 1001, "too_long"),
    ],
)
def test_what_can_not_be_kept_is_refused(home: Home, state: str, note: str, code: str) -> None:
    journal = started(home)
    with pytest.raises(LabError) as refused:
        write_review(journal, 0, state, note)
    assert refused.value.problem.code == code
    assert reviews.reviews(journal) == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"reviews": {"x": 1}}', '{"reviews": [1], "waiting": 3}'])
def test_damaged_reviews_are_one_sentence_and_stay(mlflow_home: Home, content: str) -> None:
    journal = started(mlflow_home)
    path = Path(journal.folder, reviews.FILE)
    path.write_text(content)
    for attempt in (reviews.reviews, reviews.undo, lambda run: write_review(run, 0, STATES[0])):
        with pytest.raises(LabError) as damaged:
            attempt(journal)
        assert damaged.value.problem.code == "reviews_damaged"
    assert path.read_text() == content
    assert reviews.waiting(journal) == set()


def test_half_a_character_from_a_terminal(home: Home) -> None:
    journal = started(home)
    assert write_review(journal, 0, "unsure", "a\udcffb") == Review("unsure", "a?b", reviews.reviews(journal)[0].time)


def test_images_of_other_splits_and_their_tags(told: Journal, mlflow_home: Home) -> None:
    write_review(told, 7, "unsure")
    review = write_review(told, 7, "", "see 9", tags=["room = 3", "checked", "room=4"], split="validation")
    assert review.tags == ("checked", "room=4")
    assert set(reviews.reviews(told)) == {7}
    assert reviews.reviews(told, "validation") == {7: review}
    assert set(reviews.every(told)) == {Image("test", 7), Image("validation", 7)}
    assert reviews.publish(told, mlflow_home)
    said = tags_of(mlflow_home, told)
    assert set(said) == {"cnnlab.review.7", "cnnlab.review.validation.7"}
    assert said["cnnlab.review.validation.7"]["tags"] == ["checked", "room=4"]
    assert reviews.undo(told) == Image("validation", 7)
    assert reviews.reviews(told, "validation") == {}
    assert reviews.publish(told, mlflow_home)
    assert set(tags_of(mlflow_home, told)) == {"cnnlab.review.7"}


@pytest.mark.parametrize(
    ("tags", "code"),
    [(["a/b"], "bad_tag"), (["mlflow.x"], "bad_tag"), (["x=" + "y" * 300], "too_long"), ([""], "bad_tag")],
)
def test_tags_that_can_not_be_kept(home: Home, tags: list[str], code: str) -> None:
    journal = started(home)
    with pytest.raises(LabError) as refused:
        write_review(journal, 0, "", tags=tags)
    assert refused.value.problem.code == code
    with pytest.raises(LabError) as many:
        write_review(journal, 0, "", tags=[f"t{number}" for number in range(11)])
    assert many.value.problem.code == "too_many_image_tags"
    assert reviews.every(journal) == {}


@pytest.mark.parametrize("note", ["漢" * LONGEST_NOTE, "a" + "\x01" * (LONGEST_NOTE - 2) + "b"])
def test_the_fullest_review_fits_a_tag_of_mlflow(told: Journal, mlflow_home: Home, note: str) -> None:
    slashes = "\\" * 250
    write_review(told, 0, "network_fault", note, tags=[f"{n}{'n' * 78}={slashes}" for n in range(10)], split="train")
    assert reviews.publish(told, mlflow_home)
    said = tags_of(mlflow_home, told)["cnnlab.review.train.0"]
    assert len(said["tags"]) == 10
    assert note.startswith(said["note"])


def test_reviews_of_earlier_versions_are_read(home: Home) -> None:
    journal = started(home)
    old = {"state": "unsure", "note": "", "time": 1.0}
    stored = {"reviews": {"3": old}, "waiting": [3], "told": "", "before": [3, old]}
    (journal.folder / reviews.FILE).write_text(json.dumps(stored))
    assert reviews.reviews(journal) == {3: Review("unsure", "", 1.0)}
    assert reviews.undoable(journal) == Image("test", 3)
