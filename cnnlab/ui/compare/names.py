"""What the compared runs are called: short enough for a heading, and no two alike."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.runs.run import Run
from cnnlab.ui.text import distinct


def names_of(runs: Sequence[Run], longest: int = 40) -> list[str]:
    """One name a run, as it was typed: to be made ``plain`` where Markdown is read."""
    shortened = {run.run_id: short(run.name, longest) for run in runs}
    return list(distinct(shortened).values())


def short(name: str, longest: int) -> str:
    words = " ".join(name.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
