"""A draft keeps what was entered, right or wrong, and says what is wrong with it."""

from __future__ import annotations

import os
import time

import pytest

from cnnlab import draft_files, drafts
from cnnlab.drafts import Draft
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home

RUN = "a" * 32


def fields(draft: Draft, home: Home) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in drafts.review(draft, home).problems]


def test_a_new_draft_is_the_default_experiment_and_ready(home: Home) -> None:
    review = drafts.review(Draft(), home)
    assert review.ready
    assert review.experiment == Experiment()


def test_a_change_makes_a_copy() -> None:
    before = Draft()
    after = before.changed({"training.epochs": 3, "data.augmentation.rotation": 10})
    assert (before["training.epochs"], after["training.epochs"]) == (30, 3)
    assert after["data.augmentation.rotation"] == 10
    assert before["data.augmentation.rotation"] == 0


def test_what_is_out_of_range_and_what_does_not_go_together_are_said_at_once(home: Home) -> None:
    draft = Draft().changed(
        {
            "training.epochs": 0,
            "training.learning_rate": "fast",
            "model.options": {"dropout": 7},
            "training.batch_size": 6000,
        }
    )
    assert set(fields(draft, home)) >= {
        ("training.epochs", "too_small"),
        ("training.learning_rate", "not_a_number"),
        ("training.batch_size", "larger_than_split"),
        ("model.options.dropout", "too_large"),
    }
    assert drafts.review(draft, home).experiment is None


@pytest.mark.parametrize("cleared", [None, ""])
def test_a_cleared_field_is_empty_and_not_a_wrong_number(home: Home, cleared: object) -> None:
    assert fields(Draft().changed({"training.batch_size": cleared}), home) == [("training.batch_size", "empty")]


def test_a_field_that_may_be_empty_is_no_problem(home: Home) -> None:
    assert drafts.review(Draft().changed({"data.image_size": None, "data.channels": None}), home).ready


def test_written_and_read_with_its_wrong_values_and_its_parent(home: Home) -> None:
    draft_id = draft_files.new_id()
    draft = Draft(parent=RUN).changed(
        {"training.learning_rate": "0,0x1", "name": "día <b>1</b> 🦙", "data.dataset": ""}
    )
    drafts.write(draft, draft_id, home)
    assert drafts.read(draft_id, home) == draft


def test_two_drafts_do_not_disturb_each_other(home: Home) -> None:
    first, second = draft_files.new_id(), draft_files.new_id()
    drafts.write(Draft().changed({"training.epochs": 1}), first, home)
    drafts.write(Draft().changed({"training.epochs": 2}), second, home)
    assert [drafts.read(draft_id, home)["training.epochs"] for draft_id in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    "draft_id", ["", "../../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n", "%00" * 8, "٠" * 32]
)
def test_an_id_is_matched_before_any_file_is_opened(home: Home, draft_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts.Path, "read_text", lambda *_, **__: pytest.fail("a file was opened"))
    with pytest.raises(LabError) as caught:
        drafts.read(draft_id, home)
    assert caught.value.problem.code == "bad_draft_id"


def test_one_that_is_not_there(home: Home) -> None:
    with pytest.raises(LabError) as caught:
        drafts.read("0" * 32, home)
    assert caught.value.problem.code == "unknown_draft"


@pytest.mark.parametrize(
    "content", ["", "[]", "7", "parent: null\nvalues: 3", "values: {}", "a: &a [1]\nb: *a", "\x00", "{" * 3000]
)
def test_a_damaged_file_is_a_draft_that_is_no_longer_there(home: Home, content: str) -> None:
    draft_id = draft_files.new_id()
    drafts.write(Draft(), draft_id, home)
    (home.cache / "drafts" / f"{draft_id}.yaml").write_text(content)
    with pytest.raises(LabError) as caught:
        drafts.read(draft_id, home)
    assert caught.value.problem.code == "unknown_draft"


def test_of_another_version_every_setting_of_today_is_there_and_no_other(home: Home) -> None:
    draft_id = draft_files.new_id()
    drafts.write(Draft(), draft_id, home)
    path = home.cache / "drafts" / f"{draft_id}.yaml"
    path.write_text("parent: ../x\nvalues: {training: {epochs: 4, warp: 9}, data: 3, model: {options: [1]}, other: 1}")
    read = drafts.read(draft_id, home)
    assert read == Draft().changed({"training.epochs": 4})


def test_old_ones_are_tidied_away(home: Home) -> None:
    old, new = draft_files.new_id(), draft_files.new_id()
    for draft_id in (old, new):
        drafts.write(Draft(), draft_id, home)
    long_ago = time.time() - (draft_files.KEPT_DAYS + 1) * 86_400
    os.utime(home.cache / "drafts" / f"{old}.yaml", (long_ago, long_ago))
    drafts.tidy(home)
    assert [path.stem for path in (home.cache / "drafts").glob("*.yaml")] == [new]
