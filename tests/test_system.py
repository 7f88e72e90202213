"""Facts about the machine, and the sampler that the worker runs beside training."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cnnlab import system
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def test_the_facts_are_those_of_this_machine(home: Home) -> None:
    facts = system.facts(home)
    assert facts.processor
    assert 1 <= facts.cores <= (os.cpu_count() or 1)
    assert 0 < facts.memory_free_bytes <= facts.memory_bytes
    assert facts.disk_free_bytes > 0


def test_facts_of_a_home_that_is_not_there_yet(tmp_path: Path) -> None:
    assert system.facts(Home(tmp_path / "a" / "b")).disk_free_bytes > 0
    assert not (tmp_path / "a").exists()


def test_a_driver_that_does_not_answer_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nexec sleep 30\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(system, "GPU_TIMEOUT_SECONDS", 0.2)
    system.gpu_name.cache_clear()
    assert system.gpu_name() is None
    tool.write_text("#!/bin/sh\necho NVIDIA Test 9000\n")
    system.gpu_name.cache_clear()
    monkeypatch.setattr(system, "GPU_TIMEOUT_SECONDS", 10.0)
    assert system.gpu_name() == "NVIDIA Test 9000"
    system.gpu_name.cache_clear()


def test_samples_land_in_the_journal_under_mlflow_s_names(home: Home) -> None:
    journal = Journal.create(home, Experiment())
    begun = time.time()
    with system.Sampler(journal, seconds=0.1):
        deadline = time.time() + 5
        while len(journal.system()) < 2 and time.time() < deadline:
            time.sleep(0.05)
    samples = journal.system()
    assert len(samples) >= 2
    assert begun <= samples[0]["time"] <= samples[1]["time"]
    assert 0 <= samples[1]["system/cpu_utilization_percentage"] <= 100
    assert samples[1]["system/process_memory_megabytes"] > 1
    assert {"system/system_memory_usage_megabytes", "system/disk_usage_percentage"} <= samples[1].keys()


def test_the_sampler_ends_with_its_block_and_outlives_a_failed_write(home: Home) -> None:
    class Full:
        folder = home.root
        tries = 0

        def append_system(self, record: object) -> None:
            self.tries += 1
            raise OSError(28, "No space left on device")

    full = Full()
    with system.Sampler(full, seconds=0.05) as sampler:
        deadline = time.time() + 5
        while full.tries < 2 and time.time() < deadline:
            time.sleep(0.02)
    assert full.tries >= 2
    assert not sampler._thread.is_alive()
