"""Which runs are listed, in which order."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.runs.query import SORTS, Query, select
from cnnlab.runs.run import Run
from cnnlab.runs.scores import headline, held_out_score, validation_score
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from tests.pages import made_runs


@pytest.fixture
def runs(home: Home) -> list[Run]:
    made_runs.finished(home, "faces", best=9)
    made_runs.finished(home, "Faces-2", **{"model.architecture": "resnet8"})
    made_runs.failed(home, "too-fast")
    made_runs.queued(home, "later", **{"data.dataset": "shapes"})
    return listing(home)


def names(found: list[Run]) -> list[str]:
    return [run.name for run in found]


def test_nothing_asked_for_is_everything_newest_first(runs: list[Run]) -> None:
    assert names(select(runs, Query())) == ["later", "too-fast", "Faces-2", "faces"]


def test_filters(runs: list[Run]) -> None:
    assert names(select(runs, Query(states=frozenset({RunState.FAILED, RunState.QUEUED})))) == ["later", "too-fast"]
    assert names(select(runs, Query(dataset="shapes"))) == ["later"]
    assert names(select(runs, Query(architecture="resnet8"))) == ["Faces-2"]
    assert names(select(runs, Query(words="FACES digits"))) == ["Faces-2", "faces"]
    assert names(select(runs, Query(words=runs[0].run_id))) == [runs[0].name]
    assert names(select(runs, Query(words="nowhere"))) == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("ascending", [True, False])
def test_sorting_keeps_all_and_puts_the_unknown_last(runs: list[Run], sort: str, ascending: bool) -> None:
    found = select(runs, Query(sort=sort, ascending=ascending))
    assert sorted(names(found)) == sorted(names(runs))
    if sort == "validation":
        best = [validation_score(run)[1] for run in found]
        assert best[2:] == [None, None]
        assert best[:2] == sorted(best[:2], reverse=not ascending)  # type: ignore[type-var]


def test_an_unknown_sort_says_which_there_are(runs: list[Run]) -> None:
    with pytest.raises(LabError) as caught:
        select(runs, Query(sort="luck"))
    assert "validation" in caught.value.problem.params["known"]


def test_scores(runs: list[Run]) -> None:
    by_name = {run.name: run for run in runs}
    assert held_out_score(by_name["faces"]) == ("test_accuracy", 0.9778)
    assert held_out_score(by_name["later"]) == validation_score(by_name["later"]) == ("", None)
    best = by_name["faces"].best_record
    assert best is not None
    assert validation_score(by_name["faces"]) == ("val_accuracy", best["val_accuracy"])
    assert headline(["train_loss", "val_loss"]) == "val_loss"
