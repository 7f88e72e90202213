"""Maps by epoch: kept and read, forgotten with a lost checkpoint, and never at the cost of the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlab import session, worker
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.explain.timeline import kept as timeline
from cnnlab.explain.timeline import later as timeline_later
from cnnlab.explain.timeline.kept import Moment, Probes
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

QUICK = {"training.epochs": 3, "training.threads": 1, "training.early_stopping.patience": 0, "training.batch_size": 256}


def trained(home: Home, **changes: Any) -> Journal:
    experiment = Experiment().changed({**QUICK, **changes})
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return journal


def test_maps_come_back_as_they_were(tmp_path: Any) -> None:
    pictures = np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4, 1)
    probes = Probes((3, 5), (0, 1), ("a", "b"), pictures, "grad_cam", "body.conv2", signed=True)
    maps = np.array([[[1e-7, -2e-7], [0.5e-7, 0]], [[1e6, 0], [0, 2e6]]], np.float32)  # beyond what float16 holds
    timeline.write_probes(tmp_path, probes)
    for epoch in (1, 2):
        timeline.write_moment(tmp_path, Moment(epoch, epoch * maps, (0, 0), (0.9, 0.2)))
    found = timeline.read(tmp_path)
    assert found.epochs == [1, 2]
    assert found.probes.layer == "body.conv2"
    assert np.array_equal(found.probes.pictures, pictures)
    assert np.allclose(found.moments[0].maps, maps, rtol=1e-3)
    assert np.allclose(found.similarities(), 1)
    assert found.moments[1].predicted == (0, 0)
    moment = found.at(7)
    assert moment is not None
    assert moment.epoch == 2
    assert found.at(0) is None


def test_a_damaged_epoch_is_left_out(tmp_path: Any) -> None:
    with pytest.raises(LabError, match="no maps"):
        timeline.read(tmp_path)
    timeline.write_probes(
        tmp_path, Probes((0,), (0,), ("a",), np.zeros((1, 2, 2, 1), np.uint8), "saliency", None, False)
    )
    for epoch in (1, 2, 3):
        timeline.write_moment(tmp_path, Moment(epoch, np.ones((1, 2, 2), np.float32), (0,), (1.0,)))
    (tmp_path / "maps" / "epoch-000002.npz").write_bytes(b"no zip")
    assert timeline.read(tmp_path).epochs == [1, 3]
    timeline.forget_after(tmp_path, 1)
    assert timeline.read(tmp_path).epochs == [1]


def test_probes_are_taken_from_each_class_in_turn() -> None:
    assert timeline.probe_rows([2, 2, 0, 1, 0, 2], 5) == [2, 3, 0, 4, 1]
    assert len(timeline.probe_rows(list(range(40)), 40)) == timeline.MOST_PROBES


def test_maps_are_made_smaller_by_means() -> None:
    values = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    assert timeline.smaller(values, 2)[0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert timeline.smaller(values, 4).shape == (1, 4, 4)
    assert timeline.smaller(np.ones((1, 9, 9, 3)), 4).shape == (1, 3, 3, 3)


@pytest.mark.slow
def test_training_is_the_same_with_and_without_maps(mlflow_home: Home) -> None:
    changes = {"model.options.dropout": 0.2, "data.augmentation.rotation": 5}
    without = trained(mlflow_home, **changes)
    kept = trained(mlflow_home, **changes, **{"tracking.explain.every": 2, "tracking.explain.images": 3})
    assert without.result()["final_state_sha256"] == kept.result()["final_state_sha256"]
    assert not timeline.has_maps(without.folder)
    found = timeline.read(kept.folder)
    assert found.epochs == [1, 2, 3]  # the first, every second, the last
    assert found.moments[0].maps.shape[0] == 3
    assert kept.experiment().sha256 == without.experiment().sha256


def test_a_method_that_does_not_suit_is_a_line_in_the_log(mlflow_home: Home) -> None:
    changes = {"model.architecture": "mlp", "tracking.explain.every": 1}
    journal = trained(mlflow_home, **changes)
    assert not timeline.has_maps(journal.folder)
    assert journal.log_text().count("no more maps while it trains") == 1


@pytest.mark.slow
def test_a_resumed_run_has_each_epoch_once(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after the second epoch, its maps of the second lost and those of a third from an attempt that is gone."""
    journal = Journal.create(
        mlflow_home, Experiment().changed({**QUICK, "tracking.explain.every": 1}), worker=ProcessIdentity.own()
    )

    monkeypatch.setattr(session, "STOP_SECONDS", 0.0)  # at once: within the third epoch there are other weights

    def stop_after_two(event: Any) -> None:
        if getattr(event, "epoch", 0) == 2 and hasattr(event, "metrics"):
            journal.request_stop()

    assert worker.run(journal, 1, mlflow_home, report=stop_after_two) is RunState.STOPPED
    timeline.write_moment(journal.folder, Moment(9, np.ones((8, 2, 2), np.float32), (0,) * 8, (1.0,) * 8))
    (journal.folder / "maps" / "epoch-000002.npz").unlink()
    journal.clear_stop()
    status = journal.transition(
        RunState.STARTING, allowed=(RunState.STOPPED,), next_attempt=True, worker=ProcessIdentity.own()
    )
    assert status is not None
    assert worker.run(journal, status.attempt, mlflow_home) is RunState.FINISHED
    assert timeline.read(journal.folder).epochs == [1, 2, 3]


def test_maps_of_the_checkpoints_that_are_kept(mlflow_home: Home) -> None:
    journal = trained(mlflow_home)
    done = timeline_later.compute(journal, mlflow_home, images=4)
    found = timeline.read(journal.folder)
    assert sorted(done) == found.epochs
    assert found.epochs[-1] == 3
    assert len(found.probes.rows) == 4
    with pytest.raises(LabError, match="already"):
        timeline_later.compute(journal, mlflow_home)
