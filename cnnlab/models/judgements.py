"""What a teacher would say of a design at a glance: few things, each with its numbers and, where it is bad, a cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from cnnlab.i18n import formats, translate
from cnnlab.models.layers.base import MAPS
from cnnlab.models.shapes import Shape

if TYPE_CHECKING:  # the design calls its judges
    from cnnlab.models.design import LayerRow

Weight = Literal["good", "note", "warning"]
Rows = Sequence["LayerRow"]

WEIGHTED = ("convolution", "residual_block", "linear", "output")
SEEING = ("convolution", "residual_block")
MOST_OF = 0.5  # share of all parameters in one layer that is worth a word
FEW_PARAMETERS = 100_000  # below this nobody needs to save any
DEEP = 8  # layers with weights in a row that hardly train without normalisation or shortcuts (He et al. 2015)
MANY_SATURATING = 5  # sigmoid and tanh; LeNet-5 trains with four
MANY_SIGMOIDS = 3  # its gradient is at most a quarter (Glorot, Bengio 2010)
MUCH_MEMORY = 8_000_000  # bytes of one sample: half a gigabyte for a batch of 64
EARLY_SHARE = 0.6


@dataclass(frozen=True)
class Judgement:
    """``judgement.CODE`` is the sentence; ``params`` are plain numbers and names of layers."""

    code: str
    params: Mapping[str, Any]
    weight: Weight

    def sentence(self, language: str) -> str:
        words = {name: _written(name, value, language) for name, value in self.params.items()}
        return translate(f"judgement.{self.code}", language, **words)


def _written(name: str, value: Any, language: str) -> str:
    if name == "share":
        return formats.percent(value, language, digits=0 if value > 0.1 else 1)
    if name == "parameters":
        return formats.short(value, language)
    if name == "bytes":
        return formats.size(value, language)
    return formats.whole(value, language) if isinstance(value, int) else str(value)


def judge(rows: Rows, image: Shape) -> tuple[Judgement, ...]:
    """Of a whole design that can be built: warnings first, then notes, then what is good."""
    order = ("warning", "note", "good")
    found = [judgement for one in _JUDGES for judgement in one(rows, image)]
    return tuple(sorted(found, key=lambda judgement: order.index(judgement.weight)))


def _linear_holds_weights(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001  # one signature for all
    total = sum(row.parameters or 0 for row in rows)
    first = next(row for row in rows if row.kind in ("linear", "output"))
    share = (first.parameters or 0) / total
    flattened = any(row.kind == "flatten" for row in rows)
    if share >= MOST_OF and total >= FEW_PARAMETERS and flattened:
        params = {"layer": first.name, "share": share, "parameters": first.parameters}
        yield Judgement("linear_holds_weights", params, "warning")
    elif not flattened and any(row.kind == "global_pooling" for row in rows):
        rest = sum(row.parameters or 0 for row in rows if row.kind in ("linear", "output"))
        if rest / total < MOST_OF:
            yield Judgement("light_head", {"share": rest / total}, "good")


def _field(rows: Rows, image: Shape) -> Iterator[Judgement]:
    seeing = [row for row in rows if row.kind in SEEING]
    if not seeing:
        return
    side = min(image.height, image.width)
    covers = next((row for row in rows if row.kind in (*SEEING, "pooling") and _size(row) >= side), None)
    last = seeing[-1]
    if covers is not None:
        yield Judgement("field_covers", {"layer": covers.name, "number": covers.number}, "good")
    elif 0 < 2 * _size(last) < side:
        params = {"layer": last.name, "field": _size(last), "side": side}
        by_place = any(row.kind == "flatten" for row in rows)  # a linear layer then puts the pieces together
        yield Judgement("field_small", params, "note" if by_place else "warning")


def _size(row: LayerRow) -> int:
    """Of the field, where the fields of all positions are alike, else 0."""
    return min(row.receptive.size) if row.receptive else 0


def _linear_chain(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    """Pairs of layers that together are no more than one."""
    last: LayerRow | None = None
    pairs = []
    for row in rows:
        if row.kind in WEIGHTED:
            if last is not None:
                pairs.append((last, row))
            last = row if row.kind != "residual_block" else None  # it ends with an activation
        elif not _is_linear(row):
            last = None
    if pairs:
        params = {"first": pairs[0][0].name, "second": pairs[0][1].name}
        yield Judgement("no_activation", params, "warning")


def _is_linear(row: LayerRow) -> bool:
    kind = row.options.get("type")
    if row.kind in ("pooling", "global_pooling", "adaptive_pooling"):
        return kind == "average"
    return row.kind in ("flatten", "dropout") or (row.kind == "normalization" and kind == "batch")


def _saturating(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    names: list[str] = []
    for row in rows:
        if row.kind == "activation":
            names.append(row.options["type"])
        elif row.kind == "residual_block":
            names += 2 * [row.options["activation"]]
    sigmoids, tanhs = names.count("sigmoid"), names.count("tanh")
    if sigmoids >= MANY_SIGMOIDS or sigmoids + tanhs >= MANY_SATURATING:
        weight: Weight = "note" if _normalised(rows) else "warning"
        yield Judgement("saturating", {"count": sigmoids + tanhs}, weight)


def _normalised(rows: Rows) -> bool:
    return any(row.kind in ("normalization", "residual_block") for row in rows)


def _depth(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    depth = sum(2 if row.kind == "residual_block" else 1 for row in rows if row.kind in WEIGHTED)
    if depth < DEEP:
        return
    if any(row.kind == "residual_block" for row in rows):
        yield Judgement("shortcuts", {"depth": depth}, "good")
    elif not _normalised(rows):
        yield Judgement("deep_without_help", {"depth": depth}, "warning")


def _shrunk(rows: Rows, image: Shape) -> Iterator[Judgement]:
    before = (image.channels, image.height, image.width)
    for row in rows:
        if row.kind in SEEING and row.options["kernel_size"] > 1 and before[1:] == (1, 1):
            params = {"layer": row.name, "kernel": row.options["kernel_size"]}
            yield Judgement("shrunk", params, "warning")
            return
        if row.shape is None or len(row.shape) != MAPS:
            return
        before = (row.shape[0], row.shape[1], row.shape[2])


def _early_memory(rows: Rows, image: Shape) -> Iterator[Judgement]:
    """The layers before the map is first made smaller."""
    total = sum(row.activation_bytes or 0 for row in rows)
    early = []
    for row in rows:
        if row.shape is None or len(row.shape) != MAPS or row.shape[1] * row.shape[2] < image.height * image.width:
            break
        early.append(row)
    share = sum(row.activation_bytes or 0 for row in early) / total if total else 0.0
    if early and total >= MUCH_MEMORY and share >= EARLY_SHARE:
        yield Judgement("early_memory", {"layer": early[-1].name, "share": share, "bytes": total}, "note")


def _dropout_before_norm(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    """Dropout changes the variance between training and use, which batch normalisation learns (Li et al. 2019)."""
    silenced: LayerRow | None = None
    for row in rows:
        if row.kind == "dropout" and row.options["probability"] > 0:
            silenced = row
        elif silenced is not None and row.kind == "normalization" and row.options["type"] == "batch":
            yield Judgement("dropout_before_norm", {"first": silenced.name, "second": row.name}, "note")
            return


def _idle_bias(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    idle = [
        first.name
        for first, second in pairwise(rows)
        if first.kind in ("convolution", "linear") and first.options["bias"] and _batch_norm(second)
    ]
    if idle:
        yield Judgement("idle_bias", {"layer": ", ".join(idle[:4]) + (", …" if len(idle) > 4 else "")}, "note")


def _batch_norm(row: LayerRow) -> bool:
    return row.kind == "normalization" and row.options["type"] == "batch"


def _no_convolution(rows: Rows, image: Shape) -> Iterator[Judgement]:  # noqa: ARG001
    if not any(row.kind in SEEING for row in rows):
        yield Judgement("no_convolution", {}, "note")


_JUDGES: tuple[Callable[[Rows, Shape], Iterator[Judgement]], ...] = (
    _linear_holds_weights,
    _field,
    _linear_chain,
    _saturating,
    _depth,
    _shrunk,
    _early_memory,
    _dropout_before_norm,
    _idle_bias,
    _no_convolution,
)
