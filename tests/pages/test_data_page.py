"""Data: the catalogue, one dataset opened, imports with their refusals, renaming, deleting with undo."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnlab.data import catalogue, uploads
from cnnlab.data.importing import import_images
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.ui import background
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_run import BAD_IDS

LANGUAGES = ("en", "es")
TABS = ("samples", "balance", "bias", "pixels", "augmentation")


@pytest.fixture(autouse=True)
def _no_work_left() -> None:
    st.cache_resource.clear()


def png(shade: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.full((12, 12), shade, np.uint8)).save(content, format="PNG")
    return content.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.fixture
def leaves(home: Home, tmp_path: Path) -> str:
    """An imported dataset: two classes of unequal size, one file that is not an image."""
    for label, count in (("oak", 40), ("<b>maple<b>", 10)):
        folder = tmp_path / "leaves" / label
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number}.png").write_bytes(png(5 * number + len(label)))
    (tmp_path / "leaves" / "oak" / "note.txt").write_text("not an image")
    import_images(tmp_path / "leaves", "leaves", home)
    return "leaves"


def finished(app: AppTest) -> AppTest:
    """Draws again until the background work of this session has ended."""
    deadline = time.monotonic() + 30
    works = background._works()
    while any(not work.ended for work in works.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return app.run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_has_a_card_for_each(open_page: Open, home: Home, leaves: str, lang: str) -> None:
    app = finished(open_page("data", lang=lang))
    assert not app.error
    said = all_text(app)
    infos = catalogue.listing(home)
    assert len(infos) > 10
    for info in infos:
        assert info.title(lang).split("-")[0].split(" ")[0] in said.replace("\\", "")
    assert translate("data_page.to_download", lang) in said
    assert any(translate("data_page.thumbnails", lang, dataset="leaves") == text for text in texts(app))


def test_the_catalogue_is_searched(open_page: Open, home: Home, leaves: str) -> None:
    app = open_page("data")
    app.text_input(key="data_words").set_value("LEAVES maple").run()
    assert "CIFAR" not in all_text(app)
    assert "leaves" in all_text(app)
    app.text_input(key="data_words").set_value("nothing like it").run()
    assert translate("data_page.no_match", "en") in texts(app)
    app.text_input(key="data_words").set_value("").run()
    app.button_group(key="data_show").set_value("imported").run()
    assert "CIFAR" not in all_text(app)
    assert "leaves" in all_text(app)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_tab_of_a_dataset(open_page: Open, home: Home, leaves: str, tab: str, lang: str) -> None:
    app = data_page(open_page, "leaves", lang, tab)
    assert not app.error
    assert len(texts(app)) > 15
    if tab == "balance":
        assert "**oak**" in all_text(app)  # four times as many as maple


def data_page(open_page: Open, name: str, lang: str, tab: str) -> AppTest:
    st.session_state.clear()
    app = open_page("data", lang=lang, dataset=name)
    app.session_state[f"data_tabs_{lang}"] = translate(f"data_page.tab.{tab}", lang)
    return app.run()


def test_samples_of_one_class_and_split(open_page: Open, home: Home, leaves: str) -> None:
    app = open_page("data", dataset=leaves)
    app.selectbox(key="data_class_leaves").set_value("oak").run()
    app.button_group(key="data_part").set_value("test").run()
    assert not app.error
    assert translate("data_page.of_these", "en", shown=6, count="6") in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_that_is_not_here_is_offered_and_a_failure_is_said(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("CNNLAB_DATA", "")
    monkeypatch.setattr("cnnlab.data.downloads.urllib.request.urlopen", refuse)
    app = open_page("data", lang=lang, dataset="mnist")
    assert translate("data_page.not_here", lang) in texts(app)
    app.button(key="data_download").click().run()
    app = finished(app)
    assert len(app.error) == 1
    assert "CNNLAB\\_DATA" in app.error[0].value or "CNNLAB_DATA" in app.error[0].value


def refuse(*_: object, **__: object) -> None:
    raise OSError("no network here")


@pytest.mark.parametrize("name", [*BAD_IDS, "unknown"])
def test_a_bad_name_is_one_sentence(open_page: Open, home: Home, name: str) -> None:
    app = open_page("data", lang="es", dataset=name)
    assert len(app.error) == 1
    assert "Traceback" not in all_text(app)


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.button(key="data_import").click().run()
    app.file_uploader(key="import_zip").upload(name, content, "application/zip").run()
    app.button(key="import_start").click().run()
    return finished(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zip_becomes_a_dataset_with_its_report(open_page: Open, home: Home, lang: str) -> None:
    files = {f"{label}/{n}.png": png(9 * n) for label in ("roble", "arce") for n in range(8)}
    app = upload(open_page("data", lang=lang), "Hojas de árbol.zip", zipped({**files, "roble/x.txt": b"no"}))
    assert not app.error
    assert catalogue.find("hojas_de_arbol", home).samples == 16
    assert translate("data_page.skipped", lang, count=1) in texts(app)
    assert translate("data.skipped.not_an_image", lang) in texts(app)
    assert list((home.cache / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"not a zip", "zip"),
        (zipped({"../../evil.png": png(1)}), "evil"),
        (zipped({"a/1.png": b"x", "b/2.png": b"y"}), "zip"),
    ],
)
def test_a_refused_zip_leaves_nothing_behind(open_page: Open, home: Home, content: bytes, part: str) -> None:
    before = sorted(path for path in home.root.rglob("*") if path.is_file() and "cache/thumbnails" not in str(path))
    app = upload(open_page("data"), "pictures.zip", content)
    assert len(app.error) == 1
    assert part in app.error[0].value
    assert catalogue.imported_names(home) == []
    left = [path for path in home.root.rglob("*") if path.is_file() and path not in before]
    assert [path for path in left if "upload" in str(path) or "datasets" in str(path)] == []


def test_the_uploader_is_told_its_limit(open_page: Open, home: Home) -> None:
    app = open_page("data")
    app.button(key="data_import").click().run()
    assert app.file_uploader(key="import_zip").proto.max_upload_size_mb == uploads.LARGEST_MB


@pytest.mark.parametrize("name", ["digits", "Leaves", "9lives", "a b", "../x"])
def test_a_name_that_can_not_be_taken_is_said_as_it_is_typed(open_page: Open, home: Home, name: str) -> None:
    app = open_page("data")
    app.button(key="data_import").click().run()
    app.file_uploader(key="import_zip").upload("a.zip", b"x", "application/zip").run()
    app.text_input(key="name_a.zip").set_value(name).run()
    assert app.button(key="import_start").disabled
    assert ":material/error:" in all_text(app)


def test_deleting_has_an_undo(open_page: Open, home: Home, leaves: str) -> None:
    app = open_page("data", dataset=leaves)
    app.button(key="data_delete").click().run()
    assert catalogue.imported_names(home) == []
    assert translate("data_page.deleted", "en", name="leaves") in texts(app)
    app.button(key="data_undo").click().run()
    assert catalogue.imported_names(home) == ["leaves"]


def test_one_that_a_run_needs_is_not_deleted(open_page: Open, home: Home, leaves: str) -> None:
    made_runs.queued(home, "waiting", **{"data.dataset": leaves})
    app = open_page("data", lang="es", dataset=leaves)
    app.button(key="data_delete").click().run()
    assert len(app.error) == 1
    assert "waiting" in app.error[0].value
    assert catalogue.imported_names(home) == ["leaves"]


def test_renaming_opens_it_under_its_new_name(open_page: Open, home: Home, leaves: str) -> None:
    app = open_page("data", dataset=leaves)
    app.text_input(key="rename_leaves").set_value("trees").run()
    app.button(key="data_rename").click().run()
    assert catalogue.imported_names(home) == ["trees"]
    assert app.title[0].value == "trees"


def test_a_damaged_dataset_is_one_sentence(open_page: Open, home: Home, leaves: str) -> None:
    (home.datasets / "leaves" / "dataset.json").write_text("{")
    assert len(open_page("data", dataset=leaves).error) == 1


def test_train_takes_it_along(open_page: Open, home: Home, leaves: str) -> None:
    app = open_page("data", dataset=leaves)
    app.button(key="data_train").click().run()
    assert app.title[0].value != "leaves"
    assert "leaves" in all_text(app)
