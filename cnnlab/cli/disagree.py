"""``disagree``: the same test images through several runs, and where these disagree."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.cli.several_runs import several_runs
from cnnlab.evaluation.class_names import class_named
from cnnlab.home import Home
from cnnlab.i18n.formats import UNKNOWN

if TYPE_CHECKING:
    from cnnlab.evaluation.disagreements.panel import Panel


def disagree(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    from cnnlab.evaluation.disagreements import measures, orders, panel, table, words

    files.check_ending(arguments.out, (".csv",))
    between("--limit", arguments.limit)
    runs = several_runs(arguments.runs, home)
    found = panel.panel_of([run.folder for run in runs])
    only = orders.pattern(found, [run.run_id for run in runs], arguments.right, arguments.wrong)
    if arguments.class_name is not None:
        only = replace(only, label=class_named(arguments.class_name, found.names, "--class"))
    places = orders.found(found, arguments.order, only)
    shown = places[: arguments.limit]
    names = [run.name for run in runs]
    own = [names[place] for place in found.places]
    if arguments.out:
        files.write(arguments.out, table.csv_text(found, shown, own))
        output.say("cli.disagree.written", count=len(shown), out=arguments.out)
    together, alike = measures.ensemble(found), measures.agreement(found)
    ids = [runs[place].run_id for place in found.places]
    values = {
        "runs": ids,
        "left_out": {runs[place].run_id: why for place, why in found.left_out.items()},
        "images": len(found),
        "counts": orders.counts(found),
        "order": arguments.order,
        "found": len(places),
        "agreement": alike.tolist(),
        "error_correlation": measures.error_correlation(found),
        "ensemble": {**asdict(together), "best": ids[together.best], "gains": _gains(together.gains, ids)},
        "cards": [_card(found, place, ids) for place in shown],
        "out": arguments.out,
    }
    lines = [*words.left_out_words(found, names, output.language), words.counts_words(found, output.language)]
    lines += [words.ensemble_words(together, own, output.language), _matrix(own, alike.tolist(), output)]
    lines.append(_table(found, shown, own, output) if shown else output.t("cli.disagree.nothing"))
    output.result(values, "\n".join(lines))
    return 0


def _gains(gains: Sequence[Any], ids: Sequence[str]) -> list[dict[str, Any]]:
    return [{"run": ids[gain.place], **asdict(gain), "real": gain.real} for gain in gains]


def _card(panel: Panel, place: int, ids: Sequence[str]) -> dict[str, Any]:
    label = int(panel.labels[place])
    return {
        "index": place,
        "file": panel.files[place],
        "true": panel.names[label] if label >= 0 else None,
        "divergence_bits": float(panel.divergence[place]),
        "said": {
            run_id: {
                "class": panel.names[int(panel.predictions[number, place])],
                "probability": float(panel.confidence[number, place]),
                "right": bool(panel.right[number, place]) if label >= 0 else None,
            }
            for number, run_id in enumerate(ids)
        },
    }


def _matrix(names: Sequence[str], alike: Sequence[Sequence[float]], output: Output) -> str:
    rows = [[name, *(f"{share:.4f}" for share in row)] for name, row in zip(names, alike, strict=True)]
    return output.table([output.t("cli.disagree.agreement"), *names], rows)


def _table(panel: Panel, places: Sequence[int], names: Sequence[str], output: Output) -> str:
    header = [*(output.t(f"cli.disagree.{name}") for name in ("index", "file", "truth", "divergence")), *names]
    rows = []
    for place in places:
        label = int(panel.labels[place])
        row = [str(place), panel.files[place], panel.names[label] if label >= 0 else UNKNOWN]
        row.append(f"{panel.divergence[place]:.3f}")
        for number in range(len(names)):
            mark = "✓" if panel.right[number, place] else "✗"
            said = panel.names[int(panel.predictions[number, place])]
            row.append(f"{mark} {said} {panel.confidence[number, place]:.3f}")
        rows.append(row)
    return output.table(header, rows)
