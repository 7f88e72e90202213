"""``dataset``: look at one, download it, rename it, delete it, bring it back."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.home import Home
from cnnlab.i18n import formats

if TYPE_CHECKING:  # it reads images, which renaming does not need
    from cnnlab.data.preview import Balance, PixelStatistics, Preview


def statistics(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Split sizes, balance and pixel statistics, as the Data page shows them; downloads what is missing."""
    from cnnlab.data import preview

    opened = _opened(arguments.name, home, output)
    balance, pixels = preview.balance(opened), preview.pixel_statistics(opened)
    output.result(_values(opened, balance, pixels), _text(opened, balance, pixels, output))
    return 0


def download(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Fetches what is missing and prepares it, so that a run can begin at once."""
    opened = _opened(arguments.name, home, output)
    values = {"dataset": opened.info.name, "fingerprint": opened.prepared.fingerprint, "samples": len(opened)}
    output.result(values, output.t("cli.dataset.downloaded", dataset=opened.info.name, count=len(opened)))
    return 0


def rename(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    from cnnlab.jobs import datasets

    datasets.rename(arguments.name, arguments.new, home)
    values = {"dataset": arguments.new, "before": arguments.name}
    output.result(values, output.t("cli.dataset.renamed", **values))
    return 0


def delete(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    from cnnlab.data import imported
    from cnnlab.jobs import datasets

    token = datasets.remove(arguments.name, home)
    values = {"dataset": arguments.name, "token": token, "days": imported.KEPT_DAYS}
    output.result(values, output.t("cli.dataset.deleted", **values))
    return 0


def restore(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """With a token brings that dataset back; without one lists those that can be."""
    from cnnlab.data import imported

    if arguments.token:
        name = imported.restore(arguments.token, home)
        output.result({"dataset": name}, output.t("cli.dataset.restored", dataset=name))
        return 0
    removed = imported.removed(home)
    rows = [[each.token, formats.moment(each.removed, output.language)] for each in removed]
    values = {"removed": [{"token": each.token, "dataset": each.name, "time": each.removed} for each in removed]}
    output.result(
        values, output.table([output.t("cli.dataset.column.token"), output.t("cli.dataset.column.deleted")], rows)
    )
    return 0


def _opened(name: str, home: Home, output: Output) -> Preview:
    from cnnlab.data import preview

    with ProgressBar(output) as bar:
        return preview.open_preview(name, home.ensure(), progress=bar)


def _values(opened: Preview, balance: Balance, pixels: PixelStatistics) -> dict[str, Any]:
    counts = list(zip(*balance.counts.values(), strict=True))
    return {
        "dataset": opened.info.name,
        "fingerprint": opened.prepared.fingerprint,
        "shape": list(opened.prepared.inputs.shape[1:]),
        "splits": {part: sum(values) for part, values in balance.counts.items()},
        "official": [part for part in balance.counts if opened.official(part)],
        "classes": list(balance.class_names),
        "counts": [dict(zip(balance.counts, row, strict=True)) for row in counts],
        "mean": list(pixels.mean),
        "std": list(pixels.std),
        "histogram": [list(row) for row in pixels.histogram],
    }


def _text(opened: Preview, balance: Balance, pixels: PixelStatistics, output: Output) -> str:
    header = [output.t("cli.column.label"), *(output.t(f"cli.dataset.column.{part}") for part in balance.counts)]
    counts = zip(*balance.counts.values(), strict=True)
    rows = [[name, *map(str, row)] for name, row in zip(balance.class_names, counts, strict=True)]
    size = " × ".join(map(str, opened.prepared.inputs.shape[1:]))
    mean, std = _written(pixels.mean, output), _written(pixels.std, output)
    return f"{output.table(header, rows)}\n{output.t('cli.dataset.statistics', mean=mean, std=std, size=size)}"


def _written(values: Sequence[float], output: Output) -> str:
    return " ".join(formats.number(value, 3, output.language) for value in values)
