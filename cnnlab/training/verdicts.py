"""What the numbers of one batch mean: each verdict names the number that made it and, where it is bad, a cure.

Thresholds are stated here with where they come from. Importing this imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cnnlab.i18n import formats, translate

if TYPE_CHECKING:
    from cnnlab.training.probe import LayerSigns, Signs

Weight = Literal["good", "note", "warning"]

# A classifier that knows nothing says every class with the same probability: its loss is ln(classes) (Karpathy 2019,
# "A recipe for training neural networks": verify the loss at the start). Twice or half of that is far.
FAR_LOSS = 2.0
# Between the first and the last layer with weights (Glorot & Bengio 2010 and He et al. 2015 show both curves).
VANISHING = 1e-4
EXPLODING = 1e4
# A step is healthy at about 0.001 of the weights (Karpathy, CS231n notes, "ratio of weights and updates"). With a
# gradient of a thousand times the weights, a plain step of rate 0.001 is as large as the weights themselves.
STEEP = 1000.0
# Units that give zero for a whole batch learn nothing from it (Lu et al. 2019, "Dying ReLU and initialization").
DEAD, MANY_DEAD = 0.9, 0.5
# Values beyond 0.99 of a tanh or a sigmoid, where its slope is nearly nothing (Glorot & Bengio 2010).
SATURATED = 0.9
# Inputs should be around zero with a spread of about one (LeCun et al. 1998, "Efficient BackProp").
LEAST_SPREAD, MOST_SPREAD = 0.1, 10.0


@dataclass(frozen=True)
class Verdict:
    """``trial.verdict.CODE`` is the sentence; ``params`` are plain numbers and names of layers."""

    code: str
    params: Mapping[str, Any]
    weight: Weight

    def sentence(self, language: str) -> str:
        words = {name: _written(name, value, language) for name, value in self.params.items()}
        return translate(f"trial.verdict.{self.code}", language, **words)


def judge(signs: Signs, expected: float | None) -> tuple[Verdict, ...]:
    """What the numbers mean: warnings first, then notes, or that all is well."""
    found = [*_not_finite(signs)] or [
        *_gradients(signs.layers),
        *_units(signs.layers),
        *_loss(signs.loss, expected),
        *_input(signs),
    ]
    order = ("warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.weight))) or (Verdict("all_fine", {}, "good"),)


def _not_finite(signs: Signs) -> Iterator[Verdict]:
    """Where it began; everything after it says nothing."""
    for layer in signs.layers:
        if not math.isfinite(layer.activation_std):
            yield Verdict("activation_not_finite", {"layer": layer.name}, "warning")
            return
    if not math.isfinite(signs.loss):
        yield Verdict("loss_not_finite", {}, "warning")
        return
    for layer in reversed(signs.layers):
        if layer.gradient_norm is not None and not math.isfinite(layer.gradient_norm):
            yield Verdict("gradient_not_finite", {"layer": layer.name}, "warning")
            return


def _gradients(layers: tuple[LayerSigns, ...]) -> Iterator[Verdict]:
    learning = [layer for layer in layers if layer.weighted and layer.gradient_norm is not None]
    if not learning:
        yield Verdict("no_gradient", {}, "note")
        return
    first, last = learning[0], learning[-1]
    before, after = first.gradient_norm or 0.0, last.gradient_norm or 0.0
    names = {"first": first.name, "last": last.name}
    if not before and not after:
        yield Verdict("no_gradient_anywhere", {}, "warning")
        return
    ratio = before / after if after else math.inf
    steep = [layer for layer in learning if (layer.ratio or 0.0) > STEEP]
    if ratio < VANISHING:
        yield Verdict("vanishing", {**names, "ratio": ratio}, "warning")
    elif ratio > EXPLODING:
        yield Verdict("exploding", {**names, "ratio": ratio}, "warning")
    if steep:
        worst = max(steep, key=lambda layer: layer.ratio or 0.0)
        yield Verdict("steep", {"layer": worst.name, "ratio": worst.ratio, "count": len(steep)}, "warning")


def _units(layers: tuple[LayerSigns, ...]) -> Iterator[Verdict]:
    dead = [layer for layer in layers if layer.dead is not None and layer.dead >= MANY_DEAD]
    if dead:
        worst = max(dead, key=lambda layer: layer.dead or 0.0)
        gone = (worst.dead or 0.0) >= DEAD
        params = {"layer": worst.name, "share": worst.dead, "count": len(dead)}
        yield Verdict("dead", params, "warning") if gone else Verdict("many_dead", params, "note")
    flat = [layer for layer in layers if layer.saturated is not None and layer.saturated >= SATURATED]
    if flat:
        worst = max(flat, key=lambda layer: layer.saturated or 0.0)
        yield Verdict("saturated", {"layer": worst.name, "share": worst.saturated, "count": len(flat)}, "warning")


def _loss(loss: float, expected: float | None) -> Iterator[Verdict]:
    if expected is None:
        return
    params = {"loss": loss, "expected": expected}
    if loss > FAR_LOSS * expected:
        yield Verdict("loss_high", params, "note")
    elif loss < expected / FAR_LOSS:
        yield Verdict("loss_low", params, "note")


def _input(signs: Signs) -> Iterator[Verdict]:
    mean, std = signs.input_mean, signs.input_std
    if abs(mean) > std or not LEAST_SPREAD <= std <= MOST_SPREAD:
        yield Verdict("input_not_normalised", {"mean": mean, "std": std}, "note")


def _written(name: str, value: Any, language: str) -> Any:
    if name == "count":
        return formats.Counted(value, language)
    if name == "share":
        return formats.percent(value, language, digits=0)
    if name == "ratio":
        return formats.learning_rate(value) if math.isfinite(value) else "∞"
    if name in ("loss", "expected", "mean", "std"):
        return formats.number(value, 2, language)
    return str(value)
