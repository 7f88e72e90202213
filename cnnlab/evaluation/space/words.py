"""What is said of a feature space and of the samples that stand out, on the page and in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.evaluation.space.outliers import Outliers
from cnnlab.evaluation.space.separation import Separation
from cnnlab.i18n import formats, translate

if TYPE_CHECKING:
    from cnnlab.evaluation.duplicates.find import Duplicates
    from cnnlab.evaluation.duplicates.without import Share, Without
    from cnnlab.evaluation.space.space import Asked, Space


def space_words(made: Space, asked: Asked, language: str) -> list[str]:
    """What is drawn, what distances in it mean, how well classes part."""
    drawn = {
        "samples": formats.whole(len(made.places), language),
        "total": formats.whole(made.total, language),
        "width": formats.whole(made.width, language),
    }
    key = "all" if len(made.places) == made.total else "some"
    lines = [translate(f"space.drawn.{key}", language, **drawn, seed=asked.seed)]
    shares = " + ".join(formats.percent(one, language) for one in made.explained)
    total = formats.percent(sum(made.explained), language)
    lines.append(translate(f"space.about.{asked.method}", language, shares=shares, total=total))
    return [*lines, separation_words(made.separation, language)]


def separation_words(apart: Separation, language: str) -> str:
    if apart.knn_accuracy is None or apart.silhouette is None:
        return translate("space.apart.unknown", language)
    return translate(
        f"space.apart.{apart.verdict}",
        language,
        k=apart.k,
        share=formats.percent(apart.knn_accuracy, language),
        silhouette=formats.number(apart.silhouette, 2, language),
    )


def outlier_words(found: Outliers, language: str) -> list[str]:
    """How many are far, what far is, how many show nothing."""
    count = formats.Counted(len(found.far()), language)
    shown = {
        "threshold": formats.number(found.threshold, 3, language),
        "k": found.k,
        "share": formats.percent(len(found.far()) / max(1, len(found.distance)), language),
    }
    lines = [translate("samples.far", language, count=count, **shown)]
    empty = found.empty()
    if empty:
        lines.append(translate("samples.empty", language, count=formats.Counted(len(empty), language)))
    return lines


def duplicate_words(found: Duplicates, accuracy: Without, language: str) -> list[str]:
    """How many test images were trained on, and what accuracy is without them."""
    images = formats.whole(found.images, language)
    lines = []
    count = len(found.trained_on())
    if count == 0:
        lines.append(translate("samples.none_trained_on", language, images=images))
    else:
        lines.append(
            translate(
                "samples.trained_on",
                language,
                count=formats.Counted(count, language),
                before=_percent(accuracy.everything, language),
                share=_percent(accuracy.without, language),
                low=formats.percent(accuracy.without.low, language),
                high=formats.percent(accuracy.without.high, language),
            )
        )
    if not found.near:
        lines.append(translate("samples.only_identical", language, images=images))
    return lines


def suspect_words(count: int, samples: int, split: str, language: str) -> list[str]:
    """How many labels are suspected, and what that is worth in this split."""
    counted = formats.Counted(count, language)
    said = translate("samples.suspected", language, count=counted, total=formats.whole(samples, language))
    return [said, translate(f"samples.evidence.{split}", language)]


def _percent(share: Share, language: str) -> str:
    return formats.percent(share.value, language)
