"""``runs``, ``show``, ``stop``, ``delete``, ``restore``, ``supervisor`` and ``ui``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output, run_summary
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import control, mlflow_ui
from cnnlab.jobs import supervisor as supervisors
from cnnlab.runs.journal import Journal
from cnnlab.runs.query import Query, select
from cnnlab.runs.scores import held_out_score, validation_score
from cnnlab.runs.states import RunState
from cnnlab.runs.view import Run, foreign, listing, view

_ALL = 1_000_000


def runs(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The newest runs of this home."""
    between("--limit", arguments.limit)
    query = Query(
        states=frozenset(_state(name) for name in arguments.state),
        dataset=arguments.dataset,
        architecture=arguments.architecture,
        words=arguments.search or "",
        sort=arguments.sort,
        ascending=arguments.ascending,
        tags=tuple(arguments.tag),
    )
    narrowed = query != Query()  # else the newest are enough, and only those are read
    limit = _ALL if narrowed else arguments.limit
    others = foreign(home, limit=limit) if arguments.elsewhere else []
    found = select([*listing(home, limit=limit), *others], query)[: arguments.limit]
    columns = ("run_id", "name", "state", "dataset", "architecture", "epochs", "best_score", "test_score", "created")
    header = [output.t(f"cli.column.{column}") for column in columns]
    rows = [_row(run, output.language) for run in found]
    output.result({"runs": [_facts(run, output.language) for run in found]}, output.table(header, rows))
    return 0


def _state(name: str) -> RunState:
    if name.upper() not in RunState.__members__:
        raise LabError("unknown_state", field="--state", value=name[:80], known=", ".join(RunState.__members__))
    return RunState[name.upper()]


def _facts(run: Run, language: str) -> dict[str, object]:
    facts = {"dataset": run.dataset, "architecture": run.architecture, "created": run.created}
    facts |= {"note": run.note, "tags": dict(run.tags)}
    return {**run_summary(run, language), **facts}


def _row(run: Run, language: str) -> list[str]:
    what = [run.name, run.state.value, run.dataset or formats.UNKNOWN, run.architecture or formats.UNKNOWN]
    scores = [formats.number(value, 4, language) for _, value in (validation_score(run), held_out_score(run))]
    return [run.run_id, *what, str(run.done_epochs), *scores, formats.moment(run.created, language)]


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
    if state.is_active:
        supervisors.ensure(home)  # who ends a worker that does not follow
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


def mlflow(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Starts, finds or stops MLflow's own pages."""
    if arguments.action == "stop":
        mlflow_ui.stop(home)
    server = mlflow_ui.start(home) if arguments.action == "start" else mlflow_ui.find(home)
    if server is None:
        output.result({"address": None, "pid": None}, output.t("cli.mlflow.stopped"))
        return 0
    pid = server.process.pid if server.process else None
    output.result({"address": server.address, "pid": pid}, output.t("cli.mlflow.address", address=server.address))
    return 0
