"""``laboratory``: trains the honest and the cheating network where they aren't yet, and says what the maps show."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.cli.training import foreground
from cnnlab.errors import RunError
from cnnlab.explain.laboratory.setup import ARMS, HONEST, Pair, Setup
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import laboratory as jobs
from cnnlab.jobs.environment import recorded
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view

if TYPE_CHECKING:
    from cnnlab.explain.laboratory.findings import Findings

COLUMNS = ("pointing", "energy_object", "energy_cue")


def laboratory(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Both networks are trained here and now, unless the same were trained before."""
    names = ("variant", "samples", "epochs", "share", "seed")
    setup = Setup(**{name: getattr(arguments, name) for name in names})
    pair = _trained(setup, home, output)
    found = _measured(setup, pair, home, arguments, output)
    values = _values(found)
    if arguments.out:
        files.write(arguments.out, json.dumps(values, indent=1) + "\n")
    output.result(values, _words(found, output))
    return 0


def run_names(variant: str, language: str) -> dict[str, str]:
    from cnnlab.i18n import translate

    kind = translate(f"laboratory.variant.{variant}", language)
    return {arm: translate(f"laboratory.run_name.{arm}", language, variant=kind) for arm in ARMS}


def _trained(setup: Setup, home: Home, output: Output) -> Pair:
    """Raises ``RunError`` ("laboratory_untrained"): a run is under way elsewhere, or was stopped, or failed."""
    setup.experiments()  # says what is wrong before a name is made of it
    wanted = jobs.named(setup, run_names(setup.variant, output.language))
    runs = jobs.usable(setup, home)
    for arm in ARMS:
        if arm not in runs:
            own = ProcessIdentity.own()
            journal = Journal.create(home, wanted[arm], group=jobs.group_of(setup), worker=own, environment=recorded())
            runs[arm] = journal.run_id
            jobs.note(setup, home, runs)
            foreground(journal, 1, home, output)
        run = view(home, runs[arm])
        if run.state is not RunState.FINISHED:
            detail = run.reason.sentence(output.language) if run.reason else output.t(f"state.{run.state.value}")
            raise RunError("laboratory_untrained", value=run.name, detail=detail)
    return Pair(**runs)


def _measured(setup: Setup, pair: Pair, home: Home, arguments: argparse.Namespace, output: Output) -> Findings:
    from cnnlab.explain.laboratory import store as laboratory_store

    methods = [name for name in (arguments.methods or "").split(",") if name]
    with ProgressBar(output) as bar:
        return laboratory_store.compute(setup, pair, home, images=arguments.images, methods=methods, progress=bar)


def _values(found: Findings) -> dict[str, Any]:
    from cnnlab.explain.laboratory.findings import MEASURES

    rows = {
        arm: {
            name: {
                measure: {
                    "mean": _rounded(row[measure].mean),
                    "low": _rounded(row[measure].low),
                    "high": _rounded(row[measure].high),
                }
                for measure in MEASURES
            }
            for name, row in of_arm.items()
        }
        for arm, of_arm in found.rows.items()
    }
    return {
        **found.setup.as_dict(),
        "runs": {arm: found.pair.of(arm) for arm in ARMS},
        "images": found.images,
        "cue_images": found.cue_images,
        "answers": {arm: {name: _rounded(value) for name, value in found.answers[arm].items()} for arm in ARMS},
        "methods": rows,
        "cue_ratio": {name: _rounded(found.cue_ratio(name)) for name in found.methods},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _words(found: Findings, output: Output) -> str:
    from cnnlab.explain.laboratory.words import sentences

    said = [output.table(*_answers(found, output)), output.table(*_table(found, output))]
    return "\n\n".join([*said, "\n".join(sentences(found, output.language))])


def _answers(found: Findings, output: Output) -> tuple[list[str], list[list[str]]]:
    header = [output.t("cli.laboratory.question"), *(output.t(f"laboratory.arm.{arm}") for arm in ARMS)]
    rows = [
        [
            output.t(f"laboratory.answer.{name}"),
            *(formats.percent(found.answers[arm][name], output.language) for arm in ARMS),
        ]
        for name in found.answers[HONEST]
    ]
    return header, rows


def _table(found: Findings, output: Output) -> tuple[list[str], list[list[str]]]:
    from cnnlab.explain.laboratory.findings import CONTROLS
    from cnnlab.explain.laboratory.words import interval, title

    shown = [name for name in COLUMNS if name != "energy_cue" or found.cue_images]
    header = [output.t("cli.laboratory.method")]
    header += [
        f"{output.t(f'laboratory.measure.{name}')}, {output.t(f'laboratory.arm.{arm}')}"
        for name in shown
        for arm in ARMS
    ]
    rows = []
    for method in [*found.methods, *CONTROLS]:
        cells = [interval(found.rows[arm][method].get(name), output.language) for name in shown for arm in ARMS]
        rows.append([title(method, output.language), *cells])
    return header, rows
