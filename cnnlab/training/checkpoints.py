"""Checkpoints that survive a kill, a full disk and a flipped bit.

``state-EEEEEE-SSSSSSSS.DIGEST.pt``         weights, optimizer and training state after epoch E and S batches more
``best-EEEEEE.DIGEST.safetensors``          the weights of the best epoch so far
``best.safetensors`` and ``….sha256``       at the end: the restored best weights, for whoever uses the run

The SHA-256 is in the name, so one rename makes a file and its checksum appear together: ``torch.load`` notices
no flipped bit by itself. Two generations are kept; a damaged one is refused and the one before is used.
Optimizer state goes through ``torch.save``, which keeps strides: as contiguous tensors it would silently give
wrong weights with channels_last and fused optimizers.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import Tensor, nn

from cnnlab.home import write_atomically
from cnnlab.training.fit import FitState

_STATE = re.compile(r"state-(\d{6})-(\d{8})\.([0-9a-f]{64})\.pt")
_BEST = re.compile(r"best-(\d{6})\.([0-9a-f]{64})\.safetensors")
GENERATIONS = 2


@dataclass(frozen=True)
class Restored:
    """What ``load_latest`` found: where training stands, and the names of files that were damaged."""

    epoch: int
    step: int
    refused: tuple[str, ...]
    best_lost: bool  # the best weights were damaged: the best epoch is looked for anew


def save_state(folder: Path, network: nn.Module, state: FitState, meta: dict[str, Any]) -> Path:
    """Writes a generation and removes those before the last two. Raises ``OSError`` (full disk) changing nothing."""
    payload = {"network": network.state_dict(), "fit": state.state_dict(), "meta": json.dumps(meta)}
    buffer = io.BytesIO()
    torch.save(payload, buffer)
    data = buffer.getbuffer()
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"state-{state.epoch:06d}-{state.step:08d}.{digest}.pt"
    write_atomically(path, bytes(data), durable=True)
    _remove_old(folder)
    return path


def save_best(folder: Path, network: nn.Module, epoch: int) -> Path:
    """Writes the best weights so far, before the state that counts on them."""
    data = save_safetensors(plain_weights(network))
    path = folder / f"best-{epoch:06d}.{hashlib.sha256(data).hexdigest()}.safetensors"
    write_atomically(path, data, durable=True)
    return path


def load_latest(folder: Path, network: nn.Module, state: FitState) -> Restored | None:
    """Restores the newest generation that is whole. ``None``: there is none, training starts at the beginning."""
    refused: list[str] = []
    for path in _newest_first(folder.glob("state-*.pt"), _STATE):
        data = _verified(path, _STATE)
        if data is None:
            refused.append(path.name)
            path.rename(path.with_suffix(".damaged"))  # or it would count as a generation and displace a good one
            continue
        payload = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        network.load_state_dict(payload["network"])
        state.load_state_dict(payload["fit"])
        best_lost = state.stopping.best_epoch > 0 and best_file(folder, state.stopping.best_epoch) is None
        if best_lost:
            state.stopping.best = None
        return Restored(state.epoch, state.step, tuple(refused), best_lost)
    return Restored(0, 0, tuple(refused), best_lost=False) if refused else None


def stored_meta(folder: Path) -> dict[str, Any] | None:
    """What the newest whole generation says of the run it belongs to, such as its dataset's fingerprint."""
    for path in _newest_first(folder.glob("state-*.pt"), _STATE):
        data = _verified(path, _STATE)
        if data is not None:
            stored = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
            meta: dict[str, Any] = json.loads(stored["meta"])
            return meta
    return None


def newest_weights(folder: Path) -> tuple[int, int, dict[str, Tensor]] | None:
    """(epoch, batches after it, weights) of the newest whole generation, whatever the optimizer was."""
    for path in _newest_first(folder.glob("state-*.pt"), _STATE):
        data = _verified(path, _STATE)
        if data is not None:
            stored = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
            epoch, step = _place(path, _STATE)
            weights: dict[str, Tensor] = stored["network"]
            return epoch, step, weights
    return None


def best_file(folder: Path, epoch: int | None = None) -> Path | None:
    """The best weights of ``epoch`` (of any, newest first) if they are whole."""
    for path in _newest_first(folder.glob("best-*.safetensors"), _BEST):
        if epoch in (None, _place(path, _BEST)[0]) and _verified(path, _BEST) is not None:
            return path
    return None


def load_best(folder: Path, network: nn.Module, epoch: int) -> bool:
    """Restores the best weights; ``False`` when that file is missing or damaged."""
    path = best_file(folder, epoch)
    if path is None:
        return False
    network.load_state_dict(load_safetensors(path.read_bytes()))
    return True


def publish_best(folder: Path, network: nn.Module) -> None:
    """``best.safetensors`` with its checksum beside it: what prediction, explanation and MLflow take."""
    data = save_safetensors(plain_weights(network))
    write_atomically(folder / "best.safetensors", data, durable=True)
    write_atomically(folder / "best.safetensors.sha256", hashlib.sha256(data).hexdigest(), durable=True)


def tidy(folder: Path, keep: Iterable[str]) -> None:
    """At the end of a run: drops what the experiment does not ask to keep."""
    for path in folder.glob("best-*.safetensors"):
        path.unlink()
    if "last" not in keep:
        for path in folder.glob("state-*.pt"):
            path.unlink()


def plain_weights(network: nn.Module) -> dict[str, Tensor]:
    """Weights as contiguous CPU tensors in the order of the network."""
    return {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}


def digest_of_weights(network: nn.Module) -> str:
    """SHA-256 over names and bytes in order."""
    digest = hashlib.sha256()
    for name, value in plain_weights(network).items():
        digest.update(name.encode())
        digest.update(_bytes(value))
    return digest.hexdigest()


def digest_of_state(network: nn.Module, state: FitState) -> str:
    """SHA-256 over the last weights and the optimizer's state: equal only if training went the same way."""
    digest = hashlib.sha256(digest_of_weights(network).encode())
    slots = state.optimizer.state_dict()["state"]
    for index in sorted(slots):
        for name in sorted(slots[index]):
            value = slots[index][name]
            digest.update(f"{index}.{name}".encode())
            is_tensor = isinstance(value, Tensor)
            digest.update(_bytes(value.detach().cpu().contiguous()) if is_tensor else repr(value).encode())
    return digest.hexdigest()


def _bytes(value: Tensor) -> bytes:
    return value.reshape(-1).view(torch.uint8).numpy().tobytes() if value.numel() else b""


def _place(path: Path, pattern: re.Pattern[str]) -> tuple[int, ...]:
    match = pattern.fullmatch(path.name)
    return tuple(int(part) for part in match.groups()[:-1]) if match else (-1,)


def _newest_first(paths: Iterable[Path], pattern: re.Pattern[str]) -> list[Path]:
    return sorted((p for p in paths if pattern.fullmatch(p.name)), key=lambda p: _place(p, pattern), reverse=True)


def _verified(path: Path, pattern: re.Pattern[str]) -> bytes | None:
    """The content of a file whose digest is the one in its name."""
    match = pattern.fullmatch(path.name)
    data = path.read_bytes()
    return data if match and hashlib.sha256(data).hexdigest() == match.groups()[-1] else None


def _remove_old(folder: Path) -> None:
    states = _newest_first(folder.glob("state-*.pt"), _STATE)
    for path in states[GENERATIONS:]:
        path.unlink()
    best = _newest_first(folder.glob("best-*.safetensors"), _BEST)
    for path in best[GENERATIONS:]:
        path.unlink()
