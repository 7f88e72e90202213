"""Explain with several images, runs and classes, how they are shown, and what a link says of all that."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.ui import background
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_explain_page import picture, titles

LANGUAGES = ("en", "es")


@pytest.fixture
def second_run(trained_run: Journal, home: Home) -> Journal:
    """The same network again under another id, as a run to compare with."""
    other = "f" * 32
    shutil.copytree(trained_run.folder, home.runs / other)
    for name in ("state.json", "meta.json", "journal.json"):
        path = home.runs / other / name
        if path.is_file():
            path.write_text(path.read_text().replace(trained_run.run_id, other))
    return Journal.open(home, other)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_several_images_are_rows(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id, index="3,12,40")
    assert not page.error
    for index in (3, 12, 40):
        assert f"**{translate('explanation.image_of.test', lang, index=index)}**" in texts(page)
    assert page.query_params["index"] == "3,12,40"
    assert translate("explain_page.several_of", lang, count="3", all="270") in texts(page)
    page.button(key="explain_next").click().run()
    assert page.query_params["index"] == "41,42,43"


def test_one_image_becomes_several_and_the_small_ones_add_and_remove(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.toggle(key="explain_several").set_value(True).run()
    assert page.query_params["index"] == "0,1,2,3"
    page.button(key="explain_thumb_5").click().run()
    page.button(key="explain_thumb_1").click().run()
    assert page.query_params["index"] == "0,2,3,5"
    page.toggle(key="explain_several").set_value(False).run()
    assert page.query_params["index"] == "0"


@pytest.mark.parametrize("index", ["1,2,3,4,5,6,7,8", "3,3,3", "5,99999", "1;2", "1,,2", "9" * 300])
def test_a_strange_list_of_images_shows_what_it_can(open_page: Open, trained_run: Journal, index: str) -> None:
    page = open_page("explain", run=trained_run.run_id, index=index)
    assert not page.error
    assert 1 <= len(page.query_params["index"].split(",")) <= 6


def test_a_cell_of_the_confusion_matrix(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.selectbox(key=f"explain_class_{trained_run.run_id}").set_value(4).run()
    page.selectbox(key=f"explain_taken_for_{trained_run.run_id}").set_value(4).run()
    assert not page.error
    assert "says 4" in all_text(page)
    page.selectbox(key=f"explain_taken_for_{trained_run.run_id}").set_value(0).run()
    assert not page.error
    assert translate("explain_page.nothing.any", "en") in texts(page) or "is 4" in all_text(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_classes_side_by_side_and_the_difference_of_two(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id, method="grad_cam", classes="three")
    assert not page.error
    roles = [translate(f"explanation.role.{role}", lang) for role in ("predicted", "runner_up")]
    assert [f"Grad-CAM · {role}" for role in roles] == [t for t in titles(page) if t.endswith(tuple(roles))]
    page.button_group(key="explain_classes").set_value("difference").run()
    assert not page.error
    assert page.query_params["classes"] == "difference"
    assert any(translate("explanation.difference", lang) in text for text in texts(page))


def test_what_is_chosen_to_be_shown_is_in_the_address(open_page: Open, trained_run: Journal) -> None:
    asked = {"colours": "cividis", "scale": "own", "signs": "absolute", "picture": "map", "smoothing": "1.5"}
    page = open_page("explain", run=trained_run.run_id, set="saliency.abs=false", layer="conv1", view="zoom", **asked)
    assert not page.error
    for name, value in {**asked, "set": "saliency.abs=false", "layer": "conv1", "view": "zoom"}.items():
        assert page.query_params[name] == value, name
    said = all_text(page)
    assert translate("explanation.scale.own", "en") in said
    assert translate("explanation.smoothed", "en", value="1.5") in said
    page.selectbox(key="explain_colours").set_value("viridis").run()
    assert "colours" not in page.query_params


@pytest.mark.parametrize("bad", ["", "x", "-1", "1e9", "../../etc/passwd", "<b>", "9" * 5000, "nan", "٣"])
def test_bad_parameters_show_the_page_as_it_begins(open_page: Open, trained_run: Journal, bad: str) -> None:
    names = ("method", "target", "classes", "minus", "view", "colours", "scale", "opacity", "smoothing", "set")
    page = open_page("explain", run=trained_run.run_id, **dict.fromkeys(names, bad))
    assert not page.error
    assert titles(page) == ["Grad-CAM", "Saliency"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_layer_that_does_not_exist_is_one_sentence(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id, layer="conv9")
    assert len(page.error) == 1
    assert "conv9" in page.error[0].value
    page.run()
    assert not page.error


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_runs_are_compared(open_page: Open, trained_run: Journal, second_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id, **{"with": second_run.run_id})
    assert not page.error
    assert page.multiselect(key=f"explain_with_{trained_run.run_id}").value == [second_run.run_id]
    title = f"**{translate('explanation.image_of.test', lang, index=0)}**"
    assert [node.value for node in page.markdown].count(title) == 2


def test_a_run_that_does_not_fit_is_one_sentence(open_page: Open, trained_run: Journal, home: Home) -> None:
    page = open_page("explain", run=trained_run.run_id, **{"with": "e" * 32})
    assert len(page.error) == 1
    page = open_page("explain", run=trained_run.run_id, **{"with": "../../etc"})
    assert len(page.error) == 1
    assert isinstance(home.root, Path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_slow_methods_wait_and_are_computed_on_request(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id, method="occlusion")
    assert translate("explain_page.open", lang) in texts(page)
    compute(page, "explain_compute")
    assert not page.error
    assert translate("explain_page.open", lang) not in texts(page)
    again = open_page("explain", lang=lang, run=trained_run.run_id, method="occlusion")  # a new session finds it
    assert translate("explain_page.open", lang) not in texts(again)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_maps_are_graded(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id)
    compute(page, "explain_grade")
    assert not page.error
    said = all_text(page)
    for name in ("random", "edges"):
        assert translate(f"scores.control.{name}", lang) in said
    assert translate("explain_page.beats_rule", lang) in said
    assert any(node.value.endswith("--scorecard --report report.html") for node in page.code)
    # a mask is known for shapes, not for digits
    assert any(translate("explain_page.missing.mask", lang, scores="§").split("§")[0] in text for text in texts(page))


def compute(page: AppTest, key: str) -> None:
    """Clicks and waits for the work, as a person does."""
    page.button(key=key).click().run()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and any(not work.ended for work in background._works().values()):
        time.sleep(0.1)
    page.run()


def test_several_uploads_and_one_that_is_broken(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_source_ended").set_value("upload").run()
    files = [("a.png", picture(), "image/png"), ("broken.png", b"no", "image/png"), ("b.png", picture(33), "image/png")]
    page.file_uploader(key="explain_upload").set_value(files).run()
    assert len(page.error) == 1
    assert "broken\\.png" in page.error[0].value
    assert {"**a\\.png**", "**b\\.png**"} <= texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_camera_is_asked_for_when_it_is_chosen(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id)
    assert translate("explain_page.camera", lang) not in texts(page)
    page.button_group(key="explain_source_ended").set_value("camera").run()
    assert translate("explain_page.no_photo", lang) in texts(page)


def test_the_report_and_the_values_of_what_is_shown(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id, index="3,12")
    said = all_text(page)
    command = f"explain {trained_run.run_id} --index 3 --index 12 --method grad_cam,saliency"
    assert any(command in node.value for node in page.code)
    for kind in ("png", "npz", "html"):
        assert translate(f"explain_page.download.{kind}", "en") in said
