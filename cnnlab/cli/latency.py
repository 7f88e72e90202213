"""``latency``: how long a trained network takes to answer."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def latency(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    from cnnlab.evaluation import latency as timed

    journal = Journal.open(home, arguments.run)
    found = timed.measure(journal, device=arguments.device, threads=arguments.threads)
    timed.keep(journal, found)
    header = [output.t(f"cli.latency.{name}") for name in ("batch", "median", "p95", "passes")]
    rows = [[str(one.batch), f"{one.median:.3f}", f"{one.p95:.3f}", str(one.passes)] for one in found.timings]
    where = output.t("cli.latency.where", device=found.device, hardware=found.hardware, count=found.threads)
    output.result({"run_id": arguments.run, **asdict(found)}, f"{output.table(header, rows)}\n{where}")
    return 0
