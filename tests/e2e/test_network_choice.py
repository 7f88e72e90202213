"""Choosing a network in a browser, whose widgets remember what a page has forgotten: no choice comes back by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnnlab.i18n import translate
from cnnlab.registry import registry

WAIT = 90_000


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "es"])
def test_groups_names_and_settings_stay_as_they_were_chosen(address: str, browser: Browser, lang: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/train?lang={lang}")
    chosen, epochs = _within(page, "step_network"), _within(page, "step_training")
    _shows(chosen, epochs, lang, "lenet5", "30")
    _press(page, translate("train.network.group.compact", lang))
    _shows(chosen, epochs, lang, "fast_cnn", "8")
    _press(page, translate("train.suited.undo_filled", lang))
    _shows(chosen, epochs, lang, "fast_cnn", "30")
    _press(page, translate("train.suited.use_recommended", lang))
    _shows(chosen, epochs, lang, "fast_cnn", "8")
    chosen.click()
    chosen.press_sequentially("resnet-8")
    page.get_by_role("option").first.click()
    _shows(chosen, epochs, lang, "resnet8", None)
    _press(page, translate("train.network.group.classic", lang))
    _shows(chosen, epochs, lang, "lenet5", "30")
    _press(page, translate("train.network.group.compact", lang))
    _shows(chosen, epochs, lang, "resnet8", None)
    page.wait_for_url("**draft=*", timeout=WAIT)
    page.reload()
    _shows(chosen, epochs, lang, "resnet8", None)
    page.close()


def _within(page: Page, step: str) -> Locator:
    return page.locator(f".st-key-{step} input:not([type=checkbox])").first


def _press(page: Page, words: str) -> None:
    page.get_by_role("main").get_by_text(words, exact=True).first.click(timeout=WAIT)


def _shows(chosen: Locator, epochs: Locator, lang: str, network: str, number: str | None) -> None:
    entry = registry("architecture")[network]
    title = entry.text("title", lang)
    # what is said of it comes from the server: then it has heard of the choice
    said = chosen.page.locator(".st-key-step_network").get_by_text(entry.text("summary", lang)[:30])
    expect(said.first).to_be_visible(timeout=WAIT)
    expect(chosen).to_have_value(_beginning(title), timeout=WAIT)
    if number is not None:
        expect(epochs).to_have_value(number, timeout=WAIT)


def _beginning(title: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(title)} · ")
