"""What operations with windows do to a field: convolution, pooling, padding, slices, interpolation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from cnnlab.models.receptive_graph import Field

Lookup = Callable[[Any], Field | None]
"""The field of an argument; None for what does not depend on the input."""

Rule = Callable[[Lookup, Sequence[Any], Tensor], Field | None]
"""(lookup, arguments of the operation, its first result) -> the field of the result; None: not known."""


def convolution(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    inputs, weight, _, stride, padding, dilation, transposed = arguments[:7]
    field = lookup(inputs)
    if field is None or transposed:
        return None
    kernel = weight.shape[2:]
    wide = [_wide(values, len(kernel)) for values in (kernel, stride, padding, dilation)]
    return _windowed(field.contracted([1]), result, list(zip(*wide, strict=True)))


def max_pooling(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    return _pooled(lookup, arguments, result, dilated=True)


def average_pooling(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    return _pooled(lookup, arguments, result, dilated=False)


def _pooled(lookup: Lookup, arguments: Sequence[Any], result: Tensor, *, dilated: bool) -> Field | None:
    """Arguments: inputs, kernel, stride, padding, then for the maximum the dilation."""
    given = [*arguments[1:5], *([[], 0, 1][len(arguments[:5]) - 2 :])]
    kernel, stride, padding = given[0], given[1] or given[0], given[2]
    wide = [_wide(values, 2) for values in (kernel, stride, padding, given[3] if dilated else 1)]
    field = lookup(arguments[0])
    return None if field is None else _windowed(field, result, list(zip(*wide, strict=True)))


def _windowed(field: Field, result: Tensor, windows: Sequence[Sequence[int]]) -> Field:
    """``windows``: (kernel, stride, padding, dilation) of each of the last dimensions."""
    first = result.ndim - len(windows)
    for place, (kernel, stride, padding, dilation) in enumerate(windows):
        dimension = first + place
        axes = field.carried(dimension)
        if len(axes) > 1 and (kernel, stride, padding) != (1, 1, 0):
            return field.lost()
        for axis in axes:
            after = field.axes[axis].window(kernel, stride, padding, dilation, result.shape[dimension])
            field = field.with_axis(axis, after)
        if not axes and field.carry is not None and (kernel, stride) != (1, 1):
            field = _still_counted(field, dimension, (kernel, stride, padding, dilation), result.shape[dimension])
    return field


def _still_counted(field: Field, dimension: int, window: tuple[int, int, int, int], count: int) -> Field:
    """A map of one position grows its field all the same: into its padding, or by what follows a stride."""
    for axis in (field.carry or {}).get(dimension, frozenset()):
        field = field.with_axis(axis, field.axes[axis].window(*window, count))
    return field


def adaptive_pooling(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    inputs = arguments[0]
    field = lookup(inputs)
    if field is None:
        return None
    if tuple(result.shape[-2:]) == (1, 1):
        return field.whole()
    for dimension in (result.ndim - 2, result.ndim - 1):
        before, after = inputs.shape[dimension], result.shape[dimension]
        for axis in field.carried(dimension):
            share = before // after
            even = field.axes[axis].window(share, share, 0, 1, after) if share else None
            # else windows of unequal sizes, from (i * before) // after on
            field = field.with_axis(axis, even if even and before % after == 0 else field.axes[axis].irregular(after))
    return field


def resizing(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    """An interpolation: neighbours see unequal numbers of pixels."""
    field = lookup(arguments[0])
    if field is None or arguments[0].shape == result.shape:
        return field
    for dimension in range(2, result.ndim):
        for axis in field.carried(dimension):
            field = field.with_axis(axis, field.axes[axis].irregular(result.shape[dimension]))
    return field


def padding(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    """With a constant: arguments are inputs and (before, after) from the last dimension on."""
    field, pads = lookup(arguments[0]), arguments[1]
    if field is None:
        return None
    parts = {result.ndim - 1 - place: (-pads[2 * place], 1) for place in range(len(pads) // 2)}
    return _sliced(field, parts, arguments[0], result)


def slicing(lookup: Lookup, arguments: Sequence[Any], result: Tensor) -> Field | None:
    given: list[Any] = [*arguments, *(0, None, None, 1)[len(arguments) - 1 :]]
    inputs, dimension, start, _, step = given
    field = lookup(inputs)
    dimension, begin = dimension % inputs.ndim, start or 0
    if begin < 0:
        begin = max(0, begin + inputs.shape[dimension])
    return None if field is None else _sliced(field, {dimension: (begin, step)}, inputs, result)


def _sliced(field: Field, parts: dict[int, tuple[int, int]], inputs: Tensor, result: Tensor) -> Field:
    """``parts``: dimension -> (first position, step)."""
    for dimension, (begin, step) in parts.items():
        axes = field.carried(dimension)
        if (begin, step) == (0, 1) and inputs.shape[dimension] == result.shape[dimension]:
            continue
        if len(axes) > 1:
            return field.lost()
        for axis in axes:
            field = field.with_axis(axis, field.axes[axis].window(1, step, -begin, 1, result.shape[dimension]))
    return field


def _wide(values: Any, length: int) -> list[int]:
    listed = [int(value) for value in values] if isinstance(values, list | tuple) else [int(values)]
    return listed * length if len(listed) == 1 else listed
