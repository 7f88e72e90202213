"""The real worker, but its network hangs within a batch: in the one after so many epochs and batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from cnnlab import session, worker
from cnnlab.training.fit import EpochResult

EPOCHS, BATCHES = 2, 1


def main(run_id: str, attempt: int, home_root: str) -> None:
    session.fit = _hanging
    worker.main(run_id, attempt, home_root)


def _hanging(*arguments: Any, **options: Any) -> Iterator[Any]:
    from cnnlab.training.fit import fit

    ended, since = 0, 0
    for event in fit(*arguments, **options):
        yield event
        ended += isinstance(event, EpochResult)
        since = 0 if isinstance(event, EpochResult) else since + 1
        if ended == EPOCHS and since == BATCHES:
            while True:  # as a call that never returns: signals are seen and change nothing
                time.sleep(1)
