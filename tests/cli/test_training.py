"""``train``, ``submit``, ``resume``, ``show``, ``runs`` and what they say to nonsense."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState

QUICK = ["--set", "training.epochs=2", "--set", "training.threads=1", "--set", "data.image_size=12"]
KEYS = {
    "run_id", "state", "reason", "stop_reason", "epochs", "best_epoch", "train_seconds", "images_per_second",
    "parameters", "weights_sha256", "final_state_sha256", "validation", "test",
}  # fmt: skip


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return values


def test_train_prints_what_scripts_rely_on_and_show_prints_it_again(
    mlflow_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *QUICK, "--json"]) == 0
    trained = _json(capsys)
    assert set(trained) >= KEYS
    assert (trained["state"], trained["epochs"], trained["reason"]) == ("FINISHED", 2, None)
    assert 0 < trained["test"]["accuracy"] <= 1
    assert main(["show", trained["run_id"], "--json"]) == 0
    shown = _json(capsys)
    assert {key: shown[key] for key in KEYS} == {key: trained[key] for key in KEYS}
    assert shown["worker_pid"] is None
    assert Path(shown["folder"]).is_dir()
    assert main(["runs", "--json"]) == 0
    assert [run["run_id"] for run in _json(capsys)["runs"]] == [trained["run_id"]]


@pytest.mark.slow
def test_the_seed_decides_every_bit(mlflow_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = []
    for seed in ("0", "0", "1"):
        assert main(["train", "--seed", seed, *QUICK, "--json"]) == 0
        outcome = _json(capsys)
        outcomes.append((outcome["weights_sha256"], outcome["final_state_sha256"]))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] != outcomes[2][0]
    assert outcomes[0][1] != outcomes[2][1]


@pytest.mark.slow
def test_the_bar_on_digits(mlflow_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """At the defaults, LeNet-5 on digits reaches 97 %."""
    assert main(["train", "--dataset", "digits", "--architecture", "lenet5", "--seed", "0", "--json"]) == 0
    outcome = _json(capsys)
    assert outcome["state"] == "FINISHED"
    assert outcome["test"]["accuracy"] >= 0.97


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--dataset", "digitz"], ["data.dataset", "digitz", "digits"]),
        (["train", "--architecture", "lenet6"], ["model.architecture", "lenet6", "lenet5"]),
        (["train", "--set", "training.epochs=0"], ["training.epochs", "0", "1"]),
        (["train", "--set", "training.epochs"], ["--set", "training.epochs=5"]),
        (["train", "--set", "training.batch_size=5000"], ["training.batch_size", "5000", "1257"]),
        (["train", "--set", "model.options.colour=red"], ["model.options.colour"]),
        (["train", "--set", "training.loss=hinge"], ["training.loss", "hinge", "cross_entropy"]),
        (["train", "--set", "training.early_stopping.monitor=val_beauty"], ["val_beauty", "val_loss"]),
        (["train", "--set", "data.split.test=0.9"], ["data.split", "0.9"]),
        (["train", "--preset", "nothing"], ["preset", "nothing"]),
        (["train", "no-such-file.yaml"], ["no-such-file.yaml"]),
        (["train", "--preset", "a", "--like", "b"], ["preset, like"]),
        (["show", "0" * 32], ["0" * 32]),
        (["show", "../../etc/passwd"], ["../../etc/passwd"]),
        (["stop", "f" * 32], ["f" * 32]),
        (["resume", "f" * 32], ["f" * 32]),
        (["delete", "f" * 32], ["f" * 32]),
        (["runs", "--limit", "0"], ["--limit", "0"]),
        (["datasets", "nothing"], ["nothing", "digits"]),
        (["architectures", "nothing"], ["nothing", "lenet5"]),
        (["import", "no-such-folder", "--name", "mine"], ["no-such-folder"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_nonsense_is_one_line_with_field_value_and_cure(
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: list[str],
    language: str,
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1, captured.err
    assert all(word in lines[0] for word in words), lines[0]
    assert captured.out == ""
    assert not list(home.runs.iterdir()), "nothing was started"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_wrong_word_on_the_command_line_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    for arguments in (["trane"], ["show"], ["train", "--seed", "x"], ["runs", "--wrong"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        captured = capsys.readouterr().err
        assert len(captured.strip().splitlines()) == 1
        assert ("muestra qué admite" in captured) == (language == "es")


def test_help_is_in_the_readers_language(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for language, words in (("en", "train here and now"), ("es", "entrena aquí y ahora")):
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == 0
        assert words in " ".join(capsys.readouterr().out.split())


def test_lists_are_json_by_kind(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for command, name in (("datasets", "digits"), ("architectures", "lenet5"), ("explainers", "grad_cam")):
        assert main([command, "--json"]) == 0
        assert name in [entry["name"] for entry in _json(capsys)[command]]
        assert main([command, name, "--json"]) == 0
        assert _json(capsys)["name"] == name


def test_a_file_and_another_run_are_starting_points(home: Home, tmp_path: Path) -> None:
    from cnnlab.cli.arguments import build_parser
    from cnnlab.cli.experiments import experiment_from

    path = tmp_path / "experiment.yaml"
    path.write_text("training: {epochs: 7}\n")
    arguments = build_parser("en").parse_args(["train", str(path), "--seed", "4"])
    experiment = experiment_from(arguments, home)
    assert (experiment.training.epochs, experiment.training.seed) == (7, 4)

    parent = Journal.create(home, experiment)
    arguments = build_parser("en").parse_args(["submit", "--like", parent.run_id, "--set", "training.epochs=9"])
    child = experiment_from(arguments, home)
    assert (child.training.epochs, child.training.seed, child.name) == (9, 4, "")


def test_a_lost_run_is_status_1_for_train_and_can_be_deleted_and_restored(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    from cnnlab.experiment import Experiment

    journal = Journal.create(home, Experiment())
    journal.transition(RunState.STOPPED, allowed=(RunState.QUEUED,))
    assert main(["delete", journal.run_id]) == 0
    assert main(["show", journal.run_id]) == 2
    assert main(["restore", journal.run_id]) == 0
    capsys.readouterr()
    assert main(["show", journal.run_id, "--json"]) == 0
    assert _json(capsys)["state"] == "STOPPED"


def test_asking_imports_no_torch(home: Home) -> None:
    code = (
        "import sys; from cnnlab.cli import main; main(['datasets']); main(['runs']); main(['train', '--set', 'x=1']);"
        "assert not {'torch', 'mlflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
