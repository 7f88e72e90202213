"""What is kept of a run for new images, in sentences; and what its threshold comes to on a split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab.evaluation.thresholds.choice import Costs, Outcome, outcome
from cnnlab.evaluation.thresholds.of_run import against
from cnnlab.i18n import formats, translate

if TYPE_CHECKING:
    from cnnlab.evaluation.judged import Judged
    from cnnlab.evaluation.reading.reading import Reading

_DIGITS = 3


def sentences(reading: Reading, names: Sequence[str], language: str) -> list[str]:
    """None where nothing is kept. ``names``: of the classes, escaped already where they have to be."""
    found = []
    if reading.temperature is not None:
        shown = formats.number(reading.temperature, 2, language)
        found.append(translate("calibrate.kept.yes", language, temperature=shown))
    if reading.threshold is not None:
        found.append(_threshold(reading, names, language))
    return found


def _threshold(reading: Reading, names: Sequence[str], language: str) -> str:
    threshold, shown = reading.threshold, reading.shown_threshold
    assert threshold is not None and shown is not None  # noqa: S101, PT018  # asked before
    sides = {"name": names[threshold.number], "other": names[1 - threshold.number]}
    if threshold.at > 1:
        return translate("threshold.kept.never", language, **sides)
    own, at = (formats.number(value, _DIGITS, language) for value in (threshold.at, shown))
    kind = "yes" if reading.temperature is None or own == at else "tempered"
    return translate(f"threshold.kept.{kind}", language, **sides, at=at, own=own)


def at_threshold(judged: Judged, reading: Reading) -> Outcome | None:
    """What the kept threshold comes to on a split; ``None`` without one, or without a single label."""
    if reading.threshold is None or not judged.known.any():
        return None
    rest = against(judged, reading.threshold.number)
    return outcome(rest.scores, rest.positive, reading.threshold.at, Costs())


def beside_metrics(judged: Judged, reading: Reading, names: Sequence[str], language: str) -> list[str]:
    """What the metrics of a split are not about: they are those of the weights, whatever is kept."""
    if reading.is_plain:
        return []
    found = [translate("evaluate_kept.stay", language), *sentences(reading, names, language)]
    side = at_threshold(judged, reading)
    if side is None or reading.threshold is None:
        return found
    right = (side.hits + side.rejections) / int(judged.known.sum())
    shares = {"right": right, **{name: getattr(side, name) for name in ("precision", "recall", "specificity")}}
    said = {name: formats.percent(one, language) for name, one in shares.items()}
    return [*found, translate("evaluate_kept.comes_to", language, name=names[reading.threshold.number], **said)]
