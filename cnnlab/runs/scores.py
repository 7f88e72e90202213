"""The one validation and the one test metric by which a run is told from others."""

from __future__ import annotations

from collections.abc import Iterable

from cnnlab.runs.run import Run

Score = tuple[str, float | None]  # name with its split, value


def headline(names: Iterable[str], split: str = "val") -> str | None:
    """The metric of ``split`` that says most to a reader: the first that is not a loss, else the loss."""
    of_split = [name for name in names if name.startswith(f"{split}_")]
    return next((name for name in of_split if "loss" not in name), next(iter(of_split), None))


def validation_score(run: Run) -> Score:
    """In the best epoch: ("val_accuracy", 0.97); ("", None) before the first epoch."""
    name = headline(run.last)
    return ("", None) if name is None else (name, (run.best_record or run.last).get(name))


def held_out_score(run: Run) -> Score:
    """("test_accuracy", 0.96); ("", None) where the test split was not measured."""
    test = {f"test_{name}": value for name, value in (run.result.get("test") or {}).items()}
    name = headline(test, "test")
    return ("", None) if name is None else (name, test[name])
