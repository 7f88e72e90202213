"""Explain on a network that was really trained, and what the page says where it can't."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


def picture(side: int = 20) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.tile(np.arange(0, 12 * side, 12, np.uint8), (side, 1))).save(content, format="PNG")
    return content.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_trained_network_the_page_says_what_to_do(open_page: Open, home: Home, lang: str) -> None:
    made_runs.queued(home)
    page = open_page("explain", lang=lang)
    assert translate("explain_page.empty", lang) in texts(page)
    assert [button.label for button in page.button] == [translate("run_choice.train", lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_prediction_and_maps_of_both_methods(open_page: Open, trained_run: Journal, lang: str) -> None:
    page = open_page("explain", lang=lang, run=trained_run.run_id)
    assert not page.error
    assert titles(page) == ["Grad-CAM", translate_method("saliency", lang)]
    assert translate("explanation.scale.method", lang) in texts(page)
    assert page.query_params["run"] == trained_run.run_id
    assert sum(icon in all_text(page) for icon in (":material/check_circle: ", ":material/cancel: ")) == 1


def titles(page: AppTest) -> list[str]:
    """Of the cards with maps, each once."""
    from cnnlab.registry import registry

    known = {entry.text("title", lang) for entry in registry("explainer").values() for lang in LANGUAGES}
    shown = [node.value.strip("*").replace("\\", "") for node in page.markdown]
    return list(dict.fromkeys(name for name in shown if name.split(" · ")[0] in known))


def translate_method(name: str, lang: str) -> str:
    from cnnlab.registry import registry

    return registry("explainer")[name].text("title", lang)


def test_a_class_is_clicked_to_be_explained(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    bars = [button for button in page.button if (button.key or "").startswith("explain_class_")]
    assert len(bars) == 5
    other = bars[2]
    other.click().run()
    assert not page.error
    place = (other.key or "").rpartition("_")[2]
    assert f"For {place}" in all_text(page)
    assert page.query_params["target"] == place
    page.button(key=bars[0].key).click().run()
    assert "target" not in page.query_params


def test_mistakes_are_wrong_and_the_next_button_moves(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_pick").set_value("mistakes").run()
    assert ":material/cancel: says" in all_text(page)
    first = page.query_params["index"]
    page.button(key="explain_next").click().run()
    assert page.query_params["index"] != first
    assert ":material/cancel: says" in all_text(page)


def test_a_mistake_leads_to_its_card(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_pick").set_value("right").run()
    assert not links_to_mistakes(page)
    page.button_group(key="explain_pick").set_value("mistakes").run()
    (query,) = links_to_mistakes(page)
    assert f"index={page.query_params['index']}" in query
    assert f"run={trained_run.run_id}" in query


def links_to_mistakes(page: AppTest) -> list[str]:
    """What their addresses ask for."""
    links = [node.proto for node in page.main if node.type == "page_link"]
    return [link.query_string for link in links if link.label == translate("frame.mistakes", "en")]


def test_the_address_names_an_image(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id, index="7")
    assert translate("explain_page.position", "en", at="8", count="270") in texts(page)


@pytest.mark.parametrize("index", ["-1", "99999", "x", "1e3", "٣", "", "../../etc/passwd", "9" * 5000])
def test_a_bad_index_shows_the_first_image(open_page: Open, trained_run: Journal, index: str) -> None:
    page = open_page("explain", run=trained_run.run_id, index=index)
    assert not page.error
    assert translate("explain_page.position", "en", at="1", count="270") in texts(page)


def test_an_image_of_ones_own(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", lang="es", run=trained_run.run_id)
    page.button_group(key="explain_source_ended").set_value("upload").run()
    assert translate("explain_page.no_upload", "es") in texts(page)
    page.file_uploader(key="explain_upload").upload("<b>mía</b>.png", picture(), "image/png").run()
    assert not page.error
    assert "\\<b\\>mía" in all_text(page)
    assert titles(page)[0] == "Grad-CAM"


def test_a_broken_image_is_one_sentence(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_source_ended").set_value("upload").run()
    page.file_uploader(key="explain_upload").upload("broken.png", b"no image", "image/png").run()
    assert len(page.error) == 1
    assert "broken\\.png" in page.error[0].value


def test_a_run_in_training_keeps_its_test_split_untouched(open_page: Open, home: Home) -> None:
    page = open_page("explain", lang="es", run=made_runs.running(home).run_id)
    assert not page.error
    assert translate("explain_page.still_training", "es") in texts(page)


@pytest.mark.parametrize("page_name", ["explain", "predict"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_can_not_be_opened_is_one_sentence(open_page: Open, home: Home, page_name: str, lang: str) -> None:
    for run_id in ("../../etc/passwd", "0" * 32, made_runs.queued(home).run_id):
        page = open_page(page_name, lang=lang, run=run_id)
        assert len(page.error) == 1
        assert len(page.title) == 1


def test_missing_weights_are_one_sentence(open_page: Open, trained_run: Journal) -> None:
    shutil.rmtree(trained_run.folder / "checkpoints")
    page = open_page("explain", run=trained_run.run_id)
    assert said_once(page)


def test_damaged_weights_are_one_sentence(open_page: Open, trained_run: Journal) -> None:
    weights = trained_run.folder / "checkpoints" / "best.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7] + b"damaged")
    assert said_once(open_page("explain", lang="es", run=trained_run.run_id))


def said_once(page: AppTest) -> bool:
    return len(page.error) == 1 and "Traceback" not in all_text(page)


def test_a_link_to_an_image_wins_over_the_filters_of_before(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_pick").set_value("right").run()
    right = page.query_params["index"]
    page.button_group(key="explain_pick").set_value("mistakes").run()
    page.query_params["index"] = right
    page.run()
    assert page.button_group(key="explain_pick").value == "any"
    assert translate("explain_page.position", "en", at=str(int(right) + 1), count="270") in texts(page)
    page.button(key="explain_next").click().run()
    assert page.query_params["index"] == str(int(right) + 1)
    page.button(key="explain_thumb_0").click().run()
    assert page.query_params["index"] == str(max(0, int(right) + 1 - 4))  # the strip begins four images before


def test_method_and_class_are_in_the_address(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id, method="saliency,nothing", target="3")
    assert titles(page) == ["Saliency"]
    assert "For 3" in all_text(page)
    assert page.query_params["method"] == "saliency"
    page.button_group(key="explain_methods").set_value(["grad_cam", "saliency"]).run()
    assert titles(page) == ["Grad-CAM", "Saliency"]
    assert "method" not in page.query_params
    assert page.query_params["target"] == "3"


def test_the_choices_survive_a_page_switch(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    page.button_group(key="explain_pick").set_value("unsure").run()
    page.button(key="explain_next").click().run()
    index = page.query_params["index"]
    page.switch_page("pages/home.py").run()
    page.switch_page("pages/explain.py").run()
    assert (page.query_params["index"], page.query_params["run"]) == (index, trained_run.run_id)


def test_damaged_predictions_are_measured_anew(open_page: Open, trained_run: Journal) -> None:
    (trained_run.folder / "predictions" / "test.parquet").write_bytes(b"PAR1 and nothing more")
    page = open_page("explain", run=trained_run.run_id)
    assert not page.error
    assert "index" in page.query_params
