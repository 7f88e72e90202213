"""Data: importing folders, the trash, what is taken along to Train, preparing in the background."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import streamlit as st

from cnnlab import drafts
from cnnlab.data import catalogue, imported
from cnnlab.data.importing import import_images
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.ui import background
from tests.data.pictures import encoded, noise, tree
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_data_page import finished

LANGUAGES = ("en", "es")


@pytest.fixture(autouse=True)
def _no_work_left() -> None:
    st.cache_resource.clear()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_folder_of_this_machine(open_page: Open, home: Home, tmp_path: Path, lang: str) -> None:
    tree(tmp_path / "My Pets", {"cat": 3, "dog": 4})
    app = open_page("data", lang=lang, view="import")
    app.button_group(key="import_source").set_value("folder").run()
    app.text_input(key="import_folder").set_value(str(tmp_path / "nothing")).run()
    assert app.button(key="import_start").disabled
    assert "nothing" in all_text(app)
    app.text_input(key="import_folder").set_value(str(tmp_path / "My Pets")).run()
    assert app.text_input(key=f"name_{tmp_path / 'My Pets'}").value == "my_pets"
    app.button(key="import_start").click().run()
    app = finished(app)
    assert not app.error
    assert catalogue.find("my_pets", home).samples == 7
    assert translate("data_import.done", lang) in all_text(app)
    app.button(key="import_open").click().run()
    assert app.title[0].value == "my\\_pets"


def test_the_files_of_a_folder_through_the_browser(open_page: Open, home: Home) -> None:
    app = open_page("data", view="import")
    app.button_group(key="import_source").set_value("directory").run()
    names = [f"pets/{label}/{number}.png" for label in ("cat", "dog") for number in range(3)]
    files = [(name, encoded(noise(seed)), "image/png") for seed, name in enumerate(names)]
    app.file_uploader(key="import_directory").set_value(files).run()
    app.button(key="import_start").click().run()
    app = finished(app)
    assert not app.error
    assert catalogue.find("pets", home).classes == ("cat", "dog")
    app.button(key="import_another").click().run()
    assert app.button(key="import_start").disabled


def test_an_import_goes_on_while_the_page_is_left_and_can_be_cancelled(open_page: Open, home: Home) -> None:
    app = open_page("data", view="import")
    going, seen = threading.Event(), threading.Event()

    def slow(report: background.Progress) -> None:
        while True:
            report("progress.importing", 3, 12)
            seen.set()
            going.wait(0.05)

    work = background.begin(f"{app.session_state['session']} import", slow)
    assert seen.wait(10)
    app.run()
    assert translate("data_import.may_leave", "en") in texts(app)
    app.button(key="import_cancel").click().run()
    app = finished(app)
    assert work.ended
    assert translate("data_page.import_cancelled", "en") in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_deleted_is_offered_after_a_reload(open_page: Open, home: Home, tmp_path: Path, lang: str) -> None:
    import_images(tree(tmp_path / "pets", {"cat": 3, "dog": 4}), "pets", home)
    token = imported.remove("pets", home)
    app = open_page("data", lang=lang)
    assert translate("data_import.trash_words", lang, days=imported.KEPT_DAYS) in texts(app)
    app.button(key=f"restore_{token}").click().run()
    assert not app.error
    assert catalogue.imported_names(home) == ["pets"]
    assert f"restore_{token}" not in {button.key for button in app.button}


def test_nothing_imported_says_how(open_page: Open, home: Home) -> None:
    app = open_page("data")
    app.button_group(key="data_show").set_value("imported").run()
    assert translate("data_import.nothing_imported", "en") in texts(app)
    app.button(key="data_import_first").click().run()
    assert app.file_uploader(key="import_zip").value is None


def test_augmentation_is_taken_along_to_train(open_page: Open, home: Home) -> None:
    app = open_page("data", dataset="digits")
    app.session_state["data_tabs_en"] = translate("data_page.tab.augmentation", "en")
    app.run()
    app.slider(key="augment_translation").set_value(25).run()
    app.button(key="augment_train").click().run()
    assert not app.error
    (path,) = (home.cache / "drafts").glob("*.yaml")
    draft = drafts.read(path.stem, home)
    assert draft["data.augmentation.translation"] == 0.25
    assert draft["data.augmentation.rotation"] == 15
    assert draft["data.dataset"] == "digits"


def test_samples_come_in_pages(open_page: Open, home: Home) -> None:
    app = open_page("data", dataset="digits")
    first = {image.proto.imgs[0].alt for image in app.get("image")}
    app.session_state["data_page_number_digits_train_None_0"] = 2
    app.run()
    second = {image.proto.imgs[0].alt for image in app.get("image")}
    assert len(first) == len(second) == 24
    assert not first & second


def test_a_name_that_is_taken_is_said_before_renaming(open_page: Open, home: Home, tmp_path: Path) -> None:
    import_images(tree(tmp_path / "pets", {"cat": 3, "dog": 4}), "pets", home)
    app = open_page("data", dataset="pets")
    app.text_input(key="rename_pets").set_value("digits").run()
    assert app.button(key="data_rename").disabled
    assert ":material/error:" in all_text(app)
