from __future__ import annotations

import math

from cnnlab.training.early_stopping import EarlyStopping
from cnnlab.training.schedules import Plateau


def test_stops_after_patience_epochs_without_improvement() -> None:
    stop = EarlyStopping(patience=2)
    assert [stop(x) for x in (3, 2, 2, 2)] == [False, False, False, True]
    assert (stop.best, stop.best_epoch, stop.waited) == (2, 2, 2)


def test_a_smaller_change_than_min_delta_is_no_improvement() -> None:
    stop = EarlyStopping(patience=1, min_delta=0.5)
    assert [stop(x) for x in (3.0, 2.6)] == [False, True]


def test_more_can_be_better() -> None:
    stop = EarlyStopping(patience=1, mode="max")
    assert [stop(x) for x in (0.5, 0.6, 0.6)] == [False, False, True]
    assert stop.best_epoch == 2


def test_patience_zero_never_stops_and_still_knows_the_best() -> None:
    stop = EarlyStopping(patience=0)
    assert not any(stop(x) for x in (1, 2, 3, 4))
    assert stop.best_epoch == 1


def test_nan_is_no_improvement() -> None:
    stop = EarlyStopping(patience=1)
    assert stop(math.nan)
    assert stop.best is None


def test_state_goes_round() -> None:
    stop = EarlyStopping(patience=2)
    stop(3.0)
    stop(4.0)
    again = EarlyStopping.from_state(stop.state_dict())
    assert again == stop
    assert again(5.0)


def test_plateau_lowers_the_rate_when_nothing_improves() -> None:
    plateau = Plateau(factor=0.1, patience=1)
    for value in (1.0, 1.0):
        plateau(value)
    assert plateau.scale == 1.0
    plateau(1.0)
    assert math.isclose(plateau.scale, 0.1)
    assert Plateau.from_state(plateau.state_dict()) == plateau
