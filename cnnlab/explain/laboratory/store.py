"""Findings of the laboratory, measured once for the same weights and images and kept below the home's cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cnnlab.data.load import load
from cnnlab.data.types import Progress
from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.explain.grading.scoring import methods_to_score
from cnnlab.explain.laboratory.findings import CONTROLS, MEASURES, Bench, Findings, models_of
from cnnlab.explain.laboratory.setup import ARMS, Pair, Setup
from cnnlab.home import Home, write_atomically
from cnnlab.runs.journal import Journal

VERSION = 1  # raise it when the same choices give other numbers
KEPT = 40  # files; the oldest go


def known(setup: Setup, pair: Pair, home: Home, images: int) -> Findings | None:
    """What was measured before; ``None`` when nothing was, or the file is damaged."""
    try:
        stored = json.loads(_path(setup, pair, home, images).read_text("utf-8"))
        rows = {
            arm: {
                str(name): {measure: Estimate(**row[measure]) for measure in MEASURES}
                for name, row in stored["rows"][arm].items()
            }
            for arm in ARMS
        }
        answers = {arm: {str(k): float(v) for k, v in stored["answers"][arm].items()} for arm in ARMS}
        return Findings(setup, pair, images, int(stored["cue_images"]), answers, rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def compute(
    setup: Setup,
    pair: Pair,
    home: Home,
    *,
    images: int,
    methods: Sequence[str] = (),
    progress: Progress | None = None,
) -> Findings:
    """What is known, completed by ``methods`` (none: the instant ones; "all"). Each is kept as soon as it is done.

    Raises what ``Bench``, ``models_of`` and ``explain_batch`` raise, and what ``progress`` raises to end it.
    """
    models = models_of(pair, home)
    wanted = methods_to_score(methods, models[ARMS[0]].network)
    bench = Bench(setup, home, images, progress)
    found = known(setup, pair, home, images) or Findings(setup, pair, images, len(bench.cued))
    if not found.answers:
        own = {arm: load(models[arm].experiment.data, home, progress=progress) for arm in ARMS}
        found = replace(found, answers={arm: bench.answers_of(models[arm], own[arm]) for arm in ARMS})
    missing = [name for name in (*wanted, *CONTROLS) if any(name not in found.rows.get(arm, {}) for arm in ARMS)]
    for place, name in enumerate(missing):
        rows = {}
        for turn, arm in enumerate(ARMS):
            tell = _told(progress, 2 * place + turn, 2 * len(missing))
            tell("", 0, 1)
            row = bench.control(name) if name in CONTROLS else bench.row(models[arm], name, tell)
            rows[arm] = {**found.rows.get(arm, {}), name: row}
        found = replace(found, rows=rows)
        _keep(found, home)
    if not missing:
        _keep(found, home)
    return found


def _told(progress: Progress | None, done: int, total: int) -> Progress:
    """A listener for one part of several; what it is told within the part only gives a chance to end it."""

    def tell(_phase: str, _done: int, _total: int) -> None:
        if progress is not None:
            progress("progress.laboratory", done, total)

    return tell


def _keep(found: Findings, home: Home) -> None:
    content: dict[str, Any] = {
        "setup": found.setup.as_dict(),
        "cue_images": found.cue_images,
        "answers": found.answers,
        "rows": {
            arm: {name: {key: asdict(value) for key, value in row.items()} for name, row in rows.items()}
            for arm, rows in found.rows.items()
        },
    }
    path = _path(found.setup, found.pair, home, found.images)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(content))
    for old in sorted(path.parent.glob("*.json"), key=_age)[:-KEPT]:
        old.unlink(missing_ok=True)


def _path(setup: Setup, pair: Pair, home: Home, images: int) -> Path:
    weights = [str(Journal(home.run_folder(pair.of(arm))).result().get("weights_sha256")) for arm in ARMS]
    key = hashlib.sha256(json.dumps([VERSION, setup.as_dict(), weights, images]).encode()).hexdigest()
    return home.cache / "laboratory" / f"findings-{key[:24]}.json"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process removed it
        return 0.0
