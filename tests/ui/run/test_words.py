"""How far a run is, as a share."""

from __future__ import annotations

import pytest

from cnnlab.runs.journal import Progress
from cnnlab.ui.run.words import share_done


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        (None, None),
        (Progress("training"), None),
        (Progress("decoding", step=30, steps=120), 0.25),
        (Progress("training", epoch=1, epochs=10, step=0, steps=20), 0.0),
        (Progress("training", epoch=4, epochs=10, step=10, steps=20), 0.35),
        (Progress("validating", epoch=4, epochs=10, step=1, steps=5), 0.4),
        (Progress("testing", epoch=10, epochs=10, step=1, steps=5), 1.0),
        (Progress("training", epoch=11, epochs=10, step=20, steps=20), 1.0),
        (Progress("training", epoch=1, epochs=10), 0.0),
    ],
)
def test_share_done(progress: Progress | None, share: float | None) -> None:
    assert share_done(progress) == (pytest.approx(share) if share is not None else None)
