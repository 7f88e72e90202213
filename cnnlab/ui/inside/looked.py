"""The network behind what was chosen, and what is read from it: worked out once for the same weights and image.

Networks are shared between sessions; ``cnnlab.inside`` borrows them, one at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.inside import image
from cnnlab.ui.inside.choice import Untrained
from cnnlab.ui.language import t

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.inside.field import EffectiveField
    from cnnlab.inside.filters import Filters
    from cnnlab.inside.layers import SeenLayer
    from cnnlab.inside.maps import FeatureMaps
    from cnnlab.inside.subject import Subject

Looked = Run | Untrained

_NETWORKS, _KEPT = 2, 24
FIELD_IMAGES = 16


def subject_of(looked: Looked) -> Subject:
    """Raises what ``load_trained`` or ``build_network`` raises."""
    from cnnlab.inside import subject

    if isinstance(looked, Run):
        return subject.of_run(trained.model_of(looked))
    with st.spinner(t("inside_page.building")):
        return _untrained(looked.spec.model_dump_json(), looked.kind.shape, looked.outputs)


@st.cache_resource(max_entries=_NETWORKS, show_spinner=False)
def _untrained(spec: str, shape: tuple[int, ...], outputs: int) -> Subject:
    from cnnlab.inside.subject import untrained

    return untrained(ModelSpec.model_validate_json(spec), InputKind("image", shape), outputs)


def key_of(looked: Looked) -> str:
    """The same for the same weights."""
    return f"{looked.run_id} {trained.stamp(looked)}" if isinstance(looked, Run) else looked.key


def title_of(looked: Looked) -> str:
    return looked.name if isinstance(looked, Run) else looked.title


def layers(looked: Looked) -> tuple[SeenLayer, ...]:
    return _layers(key_of(looked), _looked=looked)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _layers(key: str, *, _looked: Looked) -> tuple[SeenLayer, ...]:  # noqa: ARG001  # names the weights
    from cnnlab.inside.layers import layers_of

    subject = subject_of(_looked)
    return layers_of(subject.network, subject.kind)


def filters(looked: Looked, layer: str, channel: int | None) -> Filters:
    """Read off the weights, which takes no time."""
    from cnnlab.inside.filters import filters as read

    subject = subject_of(looked)
    return read(subject.network, subject.kind, layer, channel=channel)


def maps(looked: Looked, shown: Shown, names: tuple[str, ...], *, most: int | None = None) -> dict[str, FeatureMaps]:
    """The strongest first; with ``most``, no more than so many of each layer."""
    return _maps(key_of(looked), shown.digest, names, most, _looked=looked, _shown=shown)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _maps(
    key: str,  # noqa: ARG001  # names the weights
    digest: str,  # noqa: ARG001  # names the image
    names: tuple[str, ...],
    most: int | None,
    *,
    _looked: Looked,
    _shown: Shown,
) -> dict[str, FeatureMaps]:
    from cnnlab.inside.maps import feature_maps

    found = feature_maps(subject_of(_looked).network, _shown.inputs, names, order="strength")
    return found if most is None else {name: one.strongest(most) for name, one in found.items()}


def field(looked: Looked, shown: Shown | None, layer: str, unit: tuple[int, int] | None) -> EffectiveField:
    """Of one image; without one, averaged over images from all over the test split."""
    digest = shown.digest if shown is not None else "several"
    return _field(key_of(looked), digest, layer, unit, _looked=looked, _shown=shown)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _field(
    key: str,  # noqa: ARG001  # names the weights
    digest: str,  # noqa: ARG001  # names the images
    layer: str,
    unit: tuple[int, int] | None,
    *,
    _looked: Looked,
    _shown: Shown | None,
) -> EffectiveField:
    from cnnlab.inside.field import effective

    subject = subject_of(_looked)
    images = _shown.inputs if _shown is not None else _several(_looked)
    return effective(subject.network, subject.kind, layer, images, unit=unit)


def _several(looked: Looked) -> Tensor:
    from cnnlab.inside.subject import spread

    if not isinstance(looked, Run):
        return spread(image.dataset_of(looked.data).test, FIELD_IMAGES)
    return spread(trained.dataset_of(looked).test, FIELD_IMAGES)
