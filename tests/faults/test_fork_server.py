"""The fork server with the real torch: what must never happen is a child that hangs in its first parallel operation."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.jobs.calls import Call
from cnnlab.jobs.forkserver import PRELOAD, ForkServer
from tests.queue_of_fakes import REPOSITORY, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are spawned: there is no fork server"),
]


@pytest.fixture
def server(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    server = ForkServer(home, PRELOAD)
    yield server
    server.close()


def two_threads(out: str) -> None:
    """Fifty steps that use both threads; writes how many modules had to be imported, and the seconds of the first."""
    before = set(sys.modules)
    began = time.perf_counter()
    import torch

    torch.set_num_threads(2)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 32, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(10)
    )
    inputs = torch.randn(64, 3, 32, 32)
    network(inputs)
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    first = None
    for _ in range(50):
        loss = network(inputs).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        first = first or time.perf_counter() - began
    products = torch.randn(400, 400) @ torch.randn(400, 400)
    assert products.numpy().dot(products.numpy()).shape == (400, 400)  # numpy's own threads
    Path(out).write_text(f"{len(set(sys.modules) - before)} {first}")


def started(server: ForkServer, out: Path):
    return server.start(Call("tests.faults.test_fork_server:two_threads", (str(out),), {}, out.with_suffix(".log")))


def finish(process, out: Path, seconds: float = 60) -> tuple[int, float]:
    """Modules imported and seconds to the first step. A child that hangs is killed and fails the test."""
    assert process.identity is not None
    try:
        wait_until(lambda: not process.identity.is_alive(), seconds)
    except AssertionError:
        os.kill(process.identity.pid, 9)
        raise
    assert process.wait() == 0, out.with_suffix(".log").read_text()
    modules, first = out.read_text().split()
    return int(modules), float(first)


def test_forked_children_train_with_two_threads(server: ForkServer, tmp_path: Path) -> None:
    early = started(server, tmp_path / "early")  # while the server warms: it imports the rest itself
    finish(early, tmp_path / "early", 120)
    wait_until(lambda: server.warm, 120)
    pair = [started(server, tmp_path / str(number)) for number in range(2)]
    for number, process in enumerate(pair):
        modules, _ = finish(process, tmp_path / str(number))
        assert modules < 100, "the preload should hold what a step needs"
