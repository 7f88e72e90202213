"""What the run page shows of a run: numbers, curves, test results, configuration, log, files."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.view import view
from cnnlab.ui.run.curves import epochs_across
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


Make = Callable[[Home], Journal]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_confusion_matrix_of_the_test_split(open_page: Open, home: Home, lang: str) -> None:
    journal = made_runs.finished(home)
    made_runs.predict(journal, labels=[0, 0, 0, 1, 2], predictions=[0, 1, 1, 1, 2], names=("<b>a</b>", "b", "c"))
    said = texts(open_page("run", lang=lang, tab=translate("run.tab.test", lang), run=journal.run_id))
    assert translate("run.confusion.title", lang) in {text.strip("*") for text in said}
    assert translate("run.confusion.alt", lang, right="3", total="5") in said
    assert translate("evaluate_page.from_run", lang) in said


def test_many_classes_are_listed_instead_of_drawn(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    names = tuple(f"class {place}" for place in range(40))
    made_runs.predict(journal, labels=[3, 3], predictions=[7, 3], names=names)
    said = texts(open_page("run", tab=translate("run.tab.test", "en"), run=journal.run_id))
    assert translate("run.confusion.large", "en", count=40) in said
    assert translate("evaluate_page.from_run", "en") in said


def test_early_stopping_is_said_in_words(open_page: Open, home: Home) -> None:
    said = texts(open_page("run", run=made_runs.running(home, epochs=12, best=10).run_id))
    assert "2 of 5 epochs without improvement · best so far: epoch 10" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_four_numbers(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("run", lang=lang, run=made_runs.running(home, epochs=12, best=9).run_id)
    values = [metric.value for metric in page.metric]
    mark = "," if lang == "es" else "."
    waited = translate("run.metric.waited", lang, waited=3, patience=5)
    assert values == [f"94{mark}2\N{NO-BREAK SPACE}%", f"0{mark}133", waited, "2\N{NARROW NO-BREAK SPACE}079"]


def test_the_curves_leave_room_for_what_is_still_to_come_and_none_afterwards(home: Home) -> None:
    training, ended = (
        make(home, epochs=6, **{"training.epochs": 30}) for make in (made_runs.running, made_runs.finished)
    )
    assert epochs_across(view(home, training.run_id)) == 30
    assert epochs_across(view(home, ended.run_id)) == 6


def test_early_stopping_that_is_off_says_so(open_page: Open, home: Home) -> None:
    journal = made_runs.running(home, **{"training.early_stopping.patience": 0})
    page = open_page("run", run=journal.run_id)
    assert page.metric[2].value == translate("run.metric.off", "en")
    assert " · **9\N{NO-BREAK SPACE}s** left" in all_text(page)  # without early stopping it is no upper bound


def test_a_task_that_is_no_classification_gets_its_own_curves(open_page: Open, home: Home) -> None:
    journal = made_runs.queued(home)
    made_runs.begin(journal)
    for epoch in (1, 2, 3):
        losses = {"train_loss": 1 / epoch, "val_loss": 1.1 / epoch, "train_box_loss": 0.5, "val_mean_iou": 0.2 * epoch}
        journal.append_epoch({"epoch": epoch, "time": 0.0, **losses, "learning_rate": 0.1, "best": True})
    page = open_page("run", run=journal.run_id)
    assert not page.error
    said = texts(page)
    assert {"**Mean iou**", "**Loss**", "**Box loss**"} <= {text.replace("\\", "") for text in said}
    assert page.metric[0].label == "Validation mean iou"
    assert page.metric[0].value == "0.600"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_before_the_end_the_test_split_is_untouched(open_page: Open, home: Home, lang: str) -> None:
    tab = translate("run.tab.test", lang)
    journal = made_runs.running(home)
    assert translate("run.test.untouched", lang) in texts(open_page("run", lang=lang, tab=tab, run=journal.run_id))


def test_test_metrics_after_the_end(open_page: Open, home: Home) -> None:
    page = open_page("run", tab="Test results", run=made_runs.finished(home).run_id)
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Test accuracy"] == "97.8\N{NO-BREAK SPACE}%"
    assert shown["Test loss"] == "0.109"


@pytest.mark.parametrize("make", [made_runs.stopped, made_runs.failed, made_runs.lost])
def test_a_run_that_broke_off_has_no_test_metrics(open_page: Open, home: Home, make: Make) -> None:
    page = open_page("run", tab="Test results", run=make(home).run_id)
    assert translate("run.test.unmeasured", "en") in texts(page)


def test_configuration_in_the_readers_language(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home, **{"training.schedule": {"name": "step"}, "data.augmentation.rotation": 15})
    said = texts(open_page("run", lang="es", tab="Configuración", run=journal.run_id))
    assert {"Tasa de aprendizaje", "1e-3", "escalones", "Rotación", "±15°", "Función de activación"} <= said
    assert not any(text.startswith(("training.", "data.", "model.")) for text in said)


def test_log_system_and_files(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    assert "training on cpu" in open_page("run", tab="Log", run=journal.run_id).code[0].value
    said = all_text(open_page("run", tab="System", run=journal.run_id))
    assert "Processor (%)" in said
    assert "PyTorch 2\\.15\\.0" in said
    files = open_page("run", tab="Files", run=journal.run_id)
    assert files.code[0].value == str(journal.folder)
    assert "experiment\\.yaml" in all_text(files)
    assert translate("run.files.mlflow_none", "en") in texts(files)


def test_a_run_in_mlflow_says_where(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    uri = mlflow_store.tracking_uri(home)
    where = {"mlflow_run_id": "a" * 32, "mlflow_experiment_id": "1", "mlflow_tracking_uri": uri}
    (journal.folder / "published.json").write_text(json.dumps(where))
    page = open_page("run", tab="Files", run=journal.run_id)
    assert "mlflow_start" in {button.key for button in page.button}
    card = {"port": 5000, "process": ProcessIdentity.own().as_dict(), "uri": uri, "ready": True}
    (home.jobs / "mlflow.json").write_text(json.dumps(card))
    page = open_page("run", tab="Files", run=journal.run_id)
    (link,) = page.get("link_button")
    assert link.proto.url == f"http://127.0.0.1:5000/#/experiments/1/runs/{'a' * 32}"
    assert link.proto.label == translate("mlflow.run", "en")
