"""How good the predictions of a split are: what is on the run page, for any split."""

from __future__ import annotations

from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.run import confusion, quality


def draw(case: Case) -> None:
    confusion.draw(case.run)
    quality.draw(case.run)
