"""What several networks say of the same images, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.disagreements import orders
from cnnlab.evaluation.disagreements.measures import Ensemble
from cnnlab.evaluation.disagreements.panel import Panel
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import points


def left_out_words(panel: Panel, names: Sequence[str], language: str) -> list[str]:
    """A sentence for each run that can't be compared with the others; ``names``: of all that were asked for."""
    return [translate(f"disagree.left_out.{why}", language, run=names[p]) for p, why in panel.left_out.items()]


def counts_words(panel: Panel, language: str) -> str:
    found = {name: formats.whole(count, language) for name, count in orders.counts(panel).items()}
    return translate("disagree.counts", language, images=formats.whole(len(panel), language), **found)


def ensemble_words(found: Ensemble, names: Sequence[str], language: str) -> str:
    """``names``: of the panel's networks."""
    gain = found.gains[found.best]
    lead = "ahead" if gain.difference > 0 else "behind" if gain.difference < 0 else "level"
    return translate(
        f"disagree.ensemble.{lead}_real" if gain.real else f"disagree.ensemble.{lead}",
        language,
        accuracy=formats.percent(found.accuracy, language),
        best=names[found.best],
        difference=points(abs(gain.difference), language),
        low=points(gain.low, language),
        high=points(gain.high, language),
    )
