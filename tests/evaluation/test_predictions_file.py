"""A file of predictions that was damaged on the disk is one sentence, and never other numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.errors import RunError
from cnnlab.evaluation.predictions import read_predictions, write_predictions
from cnnlab.tasks.base import Predictions


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "predictions" / "test.parquet"
    columns = {"label": list(range(500)), "probabilities": [[k / 500, 1 - k / 500] for k in range(500)]}
    write_predictions(path, [Predictions(list(range(500)), columns)])
    return path


def test_what_is_written_is_read(path: Path) -> None:
    found = read_predictions(path)
    assert found["label"] == list(range(500))
    assert found["probabilities"][1] == pytest.approx([0.002, 0.998])
    assert set(read_predictions(path, without=("probabilities",))) == {"index", "label"}


def test_a_missing_file_is_missing(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_predictions(path.with_name("train.parquet"))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_torn_file_is_damaged(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(RunError) as caught:
        read_predictions(path)
    assert caught.value.problems[0].code == "predictions_damaged"


def test_a_flipped_bit_never_gives_other_numbers(path: Path) -> None:
    """In the pages the checksum finds it; in the footer it may fall into what nobody reads."""
    content, truth = path.read_bytes(), read_predictions(path)
    found = 0
    for place in range(4, len(content) - 8, 41):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        try:
            assert read_predictions(path) == truth
        except RunError:
            found += 1
    assert found > 0
