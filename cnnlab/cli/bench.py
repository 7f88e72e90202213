"""``bench``: what is measured on this machine."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from cnnlab.bench import architectures as bench
from cnnlab.bench import report
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.home import Home, write_atomically
from cnnlab.system import usable_cores

# before torch is imported: threads that wait by spinning starve each other on few cores
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def architectures(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Trains each network once and writes what it reached; goes on where an earlier call with this file ended."""
    plan = _plan(arguments)
    names = bench.chosen([name.strip() for name in (arguments.networks or "").split(",") if name.strip()])
    out = Path(arguments.out) if arguments.out else home.ensure().root / "benchmarks" / "architectures.md"
    out.parent.mkdir(parents=True, exist_ok=True)
    before = bench.of_plan(bench.stored(out.with_suffix(".json")), plan)
    rows = {row.network: row for row in before}
    with ProgressBar(output) as bar:
        measured = bench.run(names, plan, home.ensure(), known=before, progress=bar, report=_tell(output))
        for row in measured:
            rows[row.network] = row
            _write(out, list(rows.values()), plan, arguments, output)
            _say(row, output)
    found = [rows[name] for name in names]
    output.result(
        bench.content(found, plan), "\n".join([*_text(found, output), output.t("cli.bench.written", out=out)])
    )
    return 1 if all(row.failure for row in found) else 0


def _plan(arguments: argparse.Namespace) -> bench.Plan:
    for name in ("samples", "epochs"):
        between(f"--{name}", getattr(arguments, name))
    return bench.Plan(arguments.samples, arguments.epochs, min(2, usable_cores()), arguments.seed)


def _tell(output: Output) -> bench.Report:
    return lambda network, epoch, epochs: output.say("cli.bench.epoch", network=network, epoch=epoch, epochs=epochs)


def _say(row: bench.Row, output: Output) -> None:
    if row.failure is not None:
        output.say("cli.bench.failed", network=row.network, reason=row.failure)


def _write(out: Path, rows: list[bench.Row], plan: bench.Plan, arguments: argparse.Namespace, output: Output) -> None:
    bench.store(out.with_suffix(".json"), rows, plan)
    write_atomically(out.with_suffix(".md"), report.markdown(rows, plan, _command(arguments), output.language))


def _command(arguments: argparse.Namespace) -> str:
    parts = ["python", "-m", "cnnlab", "bench", "architectures"]
    parts += ["--samples", str(arguments.samples), "--epochs", str(arguments.epochs), "--seed", str(arguments.seed)]
    return shlex.join([*parts, *(["--networks", arguments.networks] if arguments.networks else [])])


def _text(rows: list[bench.Row], output: Output) -> list[str]:
    header = [output.t(f"bench.column.{column}") for column in report.COLUMNS]
    whole = [row for row in bench.by_accuracy(rows) if row.failure is None]
    return [output.table(header, [report.cells(row, output.language) for row in whole])]
