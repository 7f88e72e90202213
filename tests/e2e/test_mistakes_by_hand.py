"""Why did it fail?, by hand: a card unfolded, its nearest training images found, reviewed, taken back, exported."""

from __future__ import annotations

import re
import urllib.parse

import pytest
from playwright.sync_api import Browser, expect

from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.mistakes import Filter, cards
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import reviews
from tests.e2e.browser import picture
from tests.e2e.test_first_run import ARTIFACTS, opened
from tests.evaluation.made_weights import half_right, untrained

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 90_000
NOTE = "<b>4</b> or 9? \u202e:smile:"


@pytest.mark.parametrize(
    ("lang", "locale", "width", "theme"), [("en", "en-US", 1440, "light"), ("es", "es-MX", 420, "dark")]
)
def test_a_card_is_looked_into_and_reviewed(
    browser: Browser, address: str, home: Home, lang: str, locale: str, width: int, theme: str
) -> None:
    run = untrained(home)
    half_right(run, home)
    expected = cards(judged(run, home), "mistakes", only=Filter(true_class=3))
    index = expected[1].index

    def words(key: str, **params: object) -> str:
        return translate(key, lang, **params)

    url = f"{address}/mistakes?run={run.run_id}&true=3&lang={lang}"
    page = opened(browser, url, locale=locale, width=width, theme=theme)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urllib.parse.urlsplit(request.url).hostname or ""))
    main = page.get_by_role("main")
    page.locator(f".st-key-mistakes_fold_{index} summary").click(timeout=WAIT)
    expect(main).to_contain_text(words("mistakes_page.one_scale"), timeout=WAIT)
    page.locator(f".st-key-mistakes_find_{index}").get_by_role("button").click(timeout=WAIT)
    expect(main.get_by_text(re.compile(re.escape(words("mistakes_page.likeness", layer="output"))))).to_be_visible(
        timeout=WAIT
    )
    picture(page, ARTIFACTS / f"mistakes-{lang}.png")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    page.locator(f"[class*=st-key-mistakes_review_][class*=_{index}_]").get_by_role("button").click(timeout=WAIT)
    form = page.locator("[class*=st-key-mistakes_note_]:visible").first
    form.locator("textarea").fill(NOTE)
    page.get_by_role("button", name=words("mistakes_page.keep")).locator("visible=true").click()
    expect(main).to_contain_text(words("mistakes_page.kept", index=str(index)), timeout=WAIT)
    expect(main).to_contain_text("<b>4</b> or 9?", timeout=WAIT)
    assert reviews.reviews(run)[index].note == NOTE.strip()
    expect(page.locator("[class*=st-key-mistakes_note_]:visible")).to_have_count(0, timeout=WAIT)  # it closed
    picture(page, ARTIFACTS / f"mistakes-reviewed-{lang}.png")
    page.locator(".st-key-mistakes_undo").get_by_role("button").click()
    expect(main).not_to_contain_text("<b>4</b>", timeout=WAIT)
    assert reviews.reviews(run) == {}

    page.locator(".st-key-mistakes_make_html").get_by_role("button").click()
    with page.expect_download(timeout=2 * WAIT) as taken:
        page.locator(".st-key-mistakes_html").get_by_role("button").click(timeout=2 * WAIT)
    text = taken.value.path().read_text("utf-8")
    assert text.count("<section>") == len(expected)

    page.locator(f".st-key-mistakes_open_{index}").get_by_role("button").click()
    page.wait_for_url(re.compile(f"index={index}"), timeout=WAIT)
    expect(main.get_by_role("button", name=words("mistakes_page.all"), exact=True)).to_be_visible(timeout=WAIT)
    expect(page.locator(".st-key-mistakes_cards")).to_have_count(0, timeout=WAIT)
    alone = main.locator(f"a[href*='explain?'][href*='index={index}']")
    expect(alone).to_have_count(1, timeout=WAIT)
    alone.click()
    page.wait_for_url(re.compile(rf"/explain\?.*index={index}"), timeout=WAIT)
    expect(main.get_by_role("heading", level=1)).to_have_text(words("explain_page.title"), timeout=WAIT)
    assert hosts == {"127.0.0.1"}
