"""The description: ranges, YAML, changes, and sentences that name field, value and cure in both languages."""

from __future__ import annotations

import pytest

from cnnlab.errors import ExperimentError, LabError
from cnnlab.experiment import Experiment, parse_setting

WRONG = [
    ({"training.epochs": 0}, "training.epochs", "0"),
    ({"training.epochs": 1.5}, "training.epochs", "1.5"),
    ({"training.batch_size": 10**9}, "training.batch_size", "1000000000"),
    ({"training.learning_rate": "fast"}, "training.learning_rate", "fast"),
    ({"training.learning_rate": float("nan")}, "training.learning_rate", "nan"),
    ({"training.optimizer": "adamax"}, "training.optimizer", "adamax"),
    ({"training.momentum": 1.0}, "training.momentum", "1.0"),
    ({"training.device": "tpu"}, "training.device", "tpu"),
    ({"training.seed": -1}, "training.seed", "-1"),
    ({"training.early_stopping.monitor": "loss"}, "training.early_stopping.monitor", "loss"),
    ({"training.schedule": {"name": "triangle"}}, "training.schedule.name", "triangle"),
    ({"data.image_size": 100_000}, "data.image_size", "100000"),
    ({"data.channels": 2}, "data.channels", "2"),
    ({"data.augmentation.rotation": -5}, "data.augmentation.rotation", "-5"),
    ({"data.dataset": "../../etc/passwd"}, "data.dataset", "../../etc/passwd"),
    ({"data.split": 3}, "data.split", "3"),
    ({"schema_version": 2}, "schema_version", "2"),
    ({"training.patience": 3}, "training.patience", "3"),
]


@pytest.mark.parametrize(("changes", "field", "value"), WRONG)
def test_a_wrong_setting_names_field_and_value_in_both_languages(
    changes: dict[str, object], field: str, value: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().changed(changes)
    english, spanish = caught.value.message("en"), caught.value.message("es")
    assert field in english
    assert field in spanish
    assert english != spanish
    if caught.value.problem.code != "unknown_setting":
        assert value in english


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().changed({"training.epochs": 0, "training.batch_size": 0, "model.colour": "red"})
    assert {problem.field for problem in caught.value.problems} == {
        "training.epochs",
        "training.batch_size",
        "model.colour",
    }


def test_yaml_round_trip_keeps_everything() -> None:
    experiment = Experiment().changed(
        {
            "name": "Ñandú <b>&amp; 🦤",
            "training.learning_rate": 3e-4,
            "data.augmentation.rotation": 10,
            "model.options": {"blocks": [{"filters": 32}]},
        }
    )
    assert Experiment.from_yaml(experiment.to_yaml()) == experiment


def test_a_partial_description_is_completed_with_defaults() -> None:
    experiment = Experiment.from_yaml("training: {epochs: 3}")
    assert experiment.training.epochs == 3
    assert experiment.data.dataset == "digits"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x", "yaml_alias"),
        ("training: {epochs: 3", "yaml_invalid"),
        ("just words", "not_an_experiment"),
        ("- a\n- b", "not_an_experiment"),
        ("x: " + "y" * 300_000, "yaml_too_large"),
        ("!!python/object/apply:os.system ['true']", "yaml_invalid"),
        ("[" * 5000, "yaml_too_deep"),
    ],
)
def test_hostile_or_broken_yaml_is_one_sentence(text: str, code: str) -> None:
    with pytest.raises(LabError) as caught:
        Experiment.from_yaml(text)
    assert caught.value.problem.code == code
    assert caught.value.message("es")


def test_changed_makes_a_copy() -> None:
    first = Experiment()
    longer = first.changed({"training.epochs": 60})
    assert (first.training.epochs, longer.training.epochs) == (30, 60)


def test_settings_are_read_as_yaml() -> None:
    assert parse_setting("training.epochs=5") == ("training.epochs", 5)
    assert Experiment().changed(dict([parse_setting("training.learning_rate=1e-3")])).training.learning_rate == 0.001
    with pytest.raises(ExperimentError):
        parse_setting("training.epochs")


def test_the_digest_names_what_is_trained_and_not_who_trains_it() -> None:
    first = Experiment()
    assert first.changed({"name": "x", "owner": "y"}).sha256 == first.sha256
    assert first.changed({"training.seed": 1}).sha256 != first.sha256


def test_flat_has_one_entry_a_leaf() -> None:
    flat = Experiment().flat()
    assert flat["training.early_stopping.patience"] == 5
    assert flat["model.options"] == {}
    assert not any(isinstance(value, dict) and value for value in flat.values())
