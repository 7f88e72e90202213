"""The laboratory's page: as it begins, on its way, come to nothing, trained and measured; senseless addresses."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import worker
from cnnlab.explain.laboratory import store as laboratory_store
from cnnlab.explain.laboratory.setup import ARMS, VARIANTS, Pair, Setup
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.jobs import laboratory as jobs
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.ui import background
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
TINY = Setup(samples=240, epochs=1)
ADDRESS = {"samples": "240", "epochs": "1", "images": "6"}


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> tuple[Path, Pair]:
    """Both networks of a tiny laboratory really trained, once."""
    home = Home(tmp_path_factory.mktemp("laboratory") / "home").ensure()
    shutil.copyfile(_mlflow_template, home.mlflow / "mlflow.db")
    runs = {}
    for arm, experiment in jobs.named(TINY, {arm: f"lab {arm}" for arm in ARMS}).items():
        journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
        assert worker.run(journal, 1, home) is RunState.FINISHED
        runs[arm] = journal.run_id
    jobs.note(TINY, home, runs)
    return home.root, Pair(**runs)


@pytest.fixture
def pair(home: Home, _template: tuple[Path, Pair]) -> Pair:
    shutil.copytree(_template[0], home.root, dirs_exist_ok=True)
    return _template[1]


def _rested(page: AppTest) -> AppTest:
    """The page after the work that it began."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        page.run()
        if not any(not work.ended for work in background._works().values()):
            return page.run()
        time.sleep(0.1)
    raise TimeoutError("the maps were not measured")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_it_says_what_it_is_and_how_to_begin(open_page: Open, home: Home, lang: str, variant: str) -> None:
    page = open_page("laboratory", lang=lang, variant=variant)
    assert not page.error
    said = texts(page)
    assert translate(f"laboratory_page.about.{variant}", lang) in said
    assert page.button(key="laboratory_train").label == translate("laboratory_page.train", lang)
    assert any(f"--variant {variant}" in block.value for block in page.code)


def test_one_click_queues_both_once(open_page: Open, home: Home, woken: list[Home]) -> None:
    page = open_page("laboratory", **ADDRESS)
    page.button(key="laboratory_train").click().run()
    assert not page.error
    assert woken
    found = jobs.find(TINY, home)
    assert found is not None
    assert not [button for button in page.button if button.key == "laboratory_train"]
    said = all_text(page)
    for arm in ARMS:
        assert Journal.open(home, found.of(arm)).status().state is RunState.QUEUED
        assert Journal.open(home, found.of(arm)).experiment().name.split(":")[0] in said
    again = open_page("laboratory", **ADDRESS)  # another session sees the same runs
    assert translate(f"state.{RunState.QUEUED.value}", "en") in all_text(again)
    assert len(list(home.runs.glob("[0-9a-f]*"))) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_that_came_to_nothing_is_trained_anew(open_page: Open, home: Home, lang: str) -> None:
    failed, queued = made_runs.failed(home, "first"), made_runs.stopped(home, "second")
    jobs.note(TINY, home, {"honest": failed.run_id, "cheating": queued.run_id})
    page = open_page("laboratory", lang=lang, **ADDRESS)
    assert len(page.error) == 2
    assert "first" in page.error[0].value
    page.button(key="laboratory_train").click().run()
    found = jobs.find(TINY, home)
    assert found is not None
    assert {found.honest, found.cheating}.isdisjoint({failed.run_id, queued.run_id})


def test_runs_that_are_gone_begin_anew(open_page: Open, home: Home) -> None:
    jobs.note(TINY, home, {"honest": "0" * 32, "cheating": "../../etc/passwd"})
    page = open_page("laboratory", **ADDRESS)
    assert not page.error
    assert page.button(key="laboratory_train")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_trained_networks_are_measured_and_shown(open_page: Open, home: Home, pair: Pair, lang: str) -> None:
    page = _rested(open_page("laboratory", lang=lang, **ADDRESS))
    assert not page.error
    found = laboratory_store.known(TINY, pair, home, 6)
    assert found is not None
    assert "grad_cam" in found.methods
    assert "occlusion" not in found.methods
    said = all_text(page)
    for key in ("findings", "maps", "table"):
        assert translate(f"laboratory_page.{key}", lang) in said
    for control in ("random", "edges"):
        assert translate(f"laboratory.control.{control}", lang) in said
    assert page.button(key="laboratory_measure").label == translate("laboratory_page.measure_all", lang)
    code = next(block.value for block in page.code)
    assert code == "python -m cnnlab laboratory --variant shortcut --samples 240 --epochs 1 --images 6"


def test_too_many_images_are_refused_in_a_sentence(open_page: Open, pair: Pair) -> None:
    page = _rested(open_page("laboratory", **{**ADDRESS, "images": "900"}))
    assert len(page.error) == 1
    assert "900" in page.error[0].value
    assert page.button(key="laboratory_measure").label == translate("laboratory_page.measure", "en")


@pytest.mark.parametrize(
    "wrong",
    [
        {"variant": "<script>"},
        {"samples": "-3"},
        {"samples": "9" * 40},
        {"epochs": "abc"},
        {"seed": "%00"},
        {"share": "1e9"},
    ],
)
def test_a_bad_address_is_the_page_as_it_begins(open_page: Open, wrong: dict[str, str]) -> None:
    page = open_page("laboratory", **wrong)
    assert not page.error
    assert not page.exception
    assert page.button(key="laboratory_train")
