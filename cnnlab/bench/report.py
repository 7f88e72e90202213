"""The benchmark of networks as a page in Markdown."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence
from importlib.metadata import version

from cnnlab import system
from cnnlab.bench.architectures import Plan, Row, by_accuracy
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

COLUMNS = ("network", "accuracy", "validation", "epochs", "seconds", "cpu_seconds", "parameters", "macs", "energy")
_NUMBERS = COLUMNS[1:]


def markdown(rows: Sequence[Row], plan: Plan, command: str, language: str) -> str:
    """Where and how it was measured, the table, and what could not be measured with its reason."""

    def t(key: str, **params: object) -> str:
        return translate(f"bench.{key}", language, **params)

    machine = system.facts()
    lines = [
        f"# {t('title')}",
        "",
        f"- {t('command')}: `{command}`",
        f"- {t('machine')}: {machine.processor}, {t('cores', count=machine.cores)}, {platform.system()}",
        f"- {t('versions')}: Python {platform.python_version()}, torch {version('torch')}",
        f"- {t('date')}: {datetime.datetime.now(datetime.UTC).date().isoformat()}",
        "",
        t("explained", samples=formats.whole(plan.samples, language), epochs=plan.epochs, seed=plan.seed,
          threads=plan.threads, dataset=registry("dataset")[plan.dataset].text("title", language)),
        "",
        *table(rows, language),
    ]  # fmt: skip
    failed = [row for row in by_accuracy(rows) if row.failure is not None]
    if failed:
        lines += ["", t("failed"), "", *(f"- {_title(row, language)}: {row.failure}" for row in failed)]
    return "\n".join(lines) + "\n"


def table(rows: Sequence[Row], language: str) -> list[str]:
    """The lines of the Markdown table of what was measured."""
    header = [translate(f"bench.column.{column}", language) for column in COLUMNS]
    rule = ["---", *["---:"] * len(_NUMBERS)]
    measured = [cells(row, language) for row in by_accuracy(rows) if row.failure is None]
    return [f"| {' | '.join(line)} |" for line in (header, rule, *measured)]


def cells(row: Row, language: str) -> list[str]:
    """The values of one network, as ``COLUMNS`` has them."""
    joules = row.joules
    return [
        _title(row, language),
        formats.percent(row.test_accuracy, language, 2),
        formats.percent(row.validation_accuracy, language, 2),
        translate("bench.epochs_of", language, best=row.best_epoch, epochs=row.epochs),
        formats.number(row.seconds, 1, language),
        formats.number(row.cpu_seconds, 1, language),
        formats.whole(row.parameters, language),
        formats.short(row.macs, language),
        translate("bench.unknown", language) if joules is None else f"{formats.whole(joules, language)}{formats.NBSP}J",
    ]


def _title(row: Row, language: str) -> str:
    known = registry("architecture")
    return known[row.network].text("title", language) if row.network in known else row.network
