"""The field of an intermediate tensor: how much of the input each of its positions depends on, and which of its
dimensions those positions run along.

Rows and columns are followed apart. As long as positions lie on a regular grid, a field is (size, stride, start), the
arithmetic of Araujo, Norris and Sim 2019 ("Computing receptive fields of convolutional neural networks", Distill).
Where they don't, after an interpolation for one, only the hull of all fields is kept, and the field is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cnnlab.models.receptive import Receptive

ROWS, COLUMNS = 0, 1
Carry = Mapping[int, frozenset[int]]  # dimension of a tensor -> the axes of the input whose positions run along it


@dataclass(frozen=True)
class Axis:
    """Along one axis of the input, in pixels. Not ``regular``: size and start are those of the hull of all fields."""

    count: int  # positions
    size: float
    stride: float  # 0: every position sees the same
    start: float  # centre of the first position's field
    regular: bool = True

    @property
    def low(self) -> float:
        return self.start - (self.size - 1) / 2

    @property
    def high(self) -> float:
        """Of the last position."""
        return self.low + self.size - 1 + (self.count - 1) * self.stride

    @property
    def moves(self) -> bool:
        """Whether positions see different pixels."""
        return not self.regular or (self.stride != 0 and self.count > 1)

    def covers(self, extent: int) -> bool:
        """Whether each position sees all ``extent`` pixels."""
        last_low = self.low + (self.count - 1) * self.stride
        first_high = self.low + self.size - 1
        return self.regular and last_low <= 0 and first_high >= extent - 1

    def collapsed(self) -> Axis:
        """All positions taken together."""
        return _spanning(self.low, self.high, 1, regular=True)

    def irregular(self, count: int) -> Axis:
        return _spanning(self.low, self.high, count, regular=False)

    def window(self, kernel: int, stride: int, padding: int, dilation: int, count: int) -> Axis:
        """After a convolution or a pooling that leaves ``count`` positions."""
        if not self.regular:
            return replace(self, count=count)
        reach = (kernel - 1) * dilation * self.stride
        start = self.start - padding * self.stride + reach / 2
        return Axis(count, self.size + reach, self.stride * stride, start)

    def joined(self, other: Axis) -> Axis:
        """Where an output position depends on both."""
        low, high, count = min(self.low, other.low), max(self.high, other.high), max(self.count, other.count)
        if not (self.regular and other.regular):
            return _spanning(low, high, count, regular=False)
        if self.stride == other.stride and self.count == other.count:
            ends = max(self.low + self.size, other.low + other.size)
            return Axis(count, ends - low, self.stride, (low + ends - 1) / 2)
        if self.moves and other.moves:
            return _spanning(low, high, count, regular=False)
        if not (self.moves or other.moves):
            return _spanning(low, high, count, regular=True)
        still, moving = (other, self) if self.moves else (self, other)
        # one that sees all that the other sees anywhere decides for every position
        covering = still.low <= moving.low and still.high >= moving.high
        return _spanning(low, high, count, regular=covering)


def _spanning(low: float, high: float, count: int, *, regular: bool) -> Axis:
    return Axis(count, high - low + 1, 0.0, (low + high) / 2, regular)


@dataclass(frozen=True)
class Field:
    """Of a tensor. ``carry``: None where it is not known which dimensions the positions run along."""

    axes: tuple[Axis, Axis]
    carry: Carry | None

    @classmethod
    def of_input(cls, height: int, width: int, rows: int, columns: int) -> Field:
        """Of the input itself, whose dimensions ``rows`` and ``columns`` are its axes."""
        axes = (Axis(height, 1, 1, 0), Axis(width, 1, 1, 0))
        return cls(axes, {rows: frozenset((ROWS,)), columns: frozenset((COLUMNS,))})

    def lost(self) -> Field:
        """The same dependence, its positions no longer followed. What every position sees needs no following."""
        if all(not axis.moves for axis in self.axes):
            return replace(self, carry={})
        return Field((self.axes[0].irregular(1), self.axes[1].irregular(1)), None)

    def carried(self, dimension: int) -> frozenset[int]:
        """The axes along ``dimension``, those aside along which all positions see the same."""
        axes = (self.carry or {}).get(dimension, frozenset())
        return frozenset(axis for axis in axes if self.axes[axis].moves)

    def places(self) -> tuple[int, int] | None:
        """The dimensions that rows and columns run along, the same one for tokens; None where that is not known."""
        found = [[d for d, axes in (self.carry or {}).items() if axis in axes] for axis in (ROWS, COLUMNS)]
        rows, columns = found
        return (rows[0], columns[0]) if len(rows) == 1 and len(columns) == 1 else None

    def with_axis(self, axis: int, changed: Axis) -> Field:
        axes = (changed, self.axes[1]) if axis == ROWS else (self.axes[0], changed)
        return replace(self, axes=axes)

    def contracted(self, dimensions: Iterable[int]) -> Field:
        """After a sum, a maximum or a product of matrices over ``dimensions``, which stay in place."""
        if self.carry is None:
            return self
        field = self
        for axis in frozenset().union(*(self.carried(dimension) for dimension in dimensions)):
            field = field.with_axis(axis, field.axes[axis].collapsed())
        return field

    def whole(self) -> Field:
        """After something that lets every position see what any saw: attention, a recurrent layer, global pooling."""
        return Field((self.axes[0].collapsed(), self.axes[1].collapsed()), {})

    def moved(self, places: Mapping[int, int]) -> Field:
        """After dimensions were renamed: old -> new; those left out are gone."""
        if self.carry is None:
            return self
        return replace(self, carry={places[old]: axes for old, axes in self.carry.items() if old in places})

    def joined(self, other: Field) -> Field:
        axes = (self.axes[0].joined(other.axes[0]), self.axes[1].joined(other.axes[1]))
        if self.carry is None or other.carry is None:
            return Field(axes, None).lost()
        dimensions = {*self.carry, *other.carry}
        carry = {d: self.carry.get(d, frozenset()) | other.carry.get(d, frozenset()) for d in dimensions}
        return Field(axes, carry)

    def receptive(self, height: int, width: int) -> Receptive | None:
        """Of one position, for an input of ``height`` x ``width``; None where it can't be derived."""
        if self.carry is None or not all(axis.regular for axis in self.axes):
            return None
        both = [_shown(axis, extent) for axis, extent in zip(self.axes, (height, width), strict=True)]
        if any(size != int(size) or stride != int(stride) for size, stride, _ in both):
            return None
        (rows, row_stride, top), (columns, column_stride, left) = both
        whole = all(axis.covers(extent) for axis, extent in zip(self.axes, (height, width), strict=True))
        return Receptive((int(rows), int(columns)), (int(row_stride), int(column_stride)), (top, left), whole)


def _shown(axis: Axis, extent: int) -> tuple[float, float, float]:
    """Size, stride and start. What all positions see alike has no place beyond the input."""
    if axis.stride:
        return axis.size, axis.stride, axis.start
    low, high = max(0.0, axis.low), min(extent - 1.0, axis.high)
    return high - low + 1, 0.0, (low + high) / 2


def viewed(field: Field, old: Sequence[int], new: Sequence[int]) -> Field:
    """After a change of shape from ``old`` to ``new``."""
    if field.carry is None:
        return field
    carry: dict[int, frozenset[int]] = {}
    for before, after in _groups(old, new):
        kept = _regrouped(field, before, after, old, new)
        if kept is None and any(field.carried(dimension) for dimension in before):
            return field.lost()
        carry |= kept or {}
    return replace(field, carry=carry)


def _regrouped(
    field: Field, before: Sequence[int], after: Sequence[int], old: Sequence[int], new: Sequence[int]
) -> dict[int, frozenset[int]] | None:
    """What the dimensions ``after`` carry that take the place of ``before``; None where it can't be said."""
    axes_of = field.carry or {}
    axes = frozenset().union(*(axes_of.get(dimension, frozenset()) for dimension in before))
    long = [dimension for dimension in after if new[dimension] != 1] or after[:1]
    if not axes or not long:
        return {}
    if len(long) == 1:
        return {long[0]: axes}
    if axes == {ROWS, COLUMNS} and [new[d] for d in long] == [axis.count for axis in field.axes]:
        return {long[0]: frozenset((ROWS,)), long[1]: frozenset((COLUMNS,))}
    # or the positions lie along the same trailing dimensions as before, other ones having been regrouped
    wanted = [d for d in before if axes_of.get(d)]
    trailing = [d for d in before if old[d] != 1][-len(wanted) :]
    if wanted != trailing or [old[d] for d in wanted] != [new[d] for d in long[-len(wanted) :]]:
        return None
    return {place: axes_of[d] for place, d in zip(long[-len(wanted) :], wanted, strict=True)}


def _groups(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The smallest groups of neighbouring dimensions that hold the same number of elements."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        before, after, left, right = [i], [j], old[i], new[j]
        i, j = i + 1, j + 1
        while left != right:
            if left < right:
                before, left, i = [*before, i], left * old[i], i + 1
            else:
                after, right, j = [*after, j], right * new[j], j + 1
        groups.append((before, after))
    if groups:  # what is left are ones
        groups[-1][0].extend(range(i, len(old)))
        groups[-1][1].extend(range(j, len(new)))
    return groups
