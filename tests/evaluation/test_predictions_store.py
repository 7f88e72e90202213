"""Nothing runs inference twice: predictions are measured once for each split and weights, whoever asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest

from cnnlab.cli import main
from cnnlab.data.splits import SplitIndex
from cnnlab.errors import RunError
from cnnlab.evaluation import evaluate
from cnnlab.evaluation.evaluate import evaluate_split, split_predictions
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.predictions import SPLITS, file_of, origin_of
from cnnlab.evaluation.report import report_of
from cnnlab.evaluation.stored import is_current, weights_name
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.training.measure import measuring
from tests.evaluation.made_weights import half_right, untrained


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many samples each pass through a network had."""
    seen: list[int] = []

    def counted(network, samples, *arguments, **named):  # type: ignore[no-untyped-def]
        seen.append(len(samples))
        return measuring(network, samples, *arguments, **named)

    monkeypatch.setattr(evaluate, "measuring", counted)
    return seen


@pytest.fixture
def run(home: Home) -> Journal:
    return untrained(home)


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_is_measured_once_whoever_asks(
    home: Home, run: Journal, passes: list[int], split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = evaluate_split(run, home, split)
    found = judged(run, home, split=split)
    columns = split_predictions(run, home, split)
    assert main(["evaluate", run.run_id, "--split", split, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert passes == [len(found)] == [len(columns["label"])]
    assert said[split] == evaluate_split(run, home, split) == metrics
    assert metrics["accuracy"] == pytest.approx(found.right.mean())


def test_a_file_says_what_it_was_measured_with(home: Home, run: Journal) -> None:
    metrics = evaluate_split(run, home, "validation")
    found = origin_of(run.folder / file_of("validation"))
    assert found is not None
    assert found.weights == weights_name(run.folder)
    assert found.split == SplitIndex.load(run.folder / "split.npz").fingerprint
    assert found.metrics == metrics
    with pytest.raises(FileNotFoundError):
        origin_of(run.folder / file_of("train"))


def test_other_weights_and_another_split_are_measured_anew(home: Home, run: Journal, passes: list[int]) -> None:
    judged(run, home)
    stamp = run.checkpoints / "best.safetensors.sha256"
    path, rows = run.folder / file_of("test"), len(passes)
    stated = pq.read_table(path)
    meta = json.loads(stated.schema.metadata[b"cnnlab"])
    for change in ({"weights": "of another"}, {"split": "0" * 16}):
        pq.write_table(stated.replace_schema_metadata({b"cnnlab": json.dumps(meta | change)}), path)
        assert not is_current(run.folder, "test")
        assert report_of(run.folder) is None  # never the numbers of others
        judged(run, home)
        rows += 1
        assert len(passes) == rows
        assert is_current(run.folder, "test")
    assert stamp.is_file()


def test_numbers_stay_where_weights_are_gone(home: Home, run: Journal, passes: list[int]) -> None:
    judged(run, home)
    for path in run.checkpoints.iterdir():
        path.unlink()
    assert len(judged(run, home)) == 270
    assert evaluate_split(run, home, "test")
    assert len(passes) == 1


def test_a_file_of_an_earlier_version_is_believed(home: Home, run: Journal, passes: list[int]) -> None:
    half_right(run, home)
    assert origin_of(run.folder / file_of("test")) is None
    found = judged(run, home)
    assert 0.3 < found.right.mean() < 0.9
    assert evaluate_split(run, home, "test")["accuracy"] == pytest.approx(found.right.mean())
    assert passes == []


def test_two_who_ask_at_once_share_one_pass(home: Home, run: Journal, passes: list[int]) -> None:
    threads = [threading.Thread(target=judged, args=(run, home), kwargs={"split": "validation"}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passes) == 1


def test_a_file_whose_statement_is_no_such_thing_is_damaged(home: Home, run: Journal, passes: list[int]) -> None:
    judged(run, home)
    path = run.folder / file_of("test")
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"cnnlab": b"[]"}), path)
    with pytest.raises(RunError) as caught:
        origin_of(path)
    assert caught.value.problem.code == "predictions_damaged"
    judged(run, home)
    assert len(passes) == 2


def test_a_pass_that_is_cancelled_leaves_nothing(home: Home, run: Journal) -> None:
    class LeftError(Exception):
        pass

    def leave(phase: str, _done: int, _total: int) -> None:
        if phase == "progress.predicting":
            raise LeftError

    with pytest.raises(LeftError):
        judged(run, home, split="train", progress=leave)
    assert not (run.folder / file_of("train")).exists()
