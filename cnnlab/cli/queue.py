"""``runs``, ``show``, ``stop``, ``delete``, ``restore``, ``supervisor`` and ``ui``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from cnnlab.cli.output import Output, run_summary
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import control
from cnnlab.jobs import supervisor as supervisors
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import Run, listing, view


def runs(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The newest runs of this home."""
    if arguments.limit < 1:
        raise LabError("too_small", field="--limit", value=arguments.limit, limit=1)
    found = listing(home, limit=arguments.limit)
    columns = ("run_id", "name", "state", "dataset", "architecture", "epochs", "created")
    header = [output.t(f"cli.column.{column}") for column in columns]
    rows = [_row(run, output.language) for run in found]
    output.result({"runs": [_facts(run, output.language) for run in found]}, output.table(header, rows))
    return 0


def _facts(run: Run, language: str) -> dict[str, object]:
    facts = {"dataset": run.dataset, "architecture": run.architecture, "created": run.created}
    return {**run_summary(run, language), **facts}


def _row(run: Run, language: str) -> list[str]:
    moment = formats.moment(run.created, language)
    name_and_state = [run.run_id, run.name, run.state.value]
    return [*name_and_state, run.dataset or "–", run.architecture or "–", str(len(run.epochs)), moment]


def show(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """One run: its state and what came out, or its description as YAML."""
    if arguments.yaml:
        experiment = Journal.open(home, arguments.run).experiment()
        output.result(experiment.to_dict(), experiment.to_yaml().rstrip())
        return 0
    output.run(view(home, arguments.run), everything=True)
    return 0


def stop(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    state = control.stop(arguments.run, home)
    output.result({"run_id": arguments.run, "state": state.value}, state.value)
    return 0


def delete(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    control.delete(arguments.run, home)
    output.result({"run_id": arguments.run}, output.t("cli.deleted", run_id=arguments.run))
    return 0


def restore(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    control.restore(arguments.run, home)
    output.result({"run_id": arguments.run}, output.t("cli.restored", run_id=arguments.run))
    return 0


def supervisor(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Says whether the supervisor runs and what it does; starts or stops it."""
    if arguments.action == "start":
        supervisors.ensure(home)
    elif arguments.action == "stop":
        supervisors.shutdown(home)
    status = supervisors.status(home)
    output.result(status, "\n".join(f"{key}: {value}" for key, value in status.items()))
    return 0


def ui(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    """The dashboard, on this machine only."""
    app = Path(__file__).resolve().parents[2] / "app.py"
    if not app.is_file():
        raise LabError("app_missing", value=str(app))
    return subprocess.call([sys.executable, "-m", "streamlit", "run", str(app)], cwd=app.parent)
