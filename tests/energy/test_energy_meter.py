"""Energy is measured where counters tell, estimated by the published values where not, and always says which."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cnnlab.energy import meter as meters
from cnnlab.energy.carbon import countries, country_name, intensity
from cnnlab.energy.meter import Meter
from cnnlab.energy.nvml import GpuMeter
from cnnlab.errors import LabError


def _package(folder: Path, microjoules: int) -> Path:
    counter = folder / "intel-rapl:0"
    counter.mkdir()
    (counter / "name").write_text("package-0\n")
    (counter / "max_energy_range_uj").write_text("1000000000")
    (counter / "energy_uj").write_text(f"{microjoules}\n")
    return counter / "energy_uj"


def test_counters_are_believed_and_each_look_counts_from_the_last(tmp_path: Path) -> None:
    counter = _package(tmp_path, 1_000_000)
    meter = Meter(folder=tmp_path)
    counter.write_text("4000000")
    first = meter.taken()
    counter.write_text("4500000")
    second = meter.taken()
    assert (first.joules, first.source) == (pytest.approx(3.0), "measured")
    assert second.joules == pytest.approx(0.5)


def test_without_counters_busy_cores_and_memory_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = iter([10.0, 12.5, 12.5])
    now = iter([0.0, 4.0, 4.0])
    monkeypatch.setattr(meters, "_busy_seconds", lambda: next(busy))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    meter = Meter(folder=tmp_path / "nowhere")
    monkeypatch.setattr(meter._process, "memory_info", type("Memory", (), {"rss": 2e9}))
    taken = meter.taken()
    assert taken.source == "estimated"
    assert taken.joules == pytest.approx(2.5 * 12.0 + 2 * 0.3725 * 4.0)


def test_one_that_is_known_and_one_that_is_not_are_measured_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _package(tmp_path, 1)
    monkeypatch.setattr(GpuMeter, "taken", lambda _: None)
    assert Meter("GPU-none", folder=tmp_path).taken().source == "partly"
    monkeypatch.setattr(GpuMeter, "taken", lambda _: 7.0)
    taken = Meter("GPU-none", folder=tmp_path).taken()
    assert (taken.joules, taken.source) == (pytest.approx(7.0), "measured")


def test_a_gpu_that_no_driver_knows_is_unknown() -> None:
    assert GpuMeter("00000000-0000-0000-0000-000000000000").taken() is None


def test_busy_seconds_grow_with_work() -> None:
    before = meters._busy_seconds()
    until = os.times().user + 0.05
    while os.times().user < until:
        sum(range(1000))
    assert meters._busy_seconds() > before


def test_every_country_has_a_plausible_intensity_and_a_name() -> None:
    known = countries()
    assert len(known) > 200
    assert known["MEX"].grams_per_kwh == 507
    assert all(0 < one.grams_per_kwh < 1500 and 2020 < one.year < 2027 for one in known.values())
    assert (country_name("MEX", "es"), country_name("MEX", "en")) == ("México", "Mexico")
    nameless = [code for code in known if country_name(code, "es") == code]
    assert nameless == []


def test_a_country_that_is_none_is_refused_with_those_near() -> None:
    with pytest.raises(LabError) as caught:
        intensity("MEXICO")
    assert caught.value.problem.code == "unknown_country"
    assert "MEX" in caught.value.problem.params["known"]
