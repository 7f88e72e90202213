"""Receptive fields of any network, read off the operations that it performs.

Not off its modules: so additions, concatenations, permutations, and attention written out in a ``forward`` are seen.
An operation that is not listed here makes the field unknown; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from cnnlab.models import receptive_layout as layout
from cnnlab.models import receptive_windows as windows
from cnnlab.models.receptive import Receptive
from cnnlab.models.receptive_graph import Field
from cnnlab.models.receptive_windows import Rule


class Fields:
    """The fields of the tensors of one forward pass, of inputs [1, C, height, width]."""

    def __init__(self, inputs: Tensor) -> None:
        self._height, self._width = inputs.shape[-2:]
        self._fields = WeakTensorKeyDictionary()
        self._fields[inputs] = Field.of_input(self._height, self._width, inputs.ndim - 2, inputs.ndim - 1)

    def receptive(self, tensor: Tensor) -> Receptive | None:
        """None where it can't be derived, or where ``tensor`` does not depend on the input."""
        field = self._field(tensor)
        return None if field is None else field.receptive(self._height, self._width)

    def places(self, tensor: Tensor) -> tuple[int, int] | None:
        """The dimensions of ``tensor`` that rows and columns of the input run along; the same one for tokens."""
        field = self._field(tensor)
        return None if field is None else field.places()

    def see_everything(self, inputs: Tensor, outputs: Any) -> None:
        """For a module of which it is known that each output depends on all of its input."""
        field = self._field(inputs)
        if field is not None:
            for tensor in layout.tensors(outputs):
                self._fields[tensor] = field.whole()

    def follow(self, operation: Any, arguments: Sequence[Any], result: Any) -> None:
        """Takes note of one operation that was performed."""
        sources = [field for tensor in layout.tensors(arguments) if (field := self._field(tensor)) is not None]
        outputs = list(layout.tensors(result))
        if not sources or not outputs:
            return
        rule = _rule(operation)
        field = rule(self._field, arguments, outputs[0]) if rule else None
        for tensor in outputs:
            self._fields[tensor] = field if field is not None else reduce(Field.joined, sources).lost()
        if operation._schema.is_mutable and (base := outputs[0]._base) is not None:
            # part of a larger tensor was written, of which no more can be said
            self._fields[base] = reduce(Field.joined, sources).lost()

    def _field(self, tensor: Any) -> Field | None:
        found: Field | None = self._fields.get(tensor) if isinstance(tensor, Tensor) else None
        return found


def _rule(operation: Any) -> Rule | None:
    name = operation.overloadpacket.__name__.removesuffix("_")  # in place or not
    if torch.Tag.pointwise in operation.tags or name in _LIKE_POINTWISE:
        return layout.pointwise
    return _RULES.get(name)


# the statistics of a norm are left out of account, as everywhere in the literature
_NORMS = {
    "native_batch_norm",
    "_native_batch_norm_legit",
    "_native_batch_norm_legit_no_training",
    "cudnn_batch_norm",
    "native_layer_norm",
    "native_group_norm",
}
_COPIES = {"alias", "detach", "clone", "contiguous", "copy", "_to_copy", "lift_fresh"}
_UNTAGGED = {"hardswish", "hardtanh", "native_dropout", "prelu", "_prelu_kernel"}
_LIKE_POINTWISE = _NORMS | _COPIES | _UNTAGGED

_RULES: dict[str, Rule] = {
    "convolution": windows.convolution,
    "max_pool2d_with_indices": windows.max_pooling,
    "avg_pool2d": windows.average_pooling,
    "constant_pad_nd": windows.padding,
    "replication_pad2d": windows.padding,
    "slice": windows.slicing,
    "cat": layout.concatenation,
    "stack": layout.stacking,
    "index": layout.indexing,
    "roll": layout.rolling,
    "permute": layout.renaming(layout.permuted),
    "expand": layout.renaming(layout.expanded),
    "unsqueeze": layout.renaming(layout.unsqueezed),
    "squeeze": layout.renaming(layout.squeezed),
    "linalg_vector_norm": layout.reduction(2),
    **dict.fromkeys(("_adaptive_avg_pool2d", "adaptive_max_pool2d"), windows.adaptive_pooling),
    **dict.fromkeys(("upsample_bilinear2d", "upsample_nearest2d", "upsample_bicubic2d"), windows.resizing),
    **dict.fromkeys(("view", "_unsafe_view", "_reshape_alias", "reshape"), layout.view),
    **dict.fromkeys(("transpose", "t"), layout.renaming(layout.transposed)),
    **dict.fromkeys(("mm", "bmm"), layout.product(0)),
    **dict.fromkeys(("addmm", "baddbmm"), layout.product(1)),
    **dict.fromkeys(("select", "unbind"), layout.parting(1)),
    **dict.fromkeys(("split", "split_with_sizes", "unsafe_split", "chunk"), layout.parting(2)),
    **dict.fromkeys(("_softmax", "_log_softmax", "_safe_softmax", "cumsum"), layout.mixing(lambda given: [given[1]])),
    **dict.fromkeys(("mean", "sum", "amax", "amin", "max", "min", "logsumexp", "var", "std"), layout.reduction(1)),
    **dict.fromkeys(
        ("_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_efficient_attention"), layout.attention
    ),
}
