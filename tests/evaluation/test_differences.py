"""Which runs can be compared image by image."""

from __future__ import annotations

from cnnlab.evaluation.differences import pairs_of
from cnnlab.home import Home
from tests.pages import made_runs
from tests.runs.test_comparison import answered


def test_runs_without_predictions_are_in_no_pair(home: Home) -> None:
    folders = [made_runs.failed(home).folder, answered(home, "a", 3).folder, None, answered(home, "b", 9).folder]
    (pair,) = pairs_of(folders)
    assert (pair.first, pair.second, pair.images, pair.only_first, pair.only_second) == (1, 3, 60, 6, 0)


def test_other_images_are_not_compared(home: Home) -> None:
    assert pairs_of([answered(home, "a", 3).folder, answered(home, "b", 9, images=50).folder]) == []
    assert pairs_of([answered(home, "a", 3).folder]) == []
    assert pairs_of([]) == []


def test_a_damaged_file_is_no_result(home: Home) -> None:
    journals = [answered(home, "a", 3), answered(home, "b", 9)]
    (journals[0].folder / "predictions" / "test.parquet").write_bytes(b"PAR1 no")
    assert pairs_of([journal.folder for journal in journals]) == []
