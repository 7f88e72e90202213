"""A borrowed network comes back as it was, and is one thread's at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from cnnlab.explain.base import methods_for
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import explain
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from tests.explain.networks import built, images, plain


def test_inside_it_is_eval_float32_and_only_the_input_has_gradients() -> None:
    network = plain().train().to(torch.bfloat16)
    with torch.inference_mode(), borrowed(network) as net:
        assert not any(module.training for module in net.modules())
        assert {tensor.dtype for tensor in net.parameters()} == {torch.float32}
        assert net.mean.dtype == torch.float32
        assert not any(parameter.requires_grad for parameter in net.parameters())
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


def test_autocast_around_it_does_not_reach_inside() -> None:
    network = plain()
    with torch.autocast("cpu", dtype=torch.bfloat16), borrowed(network) as net:
        assert net(images(1, 3, 8)).dtype == torch.float32


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_everything_is_as_before(fails: bool, dtype: torch.dtype) -> None:
    network = plain().train().to(dtype)
    network.get_submodule("body.norm").eval()
    frozen = next(network.parameters()).requires_grad_(False)
    graded = network.get_parameter("body.output.weight")
    graded.grad = torch.ones_like(graded)
    grad = graded.grad
    calls: list[int] = []
    layer = network.get_submodule("body.deep")
    handle = layer.register_forward_hook(lambda *_: calls.append(1))
    values = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    try:
        with borrowed(network) as net:
            layer.register_forward_hook(lambda *_: calls.append(100))
            layer.register_full_backward_hook(lambda *_: None)
            net(images(2, 3, 8))
            graded.grad = None
            handle.remove()
            if fails:
                raise RuntimeError("stands for a method that fails")
    except RuntimeError:
        assert fails
    assert network.training
    assert not network.get_submodule("body.norm").training
    assert not frozen.requires_grad
    assert all(parameter.requires_grad for parameter in network.parameters() if parameter is not frozen)
    assert graded.grad is grad
    assert len(layer._forward_hooks) == 1
    assert len(layer._backward_hooks) == 0
    for name, tensor in network.state_dict().items():
        assert tensor.dtype == values[name].dtype
        assert torch.equal(tensor, values[name]), name
    handle.remove()
    assert len(layer._forward_hooks) == 0


def test_a_thread_may_borrow_again_what_it_holds() -> None:
    network = plain().train()
    with borrowed(network) as net:
        with borrowed(net) as again:
            assert again is network
        assert not network.training
    assert network.training


def test_another_thread_waits_and_another_network_does_not() -> None:
    network, other = plain(), plain()
    order: list[str] = []

    def borrow(which: nn.Module, name: str) -> None:
        with borrowed(which):
            order.append(name)

    with borrowed(network):
        waiting = threading.Thread(target=borrow, args=(network, "same"))
        free = threading.Thread(target=borrow, args=(other, "other"))
        waiting.start()
        free.start()
        free.join(10)
        assert order == ["other"]
        order.append("given back")
    waiting.join(10)
    assert order == ["other", "given back", "same"]


@pytest.mark.parametrize("method", sorted(registry("explainer")))
def test_eight_threads_on_one_network_get_the_maps_of_one(method: str) -> None:
    candidates = (plain(), built("cnn", 3), built("vit_tiny", 3))
    network = next(each for each in candidates if method in methods_for(each))
    count = 64 if registry("explainer")[method].facts["cost"] == "instant" else 16
    task, inputs = Classification(), images(count, 3, 8)

    def one(i: int) -> np.ndarray:
        given = inputs[i : i + 1]
        return explain(network, task, given, target=i % 4, method=method, layer=None, options={}).map

    alone = [one(i) for i in range(count)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(one, range(count)))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    assert network.training
