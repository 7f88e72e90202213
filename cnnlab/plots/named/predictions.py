"""Figures that stored predictions of a split say all about."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlab.evaluation.calibration import calibration
from cnnlab.evaluation.class_names import class_named
from cnnlab.evaluation.confusion import confusion as counted
from cnnlab.evaluation.confusion import most_confused
from cnnlab.evaluation.judged import Judged, judged
from cnnlab.evaluation.picks import histogram
from cnnlab.i18n import translate
from cnnlab.plots.export.file import PAPER
from cnnlab.plots.named import Asked, nothing
from cnnlab.runs.journal import Journal

LARGEST = 30  # classes of a matrix; of more, those that are confused most


def confusion(asked: Asked) -> Any:
    """Of more than ``LARGEST`` classes those that are confused most."""
    from cnnlab.plots import confusion as plot

    said = _judged("confusion", asked)
    counts = counted(said.labels.tolist(), said.predictions.tolist(), len(said.names))
    order = most_confused(counts, LARGEST) if len(counts) > LARGEST else list(range(len(counts)))
    return plot.heatmap(
        counts[order][:, order],
        [said.names[place] for place in order],
        plot.words_in(asked.language),
        PAPER,
        as_rates=asked.rates,
        language=asked.language,
        of_truth=counts.sum(1)[order],
    )


def confidence(asked: Asked) -> Any:
    from cnnlab.plots import confidence as plot

    right, wrong = histogram(_judged("confidence", asked))
    return plot.confidence(right.tolist(), wrong.tolist(), plot.words_in(asked.language), PAPER, asked.language)


def reliability(asked: Asked) -> Any:
    from cnnlab.plots import reliability as plot

    said = _judged("reliability", asked)
    known = said.known
    bins = calibration(said.right[known], said.confidence[known].astype(np.float64)).bins
    return plot.reliability(bins, plot.words_in(asked.language), PAPER, asked.language)


def roc(asked: Asked) -> Any:
    return _of_class("roc", asked)


def precision_recall(asked: Asked) -> Any:
    return _of_class("precision_recall", asked)


def _of_class(name: str, asked: Asked) -> Any:
    """The point is the threshold that was kept for the class, else one half."""
    from cnnlab.evaluation.thresholds import kept
    from cnnlab.evaluation.thresholds.choice import HALF, Costs
    from cnnlab.evaluation.thresholds.curves import curves
    from cnnlab.evaluation.thresholds.of_run import against, choose, usual_class
    from cnnlab.plots import class_curves as plot

    said = _judged(name, asked)
    wanted = asked.class_name
    number = usual_class(said.names) if wanted is None else class_named(wanted, said.names, "--class")
    one = against(said, number)
    found = curves(one.scores, one.positive, draws=0)
    if found is None:
        raise nothing(name, asked, translate("thresholds_page.no_curve", asked.language, name=said.names[number]))
    decides = kept.kept(Journal.open(asked.home, asked.run_ids[0]).folder)
    at = min(decides.at, 1.0) if decides is not None and decides.number == number else HALF
    side = choose(one, one, Costs(1.0, 1.0), at).test
    point = plot.Point(at, 1 - (side.specificity or 0.0), side.recall or 0.0, side.precision)
    draw = getattr(plot, name)
    return draw(said.names[number], found, [], point, plot.words_in(asked.language), PAPER, asked.language)


def _judged(name: str, asked: Asked) -> Judged:
    said = judged(Journal.open(asked.home, asked.run_ids[0]), asked.home, split=asked.split)
    if not said.known.any():
        raise nothing(name, asked, translate("quality_page.no_labels", asked.language))
    return said
