"""What operations that move, mix or regroup dimensions do to a field: views, products of matrices, reductions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

from torch import Tensor

from cnnlab.models.receptive_graph import Field, viewed
from cnnlab.models.receptive_windows import Lookup, Rule


def tensors(values: Any) -> Iterator[Tensor]:
    """Those in nested lists and tuples, in order."""
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, list | tuple):
        for value in values:
            yield from tensors(value)


def pointwise(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    """Broadcast from the right."""
    aligned = []
    for tensor in tensors(arguments):
        if (field := lookup(tensor)) is not None:
            shift = result.ndim - tensor.ndim
            aligned.append(field.moved({d: d + shift for d in range(tensor.ndim)}))
    return reduce(Field.joined, aligned)


def view(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    field = lookup(arguments[0])
    return None if field is None else viewed(field, tuple(arguments[0].shape), tuple(result.shape))


def mixing(dimensions_of: Callable[[Sequence[Any]], Sequence[int]]) -> Rule:
    """An operation along dimensions that stay, such as softmax."""

    def rule(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
        field = lookup(arguments[0])
        return None if field is None else field.contracted([d % result.ndim for d in dimensions_of(arguments)])

    return rule


def reduction(dimensions_at: int) -> Rule:
    """An operation over the dimensions that argument ``dimensions_at`` names, or over all."""

    def rule(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
        inputs = arguments[0]
        field = lookup(inputs)
        given = arguments[dimensions_at] if len(arguments) > dimensions_at else None
        named = range(inputs.ndim) if given is None or given == [] else given
        gone = {d % inputs.ndim for d in ([named] if isinstance(named, int) else named)}
        if field is None or result.ndim == inputs.ndim:
            return None if field is None else field.contracted(gone)
        return field.contracted(gone).moved(_without(gone, inputs.ndim))

    return rule


def product(first: int) -> Rule:
    """mm and bmm; addmm and baddbmm, whose bias comes first, have ``first`` 1."""

    def rule(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
        left, right = arguments[first : first + 2]
        last = result.ndim - 1
        parts = []
        for tensor, contracted in ((left, last), (right, last - 1)):
            if (field := lookup(tensor)) is not None:
                kept = {d: d for d in range(result.ndim) if d != contracted}
                parts.append(field.contracted([contracted]).moved(kept))
        if first and (bias := lookup(arguments[0])) is not None:
            parts.append(bias.moved({d: d + result.ndim - arguments[0].ndim for d in range(arguments[0].ndim)}))
        return reduce(Field.joined, parts)

    return rule


def attention(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:  # noqa: ARG001
    """Queries, keys, values [..., L, E]: every query sees all keys."""
    parts = [field for tensor in arguments[:3] if (field := lookup(tensor)) is not None]
    return None if len(parts) < 3 else reduce(Field.joined, parts).contracted([arguments[1].ndim - 2])


def renaming(places_of: Callable[[Sequence[Any], Tensor], dict[int, int]]) -> Rule:
    """An operation that only renames dimensions."""

    def rule(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
        field = lookup(arguments[0])
        return None if field is None else field.moved(places_of(arguments, result))

    return rule


def permuted(arguments: Sequence[Any], result: Tensor) -> dict[int, int]:
    return {old % result.ndim: new for new, old in enumerate(arguments[1])}


def transposed(arguments: Sequence[Any], result: Tensor) -> dict[int, int]:
    one, other = (d % max(1, result.ndim) for d in (arguments[1:3] if len(arguments) > 1 else (0, -1)))
    return {**{d: d for d in range(result.ndim)}, one: other, other: one}


def expanded(arguments: Sequence[Any], result: Tensor) -> dict[int, int]:
    ndim = arguments[0].ndim
    return {d: d + result.ndim - ndim for d in range(ndim)}


def unsqueezed(arguments: Sequence[Any], result: Tensor) -> dict[int, int]:
    new = arguments[1] % result.ndim
    return {d: d + (d >= new) for d in range(result.ndim - 1)}


def squeezed(arguments: Sequence[Any], result: Tensor) -> dict[int, int]:  # noqa: ARG001  # the contract's signature
    inputs = arguments[0]
    given = arguments[1] if len(arguments) > 1 else range(inputs.ndim)
    named = {d % inputs.ndim for d in ([given] if isinstance(given, int) else given)}
    return _without({d for d in named if inputs.shape[d] == 1}, inputs.ndim)


def parting(dimension_at: int) -> Rule:
    """Pieces along a dimension, along which no positions may run."""

    def rule(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
        inputs = arguments[0]
        field = lookup(inputs)
        dimension = (arguments[dimension_at] if len(arguments) > dimension_at else 0) % inputs.ndim
        if field is None or field.carried(dimension):
            return None
        return field if result.ndim == inputs.ndim else field.moved(_without({dimension}, inputs.ndim))

    return rule


def concatenation(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    parts = [field for tensor in arguments[0] if (field := lookup(tensor)) is not None]
    dimension = (arguments[1] if len(arguments) > 1 else 0) % result.ndim
    if len(parts) > 1 and any(field.carried(dimension) for field in parts):
        return None
    return reduce(Field.joined, parts)


def stacking(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    parts = [field for tensor in arguments[0] if (field := lookup(tensor)) is not None]
    new = (arguments[1] if len(arguments) > 1 else 0) % result.ndim
    return reduce(Field.joined, parts).moved({d: d + (d >= new) for d in range(result.ndim - 1)})


def indexing(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    """x[:, order]: one index, along a dimension without positions."""
    field = lookup(arguments[0])
    named = [d for d, index in enumerate(arguments[1]) if index is not None]
    if field is None or len(named) != 1 or result.ndim != arguments[0].ndim:
        return None
    return None if field.carried(named[0]) else field


def rolling(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    field = lookup(arguments[0])
    named = arguments[2] if len(arguments) > 2 else []
    if field is None or not named or any(field.carried(d % result.ndim) for d in named):
        return None
    return field


def _without(gone: set[int], ndim: int) -> dict[int, int]:
    return {old: new for new, old in enumerate(d for d in range(ndim) if d not in gone)}
