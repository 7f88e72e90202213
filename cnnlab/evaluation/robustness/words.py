"""What was measured, in words: the same on the page and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.robustness.measured import Accuracy, Robustness, difference, order
from cnnlab.evaluation.robustness.shifts import Sampling, Shifts
from cnnlab.evaluation.robustness.table import corruptions
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import points


def title(name: str, language: str) -> str:
    return corruptions()[name].text("title", language)


def share(found: Accuracy, language: str) -> str:
    """``82.1 % (78.5 to 85.2)``"""
    return translate(
        "robustness.share",
        language,
        share=formats.percent(found.value, language),
        low=points(found.low, language),
        high=points(found.high, language),
    )


def sentences(found: Robustness, language: str) -> list[str]:
    """Of one network: how much it has right clean and corrupted, and what harms it most and least."""
    means = found.means()
    worst, best = next(iter(means)), next(reversed(means))
    clean = found.clean_accuracy
    said = [
        translate(
            "robustness.summary",
            language,
            images=formats.whole(found.images, language),
            of=formats.whole(found.of, language),
            clean=share(clean, language),
            mean=share(found.mean_accuracy(), language),
        )
    ]
    if worst != best:
        said.append(
            translate(
                "robustness.worst",
                language,
                worst=title(worst, language),
                share=formats.percent(means[worst], language),
                drop=points(clean.value - means[worst], language),
                best=title(best, language),
                least=formats.percent(means[best], language),
            )
        )
    return said


def compared(found: Sequence[Robustness], names: Sequence[str], language: str) -> list[str]:
    """Of several on the same images: the most robust against each other one."""
    first, *others = order(found)
    said = []
    for other in others:
        between = difference(found[first], found[other], comparisons=len(others))
        key = "robustness.compared.real" if between.low > 0 else "robustness.compared.chance"
        said.append(
            translate(
                key,
                language,
                best=names[first],
                second=names[other],
                difference=points(between.value, language),
                low=points(between.low, language),
                high=points(between.high, language),
            )
        )
    return said


def shift_sentences(found: Shifts, sampling: Sampling, language: str) -> list[str]:
    """How far the network is invariant, beside what its layers would let one expect."""
    kept, reach = found.holds_to(), found.by_distance()[-1]
    key = "robustness.shift.holds" if kept else "robustness.shift.breaks"
    said = [
        translate(
            key,
            language,
            count=kept,
            reach=reach[0],
            share=formats.percent(reach[1], language),
            images=len(found.labels),
        )
    ]
    if sampling.total > 1:
        layers = ", ".join(f"{name} ({step})" for name, _, step in sampling.steps)
        said.append(translate("robustness.shift.strides", language, total=sampling.total, layers=layers))
    else:
        key = "robustness.shift.no_stride" if sampling.maps else "robustness.shift.no_maps"
        said.append(translate(key, language))
    return said
