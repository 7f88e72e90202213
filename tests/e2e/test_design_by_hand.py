"""A network of one's own in a browser: drawn from nothing, seen in its figures, saved, trained; on a phone as well."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnlab import designs
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view
from tests.e2e.browser import picture
from tests.e2e.test_first_run import ARTIFACTS, RUN_SECONDS, opened, run_id_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "two convolutions"
WAIT = 90_000


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key}").get_by_role("button").first.click(timeout=WAIT)


def layer(page: Page, place: int, words: str) -> None:
    """The server has heard of the click before: then the row is there."""
    expect(page.locator(f".st-key-layer_{place}")).to_contain_text(words, timeout=WAIT)


def build(page: Page, lang: str) -> None:
    """Eight filters, ReLU, pooling, sixteen filters, ReLU, global pooling."""
    kinds = ("convolution", "activation", "pooling", "convolution", "activation", "global_pooling")
    for place, kind in enumerate(kinds):
        press(page, f"add_{kind}")
        layer(page, place, translate(f"design_page.kind.{kind}", lang))
    press(page, "choose_0")
    filters = page.locator(".st-key-open_0 input").first
    expect(filters).to_have_value("32", timeout=WAIT)
    filters.fill("8")
    filters.press("Tab")
    layer(page, 0, "8@28×28")


def test_from_nothing_to_a_trained_network(browser: Browser, address: str, home: Home) -> None:
    page = opened(browser, f"{address}/design?lang=en")
    build(page, "en")
    metrics = page.locator(".st-key-totals").get_by_test_id("stMetricValue")
    parameters = 8 * 9 + 8 + 32 * (8 * 9 + 1) + 10 * 33
    expect(metrics.first).to_have_text(re.compile(rf"{parameters / 1000:.2f}\sk"), timeout=WAIT)
    expect(page.locator(".st-key-drawing")).to_contain_text("32@14×14", timeout=WAIT)
    name = page.get_by_label(translate("design_page.name", "en"), exact=True).first
    name.fill(NAME)
    name.press("Tab")
    page.wait_for_url("**draft=*", timeout=WAIT)
    page.wait_for_timeout(2500)  # a written name counts once the writer pauses
    page.reload()  # what was drawn is still there
    layer(page, 0, "8@28×28")
    expect(page.get_by_label(translate("design_page.name", "en"), exact=True).first).to_have_value(NAME, timeout=WAIT)
    picture(page, ARTIFACTS / "design.png")
    press(page, "save_design")
    expect(page.get_by_text(translate("design_page.notice.saved", "en", name=NAME))).to_be_visible(timeout=WAIT)
    assert [len(found.layers) for found in designs.listing(home)] == [6]
    press(page, "train_this")
    page.wait_for_url(re.compile("/train"), timeout=WAIT)
    epochs = page.locator("input").and_(page.get_by_label(translate("setting.training.epochs", "en"))).first
    expect(epochs).to_be_visible(timeout=WAIT)
    epochs.fill("1")
    epochs.press("Tab")
    page.wait_for_timeout(2500)
    press(page, "train")
    page.wait_for_url(re.compile(r"/run\?.*run=[0-9a-f]{32}"), timeout=WAIT)
    expect(page.get_by_text(re.compile(rf"{translate('state.FINISHED', 'en')}$")).first).to_be_visible(
        timeout=RUN_SECONDS * 1000
    )
    run = view(home, run_id_of(page))
    assert run.state is RunState.FINISHED
    assert run.experiment is not None
    assert run.experiment.model.architecture == "designed"
    assert [one["kind"] for one in run.experiment.model.layers or ()] == [
        one["kind"] for one in designs.find(NAME, home).layers
    ]


def test_a_bad_layer_on_a_phone_in_spanish(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/design?lang=es&network=resnet8", locale="es-MX", width=420, theme="dark")
    layer(page, 3, translate("design_page.kind.residual_block", "es"))
    press(page, "choose_3")
    kernel = page.locator(".st-key-open_3 input").nth(1)
    expect(kernel).to_have_value("3", timeout=WAIT)
    kernel.fill("4")
    kernel.press("Tab")
    expect(page.get_by_text(translate("design_page.last_good", "es")).first).to_be_visible(timeout=WAIT)
    picture(page, ARTIFACTS / "design-phone.png")
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not page.evaluate(wide), "nothing is wider than the phone"
    press(page, "undo")
    layer(page, 3, "16@28×28")


def test_a_long_network_is_dragged(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/design?lang=en&network=resnet56")
    layer(page, 3, translate("design_page.kind.residual_block", "en"))
    drawing = page.locator(".st-key-drawing .js-plotly-plot")
    expect(drawing).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(2500)
    place = drawing.bounding_box()
    assert place is not None
    before = drawing.evaluate("figure => figure._fullLayout.xaxis.range[0]")
    page.mouse.move(place["x"] + place["width"] - 40, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + 40, place["y"] + place["height"] / 2, steps=8)
    page.mouse.up()
    page.wait_for_timeout(500)
    low, high = drawing.evaluate("figure => figure._fullLayout.xaxis.range")
    assert low > before + 500
    assert high - low == pytest.approx(place["width"], rel=0.05), "it keeps its scale: a pixel is a pixel"
