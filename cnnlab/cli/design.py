"""``design``: what the page Design does, from files and saved designs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cnnlab import designs
from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.data.types import InputKind
from cnnlab.designs import Design
from cnnlab.errors import ExperimentError, Problem
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.models.code import as_code
from cnnlab.models.design import DesignReport, LayerRow
from cnnlab.models.receptive import Receptive
from cnnlab.models.sequences import as_layers
from cnnlab.registry import registry

BAD_DESIGN = 2


def listing(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    """Saved designs with what they come to; files that hold none any more are named."""
    found = [(design, design.report()) for design in designs.listing(home)]
    for file in designs.damaged(home):
        output.say("cli.design.damaged", file=file)
    values = {"designs": [{**_facts(design), **_state(report)} for design, report in found]}
    rows = [
        [
            design.name,
            _image(design),
            str(design.outputs),
            str(len(design.layers)),
            formats.short(report.parameters, output.language),
            output.t("cli.design.ready" if report.ready else "cli.design.draft"),
        ]
        for design, report in found
    ]
    columns = ("name", "image", "outputs", "layers", "parameters", "state")
    output.result(values, output.table([output.t(f"cli.design.column.{name}") for name in columns], rows))
    return 0


def show(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A design and its layers, whether they can be or not."""
    design = _given(arguments, home)
    report = design.report()
    if arguments.yaml:
        output.result(_facts(design) | {"layers": [dict(layer) for layer in design.layers]}, designs.to_yaml(design))
        return 0
    output.result(_values(design, report, output), _text(design, report, output))
    output.problems(_at_their_layers(report))
    return 0


def check(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """As ``show``; the status says whether the design can be built."""
    show(argparse.Namespace(**{**vars(arguments), "yaml": False}), home, output)
    return 0 if _given(arguments, home).report().ready else BAD_DESIGN


def save(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    design = _given(arguments, home)
    design = replace(design, name=arguments.name or design.name)
    designs.save(design, home.ensure(), replace=arguments.replace)
    stored = designs.find(design.name, home)
    state = "saved" if not stored.problems else "saved_draft"
    output.result({**_facts(stored), **_state(stored.report())}, output.t(f"cli.design.{state}", design=stored.name))
    return 0


def code(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The design as a PyTorch module."""
    design = _given(arguments, home)
    source = as_code(design.layers, design.shape, design.outputs, design.name)
    return _written(source, arguments.out, {"design": design.name, "code": source}, output)


def from_network(arguments: argparse.Namespace, home: Home, output: Output) -> int:  # noqa: ARG001
    """A network of the catalogue as a design to go on from."""
    entry = registry("architecture")[arguments.network]
    usual = {"size": entry.facts["default_size"], "channels": entry.facts["default_channels"], "outputs": 10}
    made_for = usual | _asked(arguments)
    layers = as_layers(
        arguments.network, {}, InputKind("image", (made_for["channels"], made_for["size"], made_for["size"]))
    )
    title = entry.text("title", output.language)
    design = Design(title[: designs.LONGEST_NAME], layers=tuple(layers), **made_for)
    if design.problems:
        raise ExperimentError.from_problems(design.problems)
    return _written(designs.to_yaml(design), arguments.out, _facts(design) | {"layers": layers}, output)


def rename(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    renamed = designs.rename(arguments.design, arguments.new, home)
    values = {"design": renamed.name, "before": arguments.design}
    output.result(values, output.t("cli.design.renamed", **values))
    return 0


def delete(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    name = designs.find(arguments.design, home).name
    values = {"design": name, "token": designs.remove(name, home), "days": designs.KEPT_DAYS}
    output.result(values, output.t("cli.design.deleted", **values))
    return 0


def restore(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """With a token brings that design back; without one lists those that can be."""
    if arguments.token:
        name = designs.restore(arguments.token, home).name
        output.result({"design": name}, output.t("cli.design.restored", design=name))
        return 0
    removed = designs.removed(home)
    rows = [[each.token, each.name, formats.moment(each.removed, output.language)] for each in removed]
    header = [output.t(f"cli.design.column.{name}") for name in ("token", "name", "deleted")]
    values = {"removed": [{"token": each.token, "design": each.name, "time": each.removed} for each in removed]}
    output.result(values, output.table(header, rows))
    return 0


def read_design(given: str, home: Home) -> Design:
    """A design from a YAML file, or the saved one of that name. Raises ``LabError``."""
    path = Path(given)
    if path.suffix.lower() not in (".yaml", ".yml"):
        return designs.find(given, home)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ExperimentError("file_missing", value=given) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError("file_unreadable", value=given) from error
    design = designs.from_yaml(text, source=path.name)
    return design if design.name else replace(design, name=path.stem[: designs.LONGEST_NAME])


def _given(arguments: argparse.Namespace, home: Home) -> Design:
    """The design, for the images and classes that were asked for."""
    return replace(read_design(arguments.design, home), **_asked(arguments))


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    asked = {name: getattr(arguments, name) for name in ("size", "channels", "outputs")}
    return {name: value for name, value in asked.items() if value is not None}


def _written(text: str, out: str | None, values: dict[str, Any], output: Output) -> int:
    """``text`` in the file that was asked for, else in the output."""
    if out is None:
        output.result(values, text.rstrip("\n"))
        return 0
    files.write(out, text)
    output.result(values | {"out": out}, output.t("cli.design.written", out=out))
    return 0


def _facts(design: Design) -> dict[str, Any]:
    return {"name": design.name, "size": design.size, "channels": design.channels, "outputs": design.outputs}


def _state(report: DesignReport) -> dict[str, Any]:
    figures = {name: getattr(report, name) for name in ("parameters", "macs", "activation_bytes")}
    return {"ready": report.ready, **figures}


def _values(design: Design, report: DesignReport, output: Output) -> dict[str, Any]:
    return {
        **_facts(design),
        **_state(report),
        "layers": [_layer_values(row) for row in report.rows],
        "problems": [
            {**problem.as_dict(), "sentence": problem.sentence(output.language)} for problem in report.problems
        ],
        "judgements": [
            {"code": each.code, "weight": each.weight, "sentence": each.sentence(output.language)}
            for each in report.judgements
        ],
    }


def _layer_values(row: LayerRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "name": row.name,
        "options": dict(row.options),
        "shape": list(row.shape) if row.shape else None,
        "parameters": row.parameters,
        "macs": row.macs,
        "activation_bytes": row.activation_bytes,
        "receptive": asdict(row.receptive) if row.receptive else None,
    }


def _at_their_layers(report: DesignReport) -> tuple[Problem, ...]:
    """The problems with the number and the name that the table has: ``layers[4]`` is its fifth row."""
    named = [
        replace(problem, field=f"#{row.number} {row.name}: {problem.field}")
        for row in report.rows
        for problem in row.problems
    ]
    return tuple(named) or report.problems


def _text(design: Design, report: DesignReport, output: Output) -> str:
    columns = ("number", "layer", "options", "shape", "parameters", "macs", "activations", "field")
    header = [output.t(f"cli.design.column.{name}") for name in columns]
    lines = [
        f"{design.name} · {_image(design)} · {output.t('cli.design.classes', count=design.outputs)}",
        output.table(header, [_cells(row, output.language) for row in report.rows]),
    ]
    if report.ready:
        figures = {
            "parameters": formats.short(report.parameters, output.language),
            "macs": formats.short(report.macs, output.language),
            "bytes": formats.size(report.activation_bytes, output.language),
        }
        lines.append(output.t("cli.design.totals", **figures))
    lines += [f"{_SIGNS[each.weight]} {each.sentence(output.language)}" for each in report.judgements]
    return "\n".join(lines)


_SIGNS = {"good": "+", "note": "·", "warning": "!"}


def _cells(row: LayerRow, language: str) -> list[str]:
    return [
        str(row.number),
        row.name,
        _options(row.kind, row.options),
        " × ".join(map(str, row.shape)) if row.shape else formats.UNKNOWN,
        formats.short(row.parameters, language),
        formats.short(row.macs, language),
        formats.size(row.activation_bytes, language),
        _field(row.receptive),
    ]


def _options(kind: str, options: Mapping[str, Any]) -> str:
    """Those that are not as they would be anyway, as a YAML file has them."""
    usual = registry("layer")[kind].defaults() if kind in registry("layer") else {"bias": True}
    said = {name: str(value).lower() if isinstance(value, bool) else value for name, value in options.items()}
    return ", ".join(f"{name}: {said[name]}" for name in options if options[name] != usual.get(name))


def _field(field: Receptive | None) -> str:
    return formats.UNKNOWN if field is None else f"{field.size[0]} × {field.size[1]}"


def _image(design: Design) -> str:
    return f"{design.channels} × {design.size} × {design.size}"
