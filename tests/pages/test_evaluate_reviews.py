"""What a person says of an image of any split, from the images behind a number: kept, shown, taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import half_right, untrained
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts


@pytest.fixture
def run(home: Home) -> Journal:
    journal = untrained(home)
    half_right(journal, home)
    return journal


def opened(app: AppTest, journal: Journal, split: str, index: int, time: int = 0) -> AppTest:
    """With the form of an image open."""
    app.session_state[f"mistakes_review_{journal.run_id[:8]}_{split}_{index}_{time}quality_losses"] = True
    return app.run()


def widget(widgets: object, name: str) -> object:
    return next(one for one in widgets if (one.key or "").startswith(name))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("split", "lang"), [("test", "en"), ("validation", "es")])
def test_a_review_with_tags(open_page: Open, run: Journal, home: Home, split: str, lang: str) -> None:
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.picks import parse, places

    reviews.write_review(run, 0, "unsure", tags=["from before"], split=split)
    index = int(places(judged(run, home, split=split), parse("losses", 10))[0])
    app = open_page("evaluate", lang=lang, run=run.run_id, images="losses", split=split)
    assert not app.error
    assert not app.text_area, "forms are drawn when they are opened"
    opened(app, run, split, index)
    widget(app.selectbox, "mistakes_said_").set_value("ambiguous")  # type: ignore[attr-defined]
    widget(app.text_area, "mistakes_note_").set_value("see *this*")  # type: ignore[attr-defined]
    tags = widget(app.multiselect, "mistakes_tags_")
    assert tags.options == ["from before"]  # type: ignore[attr-defined]
    tags.set_value(["from before"])  # type: ignore[attr-defined]
    next(button for button in app.button if "mistakes_form" in (button.form_id or "")).click().run()
    assert not app.error
    kept = reviews.reviews(run, split)[index]
    assert (kept.state, kept.note, kept.tags) == ("ambiguous", "see *this*", ("from before",))
    assert translate("mistakes_page.kept", lang, index=str(index)) in texts(app)
    assert "see \\*this\\*" in all_text(app)
    app.button(key="mistakes_undo").click().run()
    assert set(reviews.reviews(run, split)) == {0}


def test_damaged_reviews_hide_no_images(open_page: Open, run: Journal) -> None:
    (run.folder / reviews.FILE).write_text("{")
    app = open_page("evaluate", run=run.run_id, images="losses")
    assert not app.exception
    assert "reviews\\.json" in all_text(app)
    assert translate("gallery.explain", "en") in texts(app)
