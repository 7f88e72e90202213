"""The run page's notes, tags and place in the registry."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import labels, registered, telling
from cnnlab.runs.journal import Journal
from cnnlab.runs.registered import Version
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import texts

LANGUAGES = ("en", "es")


@pytest.fixture(autouse=True)
def _nobody_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "tell_labels", lambda *_: False)  # MLflow's import would outlive the test


@pytest.fixture
def run(home: Home) -> Journal:
    return made_runs.finished(home, "noted")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_note_and_tags_are_kept_and_taken_back(open_page: Open, run: Journal, lang: str) -> None:
    page = open_page("run", lang=lang, run=run.run_id, tab=translate("run.tab.labels", lang))
    assert not page.error
    page.text_area[0].set_value("A *first* try").run()
    assert labels.labels(run).note == "A *first* try"
    page.text_input(key=f"labels_tag_{run.run_id}").set_value("room=3").run()
    page.text_input(key=f"labels_tag_{run.run_id}").set_value("checked").run()
    assert dict(labels.labels(run).tags) == {"room": "3", "checked": ""}
    assert page.text_input(key=f"labels_tag_{run.run_id}").value == ""
    page.button(key="labels_untag_checked").click().run()
    assert dict(labels.labels(run).tags) == {"room": "3"}
    page.button(key="labels_undo").click().run()
    assert dict(labels.labels(run).tags) == {"room": "3", "checked": ""}
    assert not page.error
    assert page.text_area[0].value == "A *first* try"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bad_tag_is_one_sentence_and_nothing_is_lost(open_page: Open, run: Journal, lang: str) -> None:
    labels.write_tag(run, "good")
    page = open_page("run", lang=lang, run=run.run_id, tab=translate("run.tab.labels", lang))
    page.text_input(key=f"labels_tag_{run.run_id}").set_value("cnnlab.owner=me").run()
    assert len(page.error) == 1
    assert dict(labels.labels(run).tags) == {"good": ""}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_damaged_labels_are_one_sentence(open_page: Open, run: Journal, lang: str) -> None:
    (run.folder / labels.FILE).write_text("{")
    page = open_page("run", lang=lang, run=run.run_id, tab=translate("run.tab.labels", lang))
    assert len(page.error) == 1
    assert labels.FILE in page.error[0].value.replace("\\", "")


def test_a_run_that_goes_on_cannot_be_registered(open_page: Open, home: Home) -> None:
    page = open_page("run", run=made_runs.running(home).run_id, tab=translate("run.tab.labels", "en"))
    assert translate("registry_page.not_yet", "en") in texts(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_registered_promoted_and_moved_back(
    open_page: Open, run: Journal, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """The registry itself is tested beside its backend; here its versions are a list."""
    found = [Version("digits-lenet5", 1, "", ("champion",), 0.0)]

    def register(journal: Journal, home: Home, name: str) -> Version:
        found.append(Version(name, 2, journal.run_id, (), 1.0))
        return found[-1]

    def promote(home: Home, name: str, version: int) -> int:
        found[:] = [Version(name, 1, "", (), 0.0), Version(name, 2, run.run_id, ("champion",), 1.0)]
        return 1

    monkeypatch.setattr(registered, "register", register)
    monkeypatch.setattr(registered, "promote", promote)
    monkeypatch.setattr(registered, "models", lambda _: list(found))
    monkeypatch.setattr(registered, "can_move_back", lambda *_: "champion" in found[-1].aliases)
    page = open_page("run", lang=lang, run=run.run_id, tab=translate("run.tab.labels", lang))
    (register_button,) = [one for one in page.button if one.label == translate("registry_page.register", lang)]
    register_button.click().run()
    assert not page.error
    assert page.button(key="registry_promote").label == translate("registry_page.promote", lang, version=2)
    page.button(key="registry_promote").click().run()
    assert not page.error
    assert page.button(key="registry_back").label == translate("registry_page.move_back", lang)
    assert any("models:/digits-lenet5@champion" in block.value for block in page.code)
