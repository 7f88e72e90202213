"""The runs that a command looks at together."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.runs.comparison import MOST
from cnnlab.runs.run import Run
from cnnlab.runs.view import view


def several_runs(given: Sequence[str], home: Home) -> list[Run]:
    """Each once. Raises ``RunError``: "too_few_runs", "too_many_runs", and what ``view`` raises."""
    ids = list(dict.fromkeys(given))
    if len(ids) < 2:
        raise RunError("too_few_runs", field="RUN", value=len(ids))
    if len(ids) > MOST:
        raise RunError("too_many_runs", field="RUN", value=len(ids), limit=MOST)
    return [view(home, run_id) for run_id in ids]
