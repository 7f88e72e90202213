"""How long a trained network takes to answer: one image, and a batch of 32; warm, on stated threads and device."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from cnnlab.data.types import Progress
from cnnlab.errors import RunError
from cnnlab.evaluation.trained import load_trained, weights_fingerprint
from cnnlab.home import write_atomically
from cnnlab.runs.journal import Journal
from cnnlab.system import gpu_name, processor_name
from cnnlab.training import runtime
from cnnlab.training.threads import own_threads

FILE = "latency.json"
SIZES = (1, 32)
WARMING = 5  # passes that don't count: kernels are chosen and memory is found in them
FEWEST, MOST, SECONDS = 20, 500, 2.0  # passes that count, for each size


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one pass over ``batch`` images, from their pixels on the device to the network's outputs."""

    batch: int
    median: float
    p95: float  # 95 of 100 passes take no longer
    passes: int


@dataclass(frozen=True)
class Latency:
    timings: tuple[Timing, ...]
    device: str
    hardware: str
    threads: int
    weights: str  # what names the weights that were timed
    measured: float  # seconds since the epoch


def measure(
    journal: Journal, *, device: str | None = None, threads: int | None = None, progress: Progress | None = None
) -> Latency:
    """Times the best weights of a run in float32. ``device`` and ``threads``: those of the run, unless given.

    Raises ``RunError``: "run_in_training", "model_missing", "model_broken"; ``ExperimentError``: "device_missing", and
    for what is no device and no number of threads.
    """
    if journal.status().state.is_active:
        raise RunError("run_in_training", value=journal.run_id)
    model = load_trained(journal.folder)
    wanted = {"training.device": device, "training.threads": threads}
    experiment = model.experiment.changed({name: value for name, value in wanted.items() if value is not None})
    generator = torch.Generator().manual_seed(0)
    with own_threads():
        where = runtime.prepare(experiment.training).in_float32()
        network = where.place(model.network)
        used = torch.get_num_threads()
        timings = []
        for done, size in enumerate(SIZES):
            pixels = torch.randint(0, 256, (size, *model.card.kind.shape), dtype=torch.uint8, generator=generator)
            tell = _part(progress, done)
            timings.append(_timing(network, pixels.to(where.device), tell))
    hardware = gpu_name() if where.device.type == "cuda" else processor_name()
    weights = weights_fingerprint(journal.folder)
    return Latency(tuple(timings), str(where.device), hardware or "", used, weights, time.time())


def keep(journal: Journal, found: Latency) -> None:
    """In ``latency.json``; of a finished run the medians become part of its result as well."""
    write_atomically(journal.folder / FILE, json.dumps(asdict(found)))
    result = journal.result()
    if result:
        journal.write_result({**result, **as_result(found)})


def as_result(found: Latency) -> dict[str, Any]:
    """``latency_ms_1``, ``latency_ms_32``: medians; on what."""
    medians = {f"latency_ms_{one.batch}": one.median for one in found.timings}
    return {**medians, "latency_device": found.device, "latency_threads": found.threads}


def kept(folder: Path) -> Latency | None:
    """``None`` where it was never measured, or of other weights."""
    try:
        stored = json.loads((folder / FILE).read_text("utf-8"))
        timings = tuple(Timing(**one) for one in stored.pop("timings"))
        found = Latency(timings=timings, **stored)
        return found if found.weights == weights_fingerprint(folder) else None
    except (OSError, ValueError, TypeError, KeyError, RunError):
        return None


def _timing(network: torch.nn.Module, pixels: torch.Tensor, tell: Callable[[float], None]) -> Timing:
    passes: list[float] = []
    with torch.inference_mode():
        for _ in range(WARMING):
            _pass(network, pixels)
        began = time.perf_counter()
        while len(passes) < FEWEST or (len(passes) < MOST and time.perf_counter() - began < SECONDS):
            passes.append(_pass(network, pixels))
            tell(max(len(passes) / MOST, (time.perf_counter() - began) / SECONDS))
    ordered = sorted(passes)
    return Timing(len(pixels), statistics.median(ordered), ordered[-(-95 * len(ordered) // 100) - 1], len(ordered))


def _pass(network: torch.nn.Module, pixels: torch.Tensor) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    network(pixels)
    if pixels.is_cuda:
        torch.cuda.synchronize(pixels.device)
    return 1000 * (time.perf_counter() - began)


def _part(progress: Progress | None, done: int) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if progress is not None:
            progress("progress.timing", done * 100 + min(100, round(100 * share)), len(SIZES) * 100)

    return tell
