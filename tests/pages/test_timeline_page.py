"""The timeline: empty, of one run, of several, from checkpoints, refused."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from cnnlab import drafts
from cnnlab.explain.timeline import kept as timeline
from cnnlab.explain.timeline.kept import Moment, Probes
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.ui import background
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")


def with_maps(home: Home, name: str, epochs: tuple[int, ...] = (1, 2, 3), seed: int = 0) -> Journal:
    """A finished run with maps that say nothing of any real one."""
    journal = made_runs.finished(home, name, epochs=max(epochs), best=max(epochs))
    random = np.random.default_rng(seed)
    pictures = random.integers(0, 255, (2, 8, 8, 1), dtype=np.uint8)
    timeline.write_probes(journal.folder, Probes((0, 1), (0, 1), ("**a**", "b"), pictures, "grad_cam", None, True))
    for epoch in epochs:
        maps = random.normal(size=(2, 8, 8)).astype(np.float32)
        timeline.write_moment(journal.folder, Moment(epoch, maps, (0, 0), (0.9, 0.2)))
    return journal


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_run_the_form_is_filled(open_page: Open, home: Home, lang: str) -> None:
    page = open_page("timeline", lang=lang)
    assert not page.error
    assert translate("timeline_page.no_runs", lang) in texts(page)
    page.button(key="timeline_train").click().run()
    assert not page.error
    draft = drafts.read(page.query_params["draft"], home)
    assert draft["tracking.explain.every"] == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_without_maps_can_be_started_again(open_page: Open, home: Home, lang: str) -> None:
    journal = made_runs.finished(home, "*plain*")
    page = open_page("timeline", lang=lang)
    assert translate("timeline_page.without", lang, name="\\*plain\\*") in texts(page)
    page.button(key=f"timeline_again_{journal.run_id}").click().run()
    assert not page.error
    draft = drafts.read(page.query_params["draft"], home)
    assert (draft["tracking.explain.every"], draft.parent) == (1, journal.run_id)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_slider_moves_the_maps_of_all_runs(open_page: Open, home: Home, lang: str) -> None:
    first, second = with_maps(home, "first"), with_maps(home, "second", (2, 4), seed=1)
    page = open_page("timeline", lang=lang, run=f"{first.run_id},{second.run_id}")
    assert not page.error
    said = all_text(page)
    assert translate("timeline_page.at_epoch", lang, epoch=4) in said
    assert translate("timeline_page.at_epoch", lang, epoch=3) in said  # of the first run, which ended earlier
    page.select_slider(key="timeline_epoch").set_value(1).run()
    assert not page.error
    assert page.query_params["epoch"] == "1"
    assert translate("timeline_page.not_yet", lang, epoch=2) in texts(page)
    for display in ("map", "overlay"):
        page.button_group(key="timeline_display").set_value(display).run()
        assert not page.error
    assert f"python -m cnnlab timeline {first.run_id} {second.run_id}" in {block.value for block in page.code}


def test_a_link_names_the_epoch(open_page: Open, home: Home) -> None:
    journal = with_maps(home, "only", (1, 5, 9))
    page = open_page("timeline", run=journal.run_id, epoch="6")
    assert page.select_slider(key="timeline_epoch").value == 5
    assert translate("timeline_page.right", "en", right=1, count=2) in all_text(page)


def test_one_epoch_has_no_slider(open_page: Open, home: Home) -> None:
    page = open_page("timeline", run=with_maps(home, "short", (3,)).run_id)
    assert not page.error
    assert not page.select_slider


def test_a_run_that_trains_is_followed(open_page: Open, home: Home) -> None:
    journal = made_runs.running(home, "open", epochs=2)
    done = with_maps(home, "done", (1, 2))
    for path in (done.folder / "maps").iterdir():
        (journal.folder / "maps").mkdir(exist_ok=True)
        (journal.folder / "maps" / path.name).write_bytes(path.read_bytes())
    page = open_page("timeline", run=journal.run_id)
    assert not page.error
    assert any("New maps appear here" in text for text in texts(page))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_can_not_be_shown_is_one_sentence(open_page: Open, home: Home, lang: str) -> None:
    for value in ("no-id", "0" * 32, ",".join(f"{number:032x}" for number in range(5))):
        page = open_page("timeline", lang=lang, run=value)
        assert len(page.error) == 1, value
        assert page.title[0].value == translate("timeline_page.title", lang)


def test_maps_of_the_checkpoints(open_page: Open, trained_run: Journal) -> None:
    from cnnlab.explain.timeline import later as timeline_later  # noqa: F401  # torch, before a page asks for it

    page = open_page("timeline", run=trained_run.run_id)
    page.button(key=f"timeline_later_{trained_run.run_id}").click().run()
    deadline = time.monotonic() + 60
    while not timeline.has_maps(trained_run.folder) or _going():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page.run()
    page.run()
    assert not page.error
    assert timeline.read(trained_run.folder).epochs[-1] == 3
    assert page.select_slider or "one epoch" in all_text(page)


def _going() -> list[Any]:
    return [work for work in background._works().values() if not work.ended]
