"""The threads of this process, for whoever computes beside others in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def own_threads() -> Iterator[None]:
    """What ``runtime.prepare`` sets holds in the block alone: the app's other sessions compute in this process too."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
