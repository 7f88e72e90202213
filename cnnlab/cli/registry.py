"""``register``, ``promote`` and ``models``: networks of runs in MLflow's model registry."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cnnlab.cli.output import Output
from cnnlab.evaluation.reading.reading import short
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import registered
from cnnlab.runs.journal import Journal
from cnnlab.runs.registered import Version


def register(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    version = registered.register(Journal.open(home, arguments.run), home, arguments.name)
    output.result(_facts(version), output.t("registry.registered", name=version.name, version=version.version))
    return 0


def promote(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Points the alias to a version, or without one back to where it pointed before."""
    name, alias = arguments.name, arguments.alias
    if arguments.version is None:
        now = registered.move_back(home, name, alias)
        before = None
    else:
        before = registered.promote(home, name, arguments.version, alias)
        now = arguments.version
    key = "registry.none" if now is None else "registry.promoted"
    values = {"name": name, "alias": alias, "version": now, "before": before}
    output.result(values, output.t(key, name=name, alias=alias, version=now))
    return 0


def models(_: argparse.Namespace, home: Home, output: Output) -> int:
    found = registered.models(home)
    header = [
        output.t(f"registry.column.{column}") for column in ("model", "version", "alias", "carries", "run", "address")
    ]
    rows = [
        [
            one.name,
            str(one.version),
            ", ".join(one.aliases),
            short(one.reading) or formats.UNKNOWN,
            one.run_id or formats.UNKNOWN,
            one.address,
        ]
        for one in found
    ]
    output.result({"models": [_facts(one) for one in found]}, output.table(header, rows))
    return 0


def _facts(version: Version) -> dict[str, object]:
    return {**asdict(version), "address": version.address}
