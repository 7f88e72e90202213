"""``datasets``, ``architectures``, ``explainers``, ``presets`` and ``import``: what there is to work with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.data import catalogue
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.models import listing
from cnnlab.presets import load_preset, preset_names
from cnnlab.registry import Entry, registry

if TYPE_CHECKING:  # it reads images, which listing does not need
    from cnnlab.data.intake import Remark

_NETWORK_COLUMNS = ("name", "title", "year", "family", "parameters", "macs")


def datasets(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    if arguments.name:
        return _one(_dataset_facts(catalogue.find(arguments.name, home), output), output)
    rows = [_dataset_facts(info, output) for info in catalogue.listing(home)]
    return _all("datasets", rows, ("name", "title", "stored"), output)


def architectures(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    """The same selection as the page Networks makes; in the order of years."""
    if arguments.name:
        return _one(_entry_facts(registry("architecture")[arguments.name], output), output)
    found = listing.select(arguments.search or "", arguments.group, language=output.language)
    rows = [_entry_facts(entry, output) for entry in found]
    if not rows:
        output.say("cli.no_network")
    cells = [[_network_cell(row, column, output.language) for column in _NETWORK_COLUMNS] for row in rows]
    header = [output.t(f"cli.column.{column}") for column in _NETWORK_COLUMNS]
    output.result({"architectures": rows}, output.table(header, cells))
    return 0


def _network_cell(row: Mapping[str, Any], column: str, language: str) -> str:
    value = row.get(column)
    return formats.short(value, language) if column in ("parameters", "macs") else str(value or formats.UNKNOWN)


def explainers(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    """What each costs and which networks it suits, in the order of the page."""
    entries = registry("explainer")
    if arguments.name:
        return _one(_entry_facts(entries[arguments.name], output), output)
    rows = [_entry_facts(entry, output) for entry in entries.values()]
    cells = [
        [
            row["name"],
            row["title"],
            str(row["year"]),
            output.t(f"explain_page.cost.{row['cost']}"),
            ", ".join(output.t(f"explainer_need.{need}") for need in row.get("needs", ["any"])),
        ]
        for row in rows
    ]
    header = [output.t(f"cli.column.{column}") for column in ("name", "title", "year", "cost", "needs")]
    output.result({"explainers": rows}, output.table(header, cells))
    return 0


def presets(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    if arguments.name:
        experiment = load_preset(arguments.name)
        output.result(experiment.to_dict(), experiment.to_yaml())
        return 0
    rows = [
        {"name": name, "dataset": load_preset(name).data.dataset, "architecture": load_preset(name).model.architecture}
        for name in preset_names()
    ]
    return _all("presets", rows, ("name", "dataset", "architecture"), output)


def import_dataset(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A folder or a zip becomes a dataset; what was skipped is said with its reason."""
    from cnnlab.data.importing import import_images

    with ProgressBar(output) as bar:
        report = import_images(Path(arguments.path), arguments.name, home.ensure(), progress=bar)
    skipped, noted = _remarks("skipped", report.skipped, output), _remarks("noted", report.noted, output)
    values = {
        "dataset": report.dataset,
        "classes": list(report.classes),
        "samples": dict(report.samples),
        "skipped": skipped,
        "noted": noted,
    }
    lines = [output.t("cli.imported", dataset=report.dataset, count=sum(report.samples.values()))]
    lines += [output.t("cli.skipped", **row) for row in skipped]
    lines += [output.t("cli.noted", **row) for row in noted]
    output.result(values, "\n".join(lines))
    return 0


def _remarks(kind: str, remarks: Iterable[Remark], output: Output) -> list[dict[str, str]]:
    """What is said about files, in the reader's language."""
    return [
        {"file": remark.file, "reason": output.t(f"data.{kind}.{remark.reason}", **remark.params)} for remark in remarks
    ]


def _entry_facts(entry: Entry, output: Output) -> dict[str, Any]:
    options = {
        name: {"default": option.default, "help": option.help[output.language]}
        for name, option in entry.options.items()
    }
    texts = entry.texts[output.language]
    return {"name": entry.name, **texts, **entry.facts, "options": options}


def _dataset_facts(info: catalogue.DatasetInfo, output: Output) -> dict[str, Any]:
    return {
        "name": info.name,
        "title": info.title(output.language),
        "summary": info.summary(output.language),
        "classes": list(info.classes),
        "samples": dict(info.counts),
        "source": info.source_text(output.language),
        "licence": info.licence_text(output.language),
        "stored": info.stored,
        "imported": info.imported,
    }


def _one(facts: Mapping[str, Any], output: Output) -> int:
    from cnnlab import yaml_io

    output.result(facts, yaml_io.dump(dict(facts)).rstrip())
    return 0


def _all(key: str, rows: list[dict[str, Any]], columns: tuple[str, ...], output: Output) -> int:
    cells = [[_cell(row[column], output) for column in columns] for row in rows]
    header = [output.t(f"cli.column.{column}") for column in columns]
    output.result({key: rows}, output.table(header, cells))
    return 0


def _cell(value: Any, output: Output) -> str:
    if isinstance(value, bool):
        return output.t("cli.yes" if value else "cli.no")
    return str(value)
