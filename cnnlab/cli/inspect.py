"""``inspect`` and ``try``: what a network is made of, and what one batch says of it."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from typing import Any

from cnnlab import designs, estimates
from cnnlab.cli.design import read_design
from cnnlab.cli.experiments import experiment_from
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.data import catalogue
from cnnlab.data.types import InputKind
from cnnlab.experiment import DataSpec, Experiment, ModelSpec, parse_setting
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.models.receptive import Receptive
from cnnlab.registry import registry
from cnnlab.trial import trial

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

WARNED = 1
_MOST_SIDE, _MOST_CHANNELS, _MOST_OUTPUTS = 4096, 64, 100_000


@dataclass(frozen=True)
class Named:
    """A network or a design as the command line names it, and the images it is looked at for."""

    spec: ModelSpec
    kind: InputKind
    outputs: int


def named_network(arguments: argparse.Namespace, given: str, home: Home) -> Named:
    """A name of the catalogue, a YAML file with a design, or the name of a saved design.

    Raises ``LabError`` for what there is not, and for sizes that no image has.
    """
    if given not in registry("architecture") and (given.endswith((".yaml", ".yml")) or _is_design(given, home)):
        design = read_design(given, home)
        layers = [dict(layer) for layer in design.layers]
        usual = (design.size, design.channels, design.outputs)
        return _for_images(arguments, ModelSpec(architecture="designed", layers=layers), usual, home)
    facts = registry("architecture")[given].facts
    usual = (facts.get("default_size", 32), facts.get("default_channels", 3), 10)
    options = dict(parse_setting(text) for text in arguments.set)
    return _for_images(arguments, ModelSpec(architecture=given, options=options), usual, home)


def _is_design(given: str, home: Home) -> bool:
    return any(design.name.casefold() == given.casefold() for design in designs.listing(home))


def _for_images(arguments: argparse.Namespace, spec: ModelSpec, usual: tuple[int, int, int], home: Home) -> Named:
    """Of the dataset that was named, with size, channels and classes where they were given."""
    size, channels, outputs = usual
    if arguments.dataset:
        info = catalogue.find(arguments.dataset, home)
        kind = estimates.input_kind(Experiment(data=DataSpec(dataset=arguments.dataset)), info)
        channels, size, outputs = kind.shape[0], kind.shape[1], len(info.classes)
    size = _asked("--size", arguments.size, size, _MOST_SIDE)
    channels = _asked("--channels", arguments.channels, channels, _MOST_CHANNELS)
    outputs = _asked("--outputs", arguments.outputs, outputs, _MOST_OUTPUTS)
    return Named(spec, InputKind("image", (channels, size, size)), outputs)


def _asked(field: str, value: int | None, usual: int, most: int) -> int:
    return between(field, usual if value is None else value, most=most)


def inspect(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Layer by layer, or part by part; nothing is computed or allocated."""
    found = named_network(arguments, arguments.network, home)
    from cnnlab.models.inspection import inspect as inspect_spec

    inspection = inspect_spec(found.spec, found.kind, found.outputs)
    rows = inspection.groups() if arguments.parts else inspection.rows
    cells = [
        [
            row.name,
            str(row.layers) if hasattr(row, "layers") else row.type,
            _shape(row.output_shape),
            formats.whole(row.parameters, output.language),
            formats.short(row.macs, output.language),
            formats.size(row.activation_bytes, output.language),
            _field(row.receptive, output),
        ]
        for row in rows
    ]
    second = "layers" if arguments.parts else "type"
    columns = ("layer", second, "shape", "parameters", "macs", "activations", "field")
    header = [output.t(f"cli.inspect.column.{name}") for name in columns]
    totals = output.t(
        "cli.inspect.totals",
        image=_shape(found.kind.shape),
        count=formats.Counted(found.outputs, output.language),
        parameters=formats.whole(inspection.parameters, output.language),
        macs=formats.short(inspection.macs, output.language),
        activations=formats.size(inspection.activation_bytes, output.language),
    )
    values = {"network": arguments.network, "input": list(found.kind.shape), "outputs": found.outputs}
    output.result(values | inspection.as_dict(), f"{output.table(header, cells)}\n\n{totals}")
    return 0


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or formats.UNKNOWN


def _field(field: Receptive | None, output: Output) -> str:
    if field is None:
        return formats.UNKNOWN
    size = f"{field.size[0]} × {field.size[1]}"
    return output.t("cli.inspect.whole", size=size) if field.whole else size


def try_batch(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """One batch forward and backward. Status 1 where it warns, so that a script can stop there."""
    experiment = experiment_from(arguments, home)
    with ProgressBar(output) as bar:
        found = trial(experiment, home.ensure(), progress=bar)
    language = output.language
    steps = [("cold", found.cold)] + ([("warm", found.warm)] if found.warm else [])
    lines = [
        output.t(
            f"cli.try.{name}",
            forward=formats.number(step.forward, 3, language),
            backward=formats.number(step.backward, 3, language),
            count=formats.Counted(found.samples, language),
        )
        for name, step in steps
    ]
    lines.append(output.t("cli.try.memory", memory=formats.size(found.memory_bytes, language)))
    expected = {"loss": formats.loss(found.loss, language), "expected": formats.loss(found.expected_loss, language)}
    lines.append(output.t("cli.try.loss", **expected))
    sentences = [verdict.sentence(language) for verdict in found.verdicts]
    verdicts = [
        output.t(f"cli.try.{verdict.weight}", sentence=sentence)
        for verdict, sentence in zip(found.verdicts, sentences, strict=True)
    ]
    values = found.as_dict()
    for verdict, sentence in zip(values["verdicts"], sentences, strict=True):
        verdict["sentence"] = sentence
    table = output.table(*_layer_table(found.layers, output))
    output.result(values, "\n".join([table, "", *lines, "", *verdicts]))
    return WARNED if any(verdict.weight == "warning" for verdict in found.verdicts) else 0


def _layer_table(layers: Any, output: Output) -> tuple[list[str], list[list[str]]]:
    language = output.language
    columns = ("layer", "type", "gradient", "ratio", "mean", "std", "dead", "saturated")
    rows = [
        [
            layer.name,
            layer.type,
            formats.learning_rate(layer.gradient_norm),
            formats.learning_rate(layer.ratio),
            formats.number(layer.activation_mean, 2, language),
            formats.number(layer.activation_std, 2, language),
            formats.percent(layer.dead, language, digits=0),
            formats.percent(layer.saturated, language, digits=0),
        ]
        for layer in layers
    ]
    return [output.t(f"cli.try.column.{name}") for name in columns], rows
