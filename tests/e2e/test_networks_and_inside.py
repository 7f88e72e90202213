"""From the list of networks to what is inside one, in a browser, and to its training."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnlab.i18n import translate
from cnnlab.models import listing
from cnnlab.registry import registry
from tests.e2e.browser import picture
from tests.e2e.test_first_run import ARTIFACTS, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 90_000
NETWORK = "resnet20"


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key}").get_by_role("button").first.click(timeout=WAIT)


def words(lang: str, key: str, **params: object) -> str:
    return translate(key, lang, **params)


def nothing_is_wider_than_the_window(page: Page) -> None:
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize(
    ("lang", "locale", "width", "theme"), [("en", "en-US", 1440, "light"), ("es", "es-MX", 420, "dark")]
)
def test_from_the_list_to_what_is_inside(
    browser: Browser, address: str, lang: str, locale: str, width: int, theme: str
) -> None:
    page = opened(browser, f"{address}/networks?lang={lang}", locale=locale, width=width, theme=theme)
    main = page.get_by_role("main")
    count = len(registry("architecture"))
    expect(main).to_contain_text(words(lang, "networks_page.networks", count=count), timeout=WAIT)
    search = main.get_by_placeholder(words(lang, "networks_page.search_hint"))
    search.press_sequentially("resnet 20")
    found = len(listing.select("resnet 20", language=lang))
    assert 0 < found < count
    expect(main).to_contain_text(words(lang, "networks_page.networks", count=found), timeout=WAIT)
    picture(page, ARTIFACTS / f"networks-{lang}.png")
    nothing_is_wider_than_the_window(page)

    press(page, f"network_{NETWORK}")
    entry = registry("architecture")[NETWORK]
    expect(main.get_by_role("heading", level=1)).to_have_text(entry.text("title", lang), timeout=WAIT)
    expect(main.get_by_test_id("stMetricValue").first).to_contain_text(re.compile(r"27\d(\.\d+)?\sk"), timeout=WAIT)
    picture(page, ARTIFACTS / f"network-{lang}.png")
    nothing_is_wider_than_the_window(page)

    press(page, "network_inside")
    page.wait_for_url(re.compile(f"/inside.*network={NETWORK}"), timeout=WAIT)
    expect(main).to_contain_text(words(lang, "inside_page.badge.untrained"), timeout=WAIT)
    sheets = main.get_by_test_id("stImage")
    expect(sheets.nth(5)).to_be_visible(timeout=WAIT)  # of the image, and of layers all along the network
    for name in ("filters", "field"):
        main.get_by_role("tab", name=words(lang, f"inside_page.tab.{name}")).click(timeout=WAIT)
        expect(main.get_by_role("tabpanel").get_by_test_id("stImage").first).to_be_visible(timeout=WAIT)
        picture(page, ARTIFACTS / f"inside-{name}-{lang}.png")
        nothing_is_wider_than_the_window(page)

    page.goto(f"{address}/networks?network={NETWORK}&lang={lang}")
    press(page, "network_train")
    page.wait_for_url(re.compile("/train"), timeout=WAIT)
    chosen = page.locator(".st-key-step_network input:not([type=checkbox])").first
    expect(chosen).to_have_value(re.compile(f"^{re.escape(entry.text('title', lang))}"), timeout=WAIT)
