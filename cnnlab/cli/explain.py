"""``explain``: what in images speaks for a class, as pictures, arrays and a report."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli import explain_scores, explain_subjects, files
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.errors import LabError
from cnnlab.evaluation.class_names import class_named
from cnnlab.experiment import parse_setting
from cnnlab.explain.grading import table as score_table
from cnnlab.explain.grading import words as score_words
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.explain.display import Display
    from cnnlab.explain.grading.scorecard import Card
    from cnnlab.explain.grading.sheet_cards import Cards
    from cnnlab.explain.report import Table
    from cnnlab.explain.several import Asked
    from cnnlab.explain.sheet import Strip

ROLE_WORDS = {"predicted": "predicted", "true": "true", "runner-up": "runner_up", "runner_up": "runner_up"}


def explain(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """One explanation or many, as a picture, as values, as a report; what can't be explained is said and left out."""
    from cnnlab.evaluation.reading.reading import Reading
    from cnnlab.evaluation.reading.words import sentences
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.explain.comparing import check_comparable, check_counts
    from cnnlab.explain.report import only_with_maps
    from cnnlab.explain.several import explain_several, shown
    from cnnlab.explain.sheet import Source, strips

    if not (arguments.out or arguments.report or arguments.array):
        raise LabError("nothing_to_write")
    display = _display(arguments)
    runs = list(dict.fromkeys([arguments.run, *arguments.others]))
    journals = [Journal.open(home, run) for run in runs]
    models = [load_trained(journal.folder) for journal in journals]
    for run, model in zip(runs[1:], models[1:], strict=True):
        check_comparable(models[0].card, model.card, run=run, from_files=bool(arguments.image))
    names = models[0].card.outputs.class_names
    asked = _asked(arguments, names)
    first = explain_subjects.chosen(arguments, journals[0], home, models[0])
    check_counts(runs, first)
    sources = []
    for run, journal, model in zip(runs, journals, models, strict=True):
        subjects = explain_subjects.seen_by(first, arguments, (journals[0], models[0]), (journal, model), home)
        with ProgressBar(output) as bar:
            rows = explain_several(model, subjects, asked, progress=bar)
        source = Source(run, journal.experiment().name or run[:8], names, shown(rows, asked))
        sources.append(source.read(Reading.of(journal.folder)))
        whose = f"{source.name}: " if len(runs) > 1 else ""
        output.remarks(f"{whose}{said}" for said in sentences(sources[-1].reading, names, output.language))
    display = display.of_difference() if asked.difference else display
    made = strips(sources, display)
    only_with_maps(made)
    by_run = dict(zip(runs, models, strict=True))
    wanted = False if asked.difference else arguments.scorecard  # scores are of the map of one class
    cards = explain_scores.cards_of(made, by_run, asked.options, wanted, journals[0], home, output)
    _write(arguments, made, asked, display, explain_scores.tables(made, cards, output.language), output)
    return _say(arguments, made, cards, output)


def _write(
    arguments: argparse.Namespace,
    made: list[Strip],
    asked: Asked,
    display: Display,
    tables: list[Table],
    output: Output,
) -> None:
    from cnnlab.explain import words
    from cnnlab.explain.render import array_npy, panel_png
    from cnnlab.explain.report import html_report
    from cnnlab.explain.sheet import sheet_png, values_npz

    maps = [panel for strip in made for panel in strip.panels if panel.cell.explanation is not None]
    names, alone = made[0].source.class_names, maps[0].cell.explanation
    if arguments.array and len(maps) > 1 and Path(arguments.array).suffix != ".npz":
        raise LabError("one_array_each", field="--array", value=arguments.array, count=len(maps))
    if arguments.out and _is_one(made) and alone is not None and maps[0].values is not None:
        drawn = replace(alone, map=maps[0].values)
        content = panel_png(made[0].row.subject.inputs, drawn, display.opacity, maps[0].scale)
        files.write(arguments.out, content)
    elif arguments.out:
        lines = [_lines(strip, output.language) for strip in made]
        titles = words.column_titles(asked, names, output.language)
        files.write(arguments.out, sheet_png(made, titles, lines))
    if arguments.array and alone is not None:
        one = Path(arguments.array).suffix != ".npz"
        files.write(arguments.array, array_npy(alone) if one else values_npz(made), "--array")
    if arguments.report:
        again = _again(arguments, made, asked, display)
        page = html_report(made, asked, display, output.language, command=again, tables=tables)
        files.write(arguments.report, page, "--report")


def _again(arguments: argparse.Namespace, made: list[Strip], asked: Asked, display: Display) -> str:
    """The command for the same; "" for images of one's own."""
    from cnnlab.explain import words

    images = list(dict.fromkeys(strip.row.subject.index for strip in made))
    if None in images:
        return ""
    others, split = list(dict.fromkeys(arguments.others)), made[0].row.subject.split
    known = [image for image in images if image is not None]
    return words.command(arguments.run, known, asked, display, others, split=split)


def _lines(strip: Strip, language: str) -> list[str]:
    """Below a strip: whose it is and what the network says."""
    from cnnlab.explain import words

    verdict = words.verdict(strip.row, strip.source.class_names, language)
    return [f"{strip.row.subject.name} · {strip.source.name} · {verdict}"]


def _say(arguments: argparse.Namespace, made: list[Strip], cards: Cards, output: Output) -> int:
    """What was made as JSON: of one explanation its own keys, of several a list of such."""
    problems = [problem for strip in made for panel in strip.panels for problem in panel.cell.problems]
    output.problems(problems)
    written = {"out": arguments.out, "array": arguments.array}
    if arguments.report:
        written["report"] = arguments.report
    where = arguments.out or arguments.report or arguments.array
    rows = [
        _values(strip, place, graded[place])
        for strip, graded in zip(made, cards, strict=True)
        for place in range(len(strip.panels))
    ]
    rows = [row for row in rows if row]
    if _is_one(made):
        (row,) = rows
        lines = [output.t("cli.explained", out=where, target=row["target"])]
        lines += [score_words.verdict(card, output.language) for graded in cards for card in graded if card]
        output.result({**row, **written}, "\n".join(lines))
    else:
        values = {"run_id": arguments.run, "explanations": rows, **written}
        output.result(values, output.t("cli.explained_several", out=where, count=len(rows)))
    return 2 if problems else 0


def _is_one(made: list[Strip]) -> bool:
    return len(made) == 1 and len(made[0].panels) == 1


def _values(strip: Strip, place: int, card: Card | None) -> dict[str, Any]:
    cell, names = strip.panels[place].cell, strip.source.class_names
    found = cell.explanation
    if found is None:
        return {}
    subject = strip.row.subject
    values: dict[str, Any] = {
        "run_id": strip.source.run_id,
        "index": subject.index,
        "split": None if subject.index is None else subject.split,
        "method": found.method,
        "layer": found.layer,
        "target": names[found.target],
        "predicted": names[found.predicted],
        "probabilities": dict(zip(names, strip.row.probabilities, strict=True)),
        "decided": names[found.predicted if strip.row.decided is None else strip.row.decided],
        **strip.source.reading.values(names),
        "scorecard": None if card is None else score_table.card_values(card),
    }
    if cell.minus is not None:
        values["minus"] = names[cell.minus]
    if found.notes:
        values["notes"] = dict(found.notes)
    if subject.index is None:
        values["file"] = subject.name
    return values


def _display(arguments: argparse.Namespace) -> Display:
    from cnnlab.explain.display import Display

    chosen = {
        name: getattr(arguments, name) for name in ("opacity", "colours", "signs", "smoothing", "scale", "picture")
    }
    return Display(**chosen).checked()


def _asked(arguments: argparse.Namespace, names: tuple[str, ...]) -> Asked:
    from cnnlab.explain.base import method_entry
    from cnnlab.explain.several import Asked

    methods = tuple(dict.fromkeys(part.strip() for part in arguments.method.split(",") if part.strip()))
    entries = [method_entry(method) for method in methods or (arguments.method,)]
    if arguments.layer is not None and not any(entry.facts["layers"] for entry in entries):
        raise LabError("layer_not_taken", field="--layer", value=arguments.layer[:80], method=methods[0])
    targets: list[int | str] = []
    if arguments.target is not None:
        targets.append(class_named(arguments.target, names, "--target"))
    for part in (arguments.targets or "").split(","):
        if text := part.strip():
            targets.append(ROLE_WORDS[text] if text in ROLE_WORDS else class_named(text, names, "--targets"))
    if arguments.difference and (len(targets) != 2 or targets[0] == targets[1]):
        raise LabError("difference_of_two", field="--difference", value=arguments.targets or "")
    options = _options(arguments, methods)
    chosen = tuple(dict.fromkeys(targets)) or ("predicted",)
    return Asked(methods, chosen, arguments.layer, options, arguments.difference)


def _options(arguments: argparse.Namespace, methods: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """``steps=8`` for every method that has such an option, ``saliency.abs=false`` for that one alone."""
    from cnnlab.explain.base import method_entry

    found: dict[str, dict[str, Any]] = {method: {} for method in methods}
    for text in arguments.set:
        name, value = parse_setting(text)
        method, _, option = name.partition(".")
        if option and method in methods:
            takers, name = [method], option
        else:
            # nobody has it: then the first refuses it, and says what it has
            takers = [one for one in methods if name in method_entry(one).options] or [methods[0]]
        for taker in takers:
            found[taker][name] = value
    return found
