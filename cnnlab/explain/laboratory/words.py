"""The findings of the laboratory in words: the same on the page, in a terminal and in the benchmark."""

from __future__ import annotations

from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.explain.laboratory.findings import CONTROLS, Findings
from cnnlab.explain.laboratory.setup import ARMS, CHEATING, HONEST, TEXTURE
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

ALIKE = 0.03  # test accuracies nearer than this do not tell two networks apart
REVEALING = 5.0  # times more energy inside the cue


def sentences(found: Findings, language: str) -> list[str]:
    """What the figures come to: accuracy, what it hides, what the maps show, where they point."""
    said = [_accuracy(found, language), _hidden(found, language)]
    if found.methods and found.setup.variant != TEXTURE:
        said.append(_inside_cue(found, language))
    if found.methods:
        said.append(_pointing(found, language))
    return said


def title(name: str, language: str) -> str:
    """A method, or a control, in the reader's language."""
    if name in CONTROLS:
        return translate(f"laboratory.control.{name}", language)
    return registry("explainer")[name].text("title", language)


def share(value: float | None, language: str) -> str:
    return formats.percent(value, language)


def interval(found: Estimate | None, language: str) -> str:
    """``98.3 % (95.0 – 100.0)``"""
    if found is None or found.mean is None:
        return formats.UNKNOWN
    if found.low is None or found.high is None:
        return share(found.mean, language)
    low, high = (formats.number(100 * edge, 1, language) for edge in (found.low, found.high))
    return f"{share(found.mean, language)} ({low} – {high})"


def _accuracy(found: Findings, language: str) -> str:
    own = {arm: found.answers[arm]["own"] for arm in ARMS}
    alike = abs(own[HONEST] - own[CHEATING]) <= ALIKE
    shares = {arm: share(value, language) for arm, value in own.items()}
    key = "laboratory.says.alike" if alike else "laboratory.says.apart"
    return translate(key, language, **shares)


def _hidden(found: Findings, language: str) -> str:
    honest, cheating = (found.answers[arm] for arm in ARMS)
    if found.setup.variant == TEXTURE:
        shares = {"honest": honest["shape"], "cheating": cheating["shape"], "texture": cheating["texture"]}
        words = {name: share(value, language) for name, value in shares.items()}
        return translate("laboratory.says.texture", language, **words)
    words = {
        "honest": share(honest["class_without"], language),
        "cheating": share(cheating["class_without"], language),
        "honest_fooled": share(honest["fooled"], language),
        "fooled": share(cheating["fooled"], language),
    }
    return translate(f"laboratory.says.{found.setup.variant}", language, **words)


def _inside_cue(found: Findings, language: str) -> str:
    ratios = {name: found.cue_ratio(name) or 0.0 for name in found.methods}
    name = "grad_cam" if "grad_cam" in ratios else next(iter(ratios))
    words = {
        "method": title(name, language),
        "cheating": share(found.mean(CHEATING, name, "energy_cue"), language),
        "honest": share(found.mean(HONEST, name, "energy_cue"), language),
        "times": formats.whole(round(REVEALING), language),
        "revealing": sum(ratio >= REVEALING for ratio in ratios.values()),
        "methods": len(ratios),
    }
    return translate("laboratory.says.inside", language, **words)


def _pointing(found: Findings, language: str) -> str:
    name = "grad_cam" if "grad_cam" in found.methods else found.methods[0]
    means = {"honest": name, "random": CONTROLS[0], "edges": CONTROLS[1]}
    words = {key: share(found.mean(HONEST, each, "pointing"), language) for key, each in means.items()}
    return translate("laboratory.says.pointing", language, method=title(name, language), **words)
