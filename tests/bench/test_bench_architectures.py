"""The benchmark of networks: what is in it, that it trains as a run does, goes on, and says what failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnlab import recommended
from cnnlab.bench import architectures as bench
from cnnlab.bench.architectures import Plan, Row
from cnnlab.cli import main
from cnnlab.data import load
from cnnlab.energy.counters import EnergyMeter
from cnnlab.errors import DataError, LabError
from cnnlab.home import Home
from cnnlab.registry import registry

SMALL = Plan(samples=200, epochs=1, threads=1, dataset="digits")


def test_it_has_the_networks_that_train_from_scratch_and_no_other() -> None:
    names = bench.networks()
    assert {"lenet5", "resnet8", "resnet20", "fast_cnn"} <= set(names)
    assert {"resnet18", "designed", "cnn"} & set(names) == set()
    assert not [name for name in names if registry("architecture")[name].facts.get("pretrained")]


def test_names_are_looked_up() -> None:
    assert bench.chosen(["resnet8", "lenet5"]) == ["resnet8", "lenet5"]
    assert bench.chosen([]) == bench.networks()
    with pytest.raises(LabError, match="lenet6"):
        bench.chosen(["lenet6"])


@pytest.mark.parametrize("name", ["lenet5", "fast_cnn", "resnet20"])
def test_a_network_is_trained_as_the_page_sets_it_up_with_fewer_epochs(name: str) -> None:
    plan = Plan(epochs=3, threads=1, seed=5)
    page = recommended.start(name)
    changes = {"data.dataset": "fashion_mnist", "training.epochs": 3, "training.threads": 1, "training.seed": 5}
    assert bench.experiment_of(name, plan) == page.changed(changes)
    many = bench.experiment_of(name, Plan(epochs=10_000))
    assert many.training.epochs == page.training.epochs


def test_a_row_says_what_was_reached_and_what_it_took(home: Home) -> None:
    seen: list[tuple[str, int, int]] = []
    (row,) = bench.run(["lenet5"], SMALL, home, report=lambda *told: seen.append(told))
    assert (row.network, row.failure, row.epochs, row.best_epoch) == ("lenet5", None, 1, 1)
    assert row.parameters == 61_706
    assert row.macs is not None
    assert 0.05 < (row.test_accuracy or 0) < 1
    assert (row.seconds or 0) > 0
    assert (row.cpu_seconds or 0) > 0
    assert seen == [("lenet5", 1, 1)]
    (again,) = bench.run(["lenet5"], SMALL, home)
    assert (again.test_accuracy, again.validation_accuracy) == (row.test_accuracy, row.validation_accuracy)


def test_a_failure_is_a_row_with_its_reason_and_the_next_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = bench._trained

    def failing(experiment: Any, *arguments: Any) -> Any:
        if experiment.model.architecture == "resnet8":
            raise RuntimeError("shapes\ndo not fit")
        return trained(experiment, *arguments)

    monkeypatch.setattr(bench, "_trained", failing)
    rows = list(bench.run(["resnet8", "lenet5"], SMALL, home))
    assert [row.failure for row in rows] == ["RuntimeError: shapes do not fit", None]
    assert [row.network for row in bench.by_accuracy(rows)] == ["lenet5", "resnet8"]


def test_a_rate_that_is_too_high_is_said_in_words(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    wild = {"training.learning_rate": 100.0, "training.optimizer": "sgd"}
    monkeypatch.setattr(recommended, "settings", lambda _: wild)
    (row,) = bench.run(["lenet5"], SMALL, home)
    assert row.failure is not None
    assert "learning rate" in row.failure


def test_what_was_measured_is_not_measured_again_unless_it_failed_or_its_settings_changed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(bench, "_trained", lambda experiment, *_: asked.append(experiment.model.architecture) or {})
    known = [
        Row("lenet5", bench._key("lenet5", SMALL), test_accuracy=0.5),
        Row("resnet8", bench._key("resnet8", SMALL), failure="power cut"),
        Row("resnet20", "other settings", test_accuracy=0.9),
    ]
    rows = list(bench.run(["lenet5", "resnet8", "resnet20"], SMALL, home, known=known))
    assert asked == ["resnet8", "resnet20"]
    assert rows[0] == known[0]


def _counter(folder: Path, name: str, label: str, microjoules: int) -> Path:
    counter = folder / name
    counter.mkdir()
    (counter / "name").write_text(f"{label}\n")
    (counter / "max_energy_range_uj").write_text("1000000000")
    (counter / "energy_uj").write_text(f"{microjoules}\n")
    return counter / "energy_uj"


def test_energy_is_that_of_all_packages_and_survives_a_counter_that_begins_anew(tmp_path: Path) -> None:
    first = _counter(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    second = _counter(tmp_path, "intel-rapl:1", "package-1", 999_000_000)
    _counter(tmp_path, "intel-rapl:0:0", "core", 1)
    with EnergyMeter(tmp_path) as meter:
        first.write_text("7500000")
        second.write_text("1000000")
    assert meter.joules == pytest.approx(2.5 + 2.0)


def test_energy_that_cannot_be_read_is_unknown_and_never_made_up(tmp_path: Path) -> None:
    with EnergyMeter(tmp_path / "nowhere") as nothing:
        pass
    first, _ = _counter(tmp_path, "intel-rapl:0", "package-0", 1), _counter(tmp_path, "intel-rapl:1", "package-1", 1)
    with EnergyMeter(tmp_path) as half:
        first.unlink()
    assert (nothing.joules, half.joules) == (None, None)


# the command


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were trained, in no time."""
    asked: list[str] = []

    def trained(experiment: Any, *_: Any) -> dict[str, Any]:
        name = experiment.model.architecture
        asked.append(name)
        if name == "resnet20":
            raise LabError("out_of_memory")
        figures = {"epochs": 3, "best_epoch": 2, "seconds": 1.5, "cpu_seconds": 2.5, "parameters": 1234, "macs": 5678}
        return {**figures, "test_accuracy": {"lenet5": 0.85}.get(name, 0.9), "validation_accuracy": 0.8}

    monkeypatch.setattr(bench, "_trained", trained)
    monkeypatch.setattr(load, "load", lambda *_, **__: None)
    return asked


def test_the_command_writes_a_sorted_table_and_json_after_each_and_goes_on(
    home: Home, quick: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results" / "table.md"
    command = ["bench", "architectures", "--out", str(out), "--json"]
    assert main([*command, "--networks", "lenet5,resnet20"]) == 0
    assert "resnet20" in capsys.readouterr().err
    assert main([*command, "--networks", "lenet5,resnet8"]) == 0
    assert quick == ["lenet5", "resnet20", "resnet8"]
    printed = json.loads(capsys.readouterr().out)
    assert [row["network"] for row in printed["rows"]] == ["resnet8", "lenet5"]
    kept = json.loads(out.with_suffix(".json").read_text())
    assert [row["network"] for row in kept["rows"]] == ["resnet8", "lenet5", "resnet20"]
    lines = out.read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line][1:]
    assert [row.split(" | ")[0] for row in rows] == ["| ResNet-8", "| LeNet-5"]
    assert "unknown" in rows[0]
    assert any(line.startswith("- ResNet-20: ") for line in lines)


def test_rows_of_another_plan_are_not_mixed_in(home: Home, quick: list[str], tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    assert main(["bench", "architectures", "--out", str(out), "--networks", "lenet5"]) == 0
    assert main(["bench", "architectures", "--out", str(out), "--networks", "resnet8", "--samples", "500"]) == 0
    assert [row["network"] for row in json.loads(out.with_suffix(".json").read_text())["rows"]] == ["resnet8"]


def test_no_dataset_is_one_sentence_and_status_2(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(*_: Any, **__: Any) -> None:
        raise DataError("dataset_offline", value="fashion_mnist", hosts="h", detail="d", file="f")

    monkeypatch.setattr(load, "load", offline)
    assert main(["bench", "architectures", "--networks", "lenet5"]) == 2
    assert "fashion_mnist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--networks", "lenet6"], "lenet6"), (["--epochs", "0"], "--epochs"), (["--samples", "-3"], "--samples")],
)
def test_nonsense_is_status_2(home: Home, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "architectures", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_file_of_something_else_is_left_alone(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.json").write_text('{"rows": [{"colour": "red"}]}')
    assert main(["bench", "architectures", "--out", str(tmp_path / "mine.md")]) == 2
    assert "mine.json" in capsys.readouterr().err
    assert (tmp_path / "mine.json").read_text() == '{"rows": [{"colour": "red"}]}'


@pytest.mark.slow
def test_on_real_images_a_few_epochs_reach_what_they_should(
    home: Home, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LeNet-5 on 10,000 images in three epochs: about 80 %."""
    monkeypatch.setenv("CNNLAB_DATA", str(real_data))
    (row,) = bench.run(["lenet5"], Plan(epochs=3, threads=1), home)
    assert row.failure is None
    assert (row.test_accuracy or 0) > 0.74
