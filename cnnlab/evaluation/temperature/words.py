"""What a temperature means, in sentences for whoever reads the network's probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.i18n import formats, translate

if TYPE_CHECKING:
    from cnnlab.evaluation.temperature.of_run import Scaled


def sentence_of(found: Scaled, language: str) -> str:
    """How sure and how right it is on test, what was fitted on validation, and whether that helps on test."""
    parts = ["measured", found.kind]
    if found.kind in ("over", "under"):
        parts.append(found.verdict)
    before, after, loss = (
        found.effect.before.calibration,
        found.effect.after.calibration,
        found.effect.change["log_loss"],
    )
    values = {
        "says": formats.percent(before.confidence, language),
        "right": formats.percent(before.accuracy, language),
        "then": formats.percent(after.confidence, language),
        "temperature": formats.number(found.fitted.temperature, 2, language),
        "before": formats.percent(before.error, language),
        "after": formats.percent(after.error, language),
        **{name: formats.number(getattr(loss, name), 4, language) for name in ("value", "low", "high")},
    }
    return " ".join(translate(f"calibrate.said.{part}", language, **values) for part in parts)
