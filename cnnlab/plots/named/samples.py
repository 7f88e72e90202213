"""Figures of a run's samples: groups of them, where they lie in feature space, how many it was trained on."""

from __future__ import annotations

from typing import Any

from cnnlab.errors import LabError
from cnnlab.i18n import translate
from cnnlab.plots.export.file import PAPER
from cnnlab.plots.named import Asked, nothing
from cnnlab.runs.journal import Journal


def groups(asked: Asked) -> Any:
    """A metric by group. Raises ``LabError``: "figure_column" without a grouping, and where there is no group."""
    from cnnlab.evaluation.groups.grouping import columns, of_column
    from cnnlab.evaluation.groups.look import look
    from cnnlab.plots.groups import by_group

    seen = look(Journal.open(asked.home, asked.run_ids[0]), asked.home, asked.split)
    if asked.by is None:
        known = columns(seen.prepared)
        raise LabError("figure_column", field="--by", value="groups", example=known[0] if known else "brightness")
    positive = seen.class_number(asked.class_name)
    found = seen.gaps(of_column(seen.prepared, asked.by), asked.metric or "accuracy", positive=positive)
    made = by_group(found, seen.judged.names[positive], PAPER, asked.language)
    if made is None:
        raise nothing("groups", asked, translate("groups.nothing", asked.language))
    return made


def space(asked: Asked) -> Any:
    """Principal components; the command ``space`` draws t-SNE and UMAP too."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.space.space import Asked as Wanted
    from cnnlab.evaluation.space.space import space as found_space
    from cnnlab.plots import space as plot

    if asked.colour not in plot.COLOURINGS:
        known = ", ".join(plot.COLOURINGS)
        raise LabError("unknown_colouring", field="--colour", value=asked.colour[:80], known=known)
    journal, spoken = Journal.open(asked.home, asked.run_ids[0]), asked.language
    said = judged(journal, asked.home, split=asked.split)
    found = found_space(journal, dataset_of(journal, asked.home), asked.home, Wanted(asked.split))
    titles = plot.axes(found.explained, found.points.shape[1], spoken)
    series = plot.coloured(said, found.places, asked.colour, PAPER, spoken)
    return plot.figure(found.points, found.places, series, PAPER, spoken, titles=titles)


def more_data(asked: Asked) -> Any:
    """Accuracy by training-set size. Raises ``LabError`` where fewer than two sizes were trained."""
    from cnnlab.evaluation import more_data as evaluation
    from cnnlab.jobs import more_data as jobs
    from cnnlab.plots import more_data as plot

    steps = jobs.steps(asked.run_ids[0], asked.home)
    ready = [step.run.run_id for step in steps if step.run is not None and step.ready]
    if len(ready) < 2:
        cure = translate("figures.measure_first", asked.language, command=f"more-data {asked.run_ids[0]} --start")
        raise nothing("more_data", asked, cure)
    found = [evaluation.point(run_id, asked.home) for run_id in ready]
    law, words = evaluation.power_law(found), plot.words_in(asked.language)
    return plot.by_size(found, law, words, PAPER, asked.language)
