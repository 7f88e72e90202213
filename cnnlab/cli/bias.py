"""``dataset bias``: what a dataset gives away before anything is trained on it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.grouping import chosen, is_chosen
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.home import Home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnlab.evaluation.bias.report import Bias

_COLUMNS = ("source", "share", "interval", "chance", "p", "v")


def bias(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Without a grouping: all that the data offer, the worst first. With one: that alone."""
    from cnnlab.data.preview import open_preview
    from cnnlab.evaluation.bias import report

    files.check_ending(arguments.out, (".csv",))
    with ProgressBar(output) as bar:
        opened = open_preview(arguments.name, home.ensure(), progress=bar)
        if is_chosen(arguments):
            grouping = chosen(arguments, opened.prepared)
            found = report.of_grouping_alone(opened.prepared, opened.split, grouping)
        else:
            found = report.bias(opened.prepared, opened.split, home, progress=bar)
    if arguments.out:
        files.write_records(arguments.out, _records(found, opened.files, output), empty=("kind",))
    output.result({"dataset": opened.info.name, **_values(found, opened.files, output)}, _text(found, output))
    return 0


def _values(found: Bias, names: Sequence[str], output: Output) -> dict[str, Any]:
    from cnnlab.evaluation.bias import words

    made = [
        {
            **{key: value for key, value in asdict(one).items() if key != "places"},
            "sentence": words.sentence(one, output.language),
            "cure": words.cure(one, output.language),
            "files": [names[place] for place in one.places],
        }
        for one in found.findings
    ]
    return {"images": found.images, "findings": made, "looked": [asdict(one) for one in found.looked]}


def _text(found: Bias, output: Output) -> str:
    from cnnlab.evaluation.bias import words

    lines = []
    for number, one in enumerate(found.findings, start=1):
        lines.append(f"{number}. {words.sentence(one, output.language)}")
        lines.append(f"   {output.t('cli.bias.then', cure=words.cure(one, output.language))}")
    lines += words.summary(found, output.language)
    if found.looked:
        header = [output.t(f"bias.column.{name}") for name in _COLUMNS]
        lines.append(output.table(header, [words.row(one, output.language) for one in found.looked]))
        lines.append(output.t("bias.rule"))
    return "\n".join(lines)


def _records(found: Bias, names: Sequence[str], output: Output) -> list[dict[str, Any]]:
    """A row a finding."""
    from cnnlab.evaluation.bias import words

    return [
        {
            "kind": one.kind,
            "weight": f"{one.weight:.3f}",
            "source": one.source,
            "sentence": words.sentence(one, output.language),
            "cure": words.cure(one, output.language),
            "files": " ".join(names[place] for place in one.places),
        }
        for one in found.findings
    ]
