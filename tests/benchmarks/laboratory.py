"""The laboratory at its defaults: what each method's maps reveal of a cheating network, over three seeds.

``python -m tests.benchmarks.laboratory [--variants A,B] [--seeds 0,1,2] [--images N] [--methods all|A,B] [--home F]``
trains both networks of each variant, in a home of its own or where they are not trained yet in the one that is given,
and writes ``docs/benchmarks/laboratory.md``.

The network, its epochs and what counts as the object were chosen on the validation split; here the test split is used.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import tempfile
from pathlib import Path

import torch

from cnnlab import worker
from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.explain.laboratory import store as laboratory_store
from cnnlab.explain.laboratory.findings import CONTROLS, Findings
from cnnlab.explain.laboratory.setup import ARMS, VARIANTS, Pair, Setup
from cnnlab.explain.laboratory.words import sentences, title
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.jobs import laboratory as jobs
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

OUT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "laboratory.md"
QUICK = ("grad_cam", "saliency")  # what is measured of the seeds after the first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--methods", default="all")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--home")
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(arguments.home or f"{folder}/home")).ensure()
        os.environ["CNNLAB_HOME"] = str(home.root)
        for variant in arguments.variants.split(","):
            found = []
            for seed in seeds:
                methods = arguments.methods.split(",") if seed == seeds[0] else list(QUICK)
                found.append(_measured(Setup(variant=variant, seed=seed), home, arguments.images, methods))
                print(variant, seed, *sentences(found[-1][0], "en"), sep="\n  ", flush=True)
            parts.append(_part(found))
            OUT.write_text(_page(parts, arguments), "utf-8")


def _measured(setup: Setup, home: Home, images: int, methods: list[str]) -> tuple[Findings, dict[str, float]]:
    """Also the seconds that each network was trained for, by arm."""
    runs, seconds = jobs.usable(setup, home), {}
    for arm, experiment in jobs.named(setup, {arm: arm for arm in ARMS}).items():
        if arm not in runs:
            journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
            if worker.run(journal, 1, home) is not RunState.FINISHED:
                raise SystemExit(f"{setup} {arm}: {journal.status().reason}")
            runs[arm] = journal.run_id
            jobs.note(setup, home, runs)
        seconds[arm] = float(Journal.open(home, runs[arm]).result()["train_seconds"])
    return laboratory_store.compute(setup, Pair(**runs), home, images=images, methods=methods), seconds


def _page(parts: list[str], arguments: argparse.Namespace) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
    options = ("variants", "seeds", "images")
    chosen = " ".join(f"--{name} {getattr(arguments, name)}" for name in options)
    head = f"""# What maps reveal of a network that cheats

`python -m tests.benchmarks.laboratory {chosen}` · {datetime.date.today():%Y-%m-%d} · {machine}

Fast CNN on 2 000 shapes of 48 pixels, 10 epochs, the settings recommended for it. For the honest network the cue
says nothing of the class; for the cheating one it is on the circles alone (texture: each class has its own). All
figures are of the test split; network, epochs and what counts as the object were chosen on the validation split.
The maps are of {arguments.images} images that all carry the cue; what is in the cue is of circles alone. The class
explained is the true one, in the texture variant the predicted one. **Points at object**: the strongest place is at
most 3 pixels from what the object's outline encloses, so the hole of a ring counts as ring; **as drawn** leaves the
hole out. **Energy**: share of the positive part of the map. Means in per cent, with the bootstrap's 95 % interval.
Seconds of training are by the clock, of a machine that may have had other work as well. What the last column says
beyond a hundred means only that next to nothing was in the cue on the honest network.
"""
    return "\n".join([head, *parts])


def _part(found: list[tuple[Findings, dict[str, float]]]) -> str:
    first = found[0][0]
    lines = [f"## {translate(f'laboratory.variant.{first.setup.variant}', 'en')}", ""]
    lines += [f"{sentence}" for sentence in sentences(first, "en")]
    chosen = f"--variant {first.setup.variant} --seed {first.setup.seed} --images {first.images}"
    lines += ["", *_by_seed(found), ""]
    lines += [f"`python -m cnnlab laboratory {chosen} --methods {','.join(first.methods)}`", "", *_table(first)]
    return "\n".join(lines) + "\n"


def _by_seed(found: list[tuple[Findings, dict[str, float]]]) -> list[str]:
    names = list(found[0][0].answers[ARMS[0]])
    header = ["seed", "network", "training (s)", *(translate(f"laboratory.answer.{name}", "en") for name in names)]
    header += ["Grad-CAM points at object", "as drawn", "random", "edges", "Grad-CAM in cue", "Saliency in cue"]
    lines = _header(header)
    for each, seconds in found:
        for arm in ARMS:
            cells = [str(each.setup.seed), arm, f"{seconds[arm]:.0f}"]
            cells += [f"{100 * each.answers[arm][name]:.1f}" for name in names]
            rows = each.rows[arm]
            cells += [_cell(rows["grad_cam"][name]) for name in ("pointing", "pointing_drawn")]
            cells += [_cell(rows[name]["pointing"]) for name in CONTROLS]
            cells += [_cell(rows[name]["energy_cue"]) for name in QUICK]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _table(found: Findings) -> list[str]:
    measures = ["pointing", "pointing_drawn", "energy_object", *(["energy_cue"] if found.cue_images else [])]
    words = {name: translate(f"laboratory.measure.{name}", "en") for name in measures if name != "pointing_drawn"}
    words["pointing_drawn"] = "as drawn"
    header = ["method", *(f"{words[name]}, {arm}" for name in measures for arm in ARMS)]
    header += ["cue, cheating / honest"] if found.cue_images else []
    lines = _header(header)
    for method in [*found.methods, *CONTROLS]:
        cells = [title(method, "en"), *(_cell(found.rows[arm][method][name]) for name in measures for arm in ARMS)]
        if found.cue_images:
            cells.append(f"{found.cue_ratio(method):.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _header(cells: list[str]) -> list[str]:
    return [f"| {' | '.join(cells)} |", "|" + "---|" * len(cells)]


def _cell(found: Estimate) -> str:
    if found.mean is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{100 * found.mean:.1f}"
    return f"{100 * found.mean:.1f} ({100 * found.low:.0f}–{100 * found.high:.0f})"


if __name__ == "__main__":
    main()
