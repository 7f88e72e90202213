"""Where and how exactly a run computes: device, precision, threads, and the seeds that make it repeatable."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from cnnlab.errors import ExperimentError
from cnnlab.experiment import TrainingSpec

_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Runtime:
    device: torch.device
    autocast: torch.dtype | None  # None: float32 throughout

    @property
    def precision(self) -> str:
        return "float32" if self.autocast is None else str(self.autocast).removeprefix("torch.")

    def casting(self) -> contextlib.AbstractContextManager[object]:
        """Mixed precision for forward passes; nothing at all for float32, since even an idle autocast costs."""
        if self.autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.autocast)

    def in_float32(self) -> Runtime:
        """For results that are kept: as ``predict``, ``explain`` and the exported model compute, on any machine."""
        return replace(self, autocast=None)

    def conditions(self) -> dict[str, Any]:
        """What has to be the same for a resumed run to be the same bit for bit."""
        return {
            "torch": str(torch.__version__),
            "device": str(self.device),
            "precision": self.precision,
            "threads": torch.get_num_threads(),
            "capability": torch.backends.cpu.get_cpu_capability(),
            "machine": platform.machine(),
        }

    def place(self, network: nn.Module) -> nn.Module:
        """On the device, in the memory format that convolutions are fastest in."""
        return network.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def prepare(spec: TrainingSpec) -> Runtime:
    """Sets this process's threads and determinism. Raises ``ExperimentError`` for a device that is not here."""
    torch.set_num_threads(min(spec.threads, os.cpu_count() or 1))
    device = _device(spec.device)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        # some CUDA kernels have no deterministic form: they warn, and the run page says "continued", not "identical"
        torch.use_deterministic_algorithms(True, warn_only=True)
    return Runtime(device, _autocast(spec.precision, device))


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ExperimentError("device_missing", field="training.device", value=name)
    return device


def _autocast(precision: str, device: torch.device) -> torch.dtype | None:
    if precision == "float32":
        return None
    if precision == "bfloat16" or has_fast_bfloat16(device):
        return torch.bfloat16
    return None


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is computed in hardware: avx512_bf16 or AMX on a CPU, Ampere or later on a GPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def seed_step(seed: int, epoch: int, step: int, device: torch.device) -> None:
    """Seeds what dropout draws from by the place in the run, so that no generator state has to be kept."""
    mixed = mix(seed, epoch, step)
    torch.default_generator.manual_seed(mixed)
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(mixed)


def mix(*numbers: int) -> int:
    """One well-mixed 63-bit number from several (splitmix64, Steele et al. 2014)."""
    state = 0
    for value in numbers:
        state = (state + value + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state >> 1
