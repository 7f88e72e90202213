"""What a temperature means, in a sentence for whoever reads the network's probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.i18n import formats, translate

if TYPE_CHECKING:
    from cnnlab.evaluation.temperature.of_run import Scaled


def sentence_of(found: Scaled, language: str) -> str:
    """ "Too sure: on average it says 98 % and is right in 93 %. Divided by 1.6 its logits say 93 %"."""
    before, after = found.effect.before.calibration, found.effect.after.calibration
    return translate(
        f"calibrate.said.{found.kind}",
        language,
        says=formats.percent(before.confidence, language),
        right=formats.percent(before.accuracy, language),
        then=formats.percent(after.confidence, language),
        temperature=formats.number(found.fitted.temperature, 2, language),
        before=formats.percent(before.error, language),
        after=formats.percent(after.error, language),
    )
