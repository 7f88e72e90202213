"""What the command line prints: sentences to stderr, results to stdout, one JSON object as the last line on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnnlab.errors import Problem
from cnnlab.i18n import translate
from cnnlab.runs.states import RunState
from cnnlab.runs.view import Run


class Output:
    """Speaks the reader's language."""

    def __init__(self, language: str, *, as_json: bool) -> None:
        self.language = language
        self.as_json = as_json

    def t(self, key: str, **params: Any) -> str:
        return translate(key, self.language, **params)

    def say(self, key: str, **params: Any) -> None:
        """A sentence for whoever watches."""
        print(self.t(key, **params), file=sys.stderr, flush=True)

    def remarks(self, sentences: Iterable[str]) -> None:
        """Sentences that are written already, a line each."""
        for sentence in sentences:
            print(_one_line(sentence), file=sys.stderr, flush=True)

    def problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            sentence = problem.sentence(self.language)
            print(_one_line(self.t("cli.error", sentence=sentence)), file=sys.stderr)

    def refused(self, problems: Sequence[Problem]) -> None:
        """``problems`` are all there is to say: for a script too."""
        self.problems(problems)
        if self.as_json:
            said = [{**problem.as_dict(), "sentence": problem.sentence(self.language)} for problem in problems]
            print(json.dumps({"problems": said}, ensure_ascii=False, default=str), flush=True)

    def result(self, values: Mapping[str, Any], text: str) -> None:
        """``values`` as JSON if that was asked for, else ``text``."""
        print(json.dumps(values, ensure_ascii=False, allow_nan=False) if self.as_json else text, flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Columns as wide as their widest cell; whatever a cell holds stays on one line."""
        cells = [[_one_line(cell) for cell in row] for row in (header, *rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        return "\n".join(lines)

    def run(self, run: Run, *, everything: bool = False) -> int:
        """A run's outcome, and the exit status that says it."""
        summary = run_summary(run, self.language)
        if everything:
            summary |= {
                "worker_pid": run.worker_pid,
                "folder": str(run.folder) if run.folder else None,
                "mlflow_run_id": run.mlflow_run_id,
                "mlflow_tracking_uri": run.mlflow_tracking_uri,
            }
        shown = {key: value for key, value in summary.items() if value not in (None, {}, "")}
        self.result(summary, "\n".join(f"{key}: {_readable(value)}" for key, value in shown.items()))
        return 1 if run.state in (RunState.FAILED, RunState.LOST) else 0


def run_summary(run: Run, language: str) -> dict[str, Any]:
    """The keys that scripts rely on."""
    result = run.result
    return {
        "run_id": run.run_id,
        "name": run.name,
        "state": run.state.value,
        "reason": run.reason.sentence(language) if run.reason else None,
        "stop_reason": run.stop_reason,
        "epochs": result.get("epochs", len(run.epochs)),
        "best_epoch": result.get("best_epoch", run.best_epoch),
        **{key: result.get(key) for key in _MEASURED},
        "validation": result.get("validation", {}),
        "test": result.get("test", {}),
    }


_MEASURED = (
    "train_seconds",
    "images_per_second",
    "parameters",
    "macs",
    "peak_memory_bytes",
    "energy_kwh",
    "energy_source",
    "co2_kg",
    "country",
    "latency_ms_1",
    "latency_ms_32",
    "weights_sha256",
    "final_state_sha256",
    "device",
    "precision",
)


def _readable(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_readable(item)}" for key, item in value.items())
    return f"{value:.4g}" if isinstance(value, float) else _one_line(str(value))


def _one_line(text: str) -> str:
    """Without line breaks and terminal control characters, which a name may hold."""
    return "".join(c if c.isprintable() or c == "\N{NARROW NO-BREAK SPACE}" else " " for c in text)
