"""How far a command is, on stderr where somebody watches."""

from __future__ import annotations

import sys
from typing import Any

from cnnlab.cli.output import Output


def bar() -> Any:
    """A ``tqdm`` without a length that leaves nothing behind and is silent where nobody watches."""
    from tqdm import tqdm

    return tqdm(total=0, file=sys.stderr, leave=False, disable=None)


class ProgressBar:
    """A progress callback (see ``cnnlab.data.types.Progress``): a bar of its own for each phase."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bar: Any = None
        self._phase = ""

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, phase: str, done: int, total: int) -> None:
        if self._bar is None or phase != self._phase:
            self.__exit__()
            self._bar, self._phase = bar(), phase
            self._bar.set_description_str(self._output.t(phase))
        self._bar.total = total
        self._bar.update(done - self._bar.n)
