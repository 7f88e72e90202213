"""The Train page in every state: as it opens, while something is wrong, as it starts a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import drafts, estimates
from cnnlab.drafts import Draft
from cnnlab.errors import LabError
from cnnlab.estimates import Estimate
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.train_form import choose, choose_network, form_of, network_list, option, set_number, write

LANGUAGES = ("en", "es")
pytestmark = pytest.mark.usefixtures("known_estimate")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_opens_with_the_defaults_ready_to_train(open_page: Open, lang: str) -> None:
    page = open_page("train", lang=lang)
    assert not page.error
    assert not page.button(key="train").disabled
    assert page.button(key="train").label == translate("train.train", lang)
    assert form_of(page).draft == Draft()
    assert "draft" not in page.query_params
    said = texts(page)
    assert {translate("train.at_once", lang), translate("train.caption", lang)} <= said
    assert [header.value for header in page.subheader] == [
        translate("train.step", lang, number=number, title=translate(f"train.step_{step}", lang))
        for number, step in enumerate(("data", "network", "training"), start=1)
    ] + [translate("train.this", lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_setting_can_be_edited_and_is_explained(open_page: Open, lang: str) -> None:
    """Those of every schedule and optimizer taken together; layers only where a network takes them."""
    page = open_page("train", lang=lang)
    seen: dict[str, str] = {}
    for schedule in ("none", "plateau", "step", "cosine", "one_cycle", "warmup"):
        page = choose(page, "training.schedule.name", schedule)
        seen |= _fields(page)
    seen |= _fields(choose(page, "training.optimizer", "sgd"))
    page = choose_network(page, "mobilenet_v3_small")
    seen |= _fields(page)
    seen["model.architecture"] = network_list(page).help
    wanted = {name for name in Experiment().flat() if not name.endswith(".options")}
    assert wanted - set(seen) == {"schema_version", "model.layers"}
    assert all(help_text for help_text in seen.values()), seen


def _fields(page: AppTest) -> dict[str, str]:
    """Setting -> help of its widget."""
    prefix = form_of(page).key("")
    kinds = ("number_input", "text_input", "selectbox", "toggle", "button_group", "pills")
    widgets = [widget for kind in kinds for widget in page.get(kind)]
    return {str(w.key).removeprefix(prefix): w.help for w in widgets if str(w.key).startswith(prefix)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_wrong_is_said_at_its_field_and_nothing_can_start(open_page: Open, lang: str, home: Home) -> None:
    page = write(
        set_number(open_page("train", lang=lang), "training.batch_size", 6000), "training.learning_rate", "fast"
    )
    assert page.button(key="train").disabled
    assert page.get("download_button")[0].proto.disabled
    said = all_text(page)
    batch, rate = (translate(f"setting.training.{name}", lang) for name in ("batch_size", "learning_rate"))
    assert translate("train.correct", lang, count=2, names=f"{rate}, {batch}") in said
    assert translate("error.larger_than_split", lang, field=batch, value=6000, limit=1257) in said
    assert translate("error.not_a_number", lang, field=rate, value="fast") in said
    page = write(set_number(page, "training.batch_size", 64), "training.learning_rate", "3e-3")
    assert not page.button(key="train").disabled
    assert listing(home) == []


@pytest.mark.parametrize(("written", "value"), [("1e-4", 1e-4), ("0,05", 0.05), (" 2.5E-3 ", 0.0025), ("1", 1.0)])
def test_a_rate_is_read_as_people_write_it(open_page: Open, written: str, value: float) -> None:
    page = write(open_page("train"), "training.learning_rate", written)
    assert form_of(page)["training.learning_rate"] == value
    assert not page.button(key="train").disabled


def test_train_submits_exactly_what_is_on_the_form_and_opens_the_run(
    open_page: Open, home: Home, woken: list[Home]
) -> None:
    page = open_page("train")
    page = write(set_number(page, "training.epochs", 7), "name", "mine")
    page = set_number(page, "data.augmentation.horizontal_flip", 50.0)
    page = page.selectbox(key=option(page, "lenet5", "activation")).set_value("tanh").run()
    woken.clear()
    page.button(key="train").click().run()
    (run,) = listing(home)
    wanted = {"training.epochs": 7, "data.augmentation.horizontal_flip": 0.5, "model.options": {"activation": "tanh"}}
    assert run.experiment is not None
    assert run.experiment.sha256 == Experiment().changed(wanted).sha256
    assert (run.name, run.state, woken) == ("mine", RunState.QUEUED, [home])
    assert page.query_params["run"] == run.run_id


def test_nothing_touched_is_the_default_experiment(open_page: Open, home: Home) -> None:
    open_page("train").button(key="train").click().run()
    (run,) = listing(home)
    assert run.experiment is not None
    assert run.experiment.sha256 == Experiment().sha256


@pytest.mark.parametrize("lang", LANGUAGES)
def test_while_something_trains_the_button_says_that_it_will_wait(open_page: Open, home: Home, lang: str) -> None:
    made_runs.running(home)
    made_runs.queued(home)
    page = open_page("train", lang=lang)
    assert page.button(key="train").label == translate("train.queue", lang)
    assert translate("train.before", lang, count=2) in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_schedule_is_drawn_or_said_in_words(open_page: Open, lang: str) -> None:
    page = choose(open_page("train", lang=lang), "training.schedule.name", "cosine")
    assert translate("train.training.curve", lang, first="1e-3", peak="1e-3", last="0")[:30] in all_text(page)
    assert len(page.get("echarts_chart")) == 1
    page = choose(page, "training.schedule.name", "plateau")
    assert not page.get("echarts_chart")
    assert translate("train.training.plateau", lang).partition("{")[0] in all_text(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_estimate_says_what_it_rests_on(open_page: Open, lang: str) -> None:
    page = open_page("train", lang=lang)
    for _ in range(20):
        if translate("train.estimate.basis_calibration", lang) in all_text(page):
            break
        page.run()
    said = all_text(page)
    assert translate("train.estimate.basis_calibration", lang) in said
    assert "61\N{NARROW NO-BREAK SPACE}706" in said


def test_a_disk_that_takes_nothing_costs_the_reload_and_not_the_form(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drafts, "write", full)
    page = set_number(open_page("train"), "training.epochs", 3)
    assert form_of(page)["training.epochs"] == 3
    assert not page.error


def test_an_estimate_that_fails_is_a_dash(open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> Estimate:
        raise LabError("out_of_memory", field=str(tmp_path.name))

    monkeypatch.setattr(estimates, "estimate", broken)
    page = open_page("train")
    for _ in range(20):
        if translate("train.estimate.basis_none", "en") in all_text(page):
            break
        page.run()
    assert translate("train.estimate.basis_none", "en") in all_text(page)
    assert not page.button(key="train").disabled
