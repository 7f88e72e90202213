"""How ``pytest -n`` shares the tests out: whole files, and those that watch processes or clocks one at a time."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

ONE_AT_A_TIME = ("tests/e2e/", "tests/faults/", "tests/jobs/")
"""Their supervisors, workers and browsers have deadlines, which two of them at once on two cores could miss."""


class ByFile(LoadScopeScheduling):
    """A file goes to one worker, in the order of the collection: what it builds for all its tests is built once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "one at a time" if file.startswith(ONE_AT_A_TIME) else file
