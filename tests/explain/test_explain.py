"""``explain``: what it says of one prediction, and what it refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from cnnlab.errors import LabError
from cnnlab.explain.explain import Explanation, explain
from cnnlab.explain.methods import grad_cam
from cnnlab.tasks.classification import Classification
from tests.explain.networks import images, plain


def explained(target: int | None = None, method: str = "grad_cam", layer: str | None = None, **options: object):  # type: ignore[no-untyped-def]
    return explain(
        plain(), Classification(), images(1, 3, 8), target=target, method=method, layer=layer, options=options
    )


def test_it_says_what_was_explained_and_predicted() -> None:
    found = explained()
    with torch.no_grad():
        probabilities = plain().eval()(images(1, 3, 8)).softmax(1)[0]
    assert isinstance(found, Explanation)
    assert (found.method, found.layer) == ("grad_cam", "body.deep")
    assert found.predicted == found.target == int(probabilities.argmax())
    assert found.probabilities == pytest.approx(probabilities.tolist(), abs=1e-6)
    assert found.map.shape == (8, 8)
    assert found.map.dtype == np.float32
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.target = 1


def test_the_map_is_the_methods_for_the_target() -> None:
    maps = {target: explained(target).map for target in range(4)}
    for target, found in maps.items():
        expected = grad_cam.attribute(plain(), images(1, 3, 8), lambda raw, t=target: raw[:, t])[0]
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-5, atol=1e-7)
    assert np.abs(maps[0] - maps[1]).max() > 1e-4
    assert explained(3).target == 3


def test_options_reach_the_method() -> None:
    assert (explained(1).map < 0).any()
    assert not (explained(1, relu_attributions=True).map < 0).any()
    assert not (explained(1, "saliency").map < 0).any()
    assert (explained(1, "saliency", abs=False).map < 0).any()


def test_a_method_without_layers_says_none() -> None:
    assert explained(method="saliency").layer is None


@pytest.mark.parametrize(
    ("arguments", "code", "field", "value"),
    [
        ({"method": "grad_cm"}, "unknown_explainer", "--method", "grad_cm"),
        ({"target": 4}, "unknown_class", "--target", "4"),
        ({"target": -1}, "unknown_class", "--target", "-1"),
        ({"layer": "conv9"}, "unknown_layer", "--layer", "conv9"),
        ({"method": "saliency", "layer": "deep"}, "layer_not_taken", "--layer", "deep"),
        ({"method": "saliency", "abs": "perhaps"}, "not_a_boolean", "saliency.abs", "perhaps"),
        ({"relu": True}, "unknown_option", "grad_cam.relu", "relu_attributions"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_can_not_be_explained_is_said_with_its_field(
    arguments: dict[str, object], code: str, field: str, value: str, language: str
) -> None:
    with pytest.raises(LabError) as caught:
        explained(**arguments)  # type: ignore[arg-type]
    assert caught.value.problem.code == code
    sentence = caught.value.message(language)
    assert field in sentence
    assert value in sentence
