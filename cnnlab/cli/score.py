"""``score``: methods graded over a batch of test images, beside maps that know nothing of the network."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
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
    from cnnlab.evaluation.trained import TrainedModel
    from cnnlab.explain.grading.scoring import Plan, Scored


def score(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A row a method and a control, a column a score: the mean over the images and its interval."""
    from cnnlab.evaluation.evaluate import dataset_of, held_out_predictions
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.explain.grading.scoring import score_run

    ending = score_table.check_format(arguments.out) if arguments.out else ""
    score_table.ordered([], arguments.sort)
    journal = Journal.open(home, arguments.run)
    model = load_trained(journal.folder)
    plan = _plan(arguments, model)
    columns = held_out_predictions(journal, home)
    with ProgressBar(output) as bar:
        scored = score_run(model, dataset_of(journal, home), columns, plan, progress=bar)
    lines = score_table.ordered(scored.lines, arguments.sort)
    values = score_table.as_dict(scored, lines, arguments.run)
    if arguments.out:
        text = score_table.csv_text(lines) if ending == "csv" else json.dumps(values, indent=1) + "\n"
        files.write(arguments.out, text)
    output.result(values, _text(scored, lines, output))
    return 0


def _plan(arguments: argparse.Namespace, model: TrainedModel) -> Plan:
    from cnnlab.explain.grading.scoring import Plan, check, methods_to_score

    names = [name.strip() for name in (arguments.methods or "").split(",") if name.strip()]
    methods = methods_to_score(names, model.network)
    class_names, true_class = model.card.outputs.class_names, arguments.true_class
    return check(
        Plan(
            methods=methods,
            images=arguments.images,
            pick=arguments.pick,
            true_class=None if true_class is None else class_named(true_class, class_names, "--true-class"),
            layer=arguments.layer,
            options=_options(arguments.set, methods),
            slow_too=arguments.slow,
            seed=arguments.seed,
        )
    )


def _options(settings: list[str], methods: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Raises ``LabError`` ("option_of_no_method"), and what ``parse_setting`` raises."""
    options: dict[str, dict[str, Any]] = {}
    for text in settings:
        name, value = parse_setting(text)
        method, _, option = name.partition(".")
        if method not in methods or not option:
            raise LabError("option_of_no_method", field="--set", value=name[:80], known=", ".join(methods))
        options.setdefault(method, {})[option] = value
    return options


def _text(scored: Scored, lines: list[Any], output: Output) -> str:
    """The table, what "beats" means, and how to read it."""
    names = score_table.scores_with_values(lines)
    header = [output.t("cli.score.column.method"), *(score_words.heading(name, output.language) for name in names)]
    header += [output.t("cli.score.column.random"), output.t("cli.score.column.edges")]
    rows = [
        [
            score_words.line_title(line, output.language),
            *(score_words.interval(line.estimates[name], output.language) for name in names),
            *(score_words.won(line, control) for control in score_table.CONTROLS),
        ]
        for line in lines
    ]
    return "\n".join([output.table(header, rows), "", output.t("scores.batch_rule", images=len(scored.indices))])
