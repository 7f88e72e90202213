"""A fresh home, one button, and the run is followed to its test result; then the same link in another browser."""

from __future__ import annotations

import json
import re
import urllib.parse
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnlab.home import Home
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view
from tests.e2e.browser import picture

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts"
RUN_SECONDS = 180

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def opened(browser: Browser, url: str, *, locale: str = "en-US", width: int = 1440, theme: str = "light") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(90_000)  # the first page of a server on a busy machine
    page.goto(url)
    return page


def run_id_of(page: Page) -> str:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)["run"][0]


def test_from_one_button_to_the_test_result(browser: Browser, address: str, home: Home) -> None:
    page = opened(browser, address)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urllib.parse.urlsplit(request.url).hostname or ""))
    page.get_by_role("button", name="Train LeNet-5 on digits").click()

    page.wait_for_url(re.compile(r"/run\?.*run=[0-9a-f]{32}"), timeout=90_000)
    accuracy = page.get_by_test_id("stMetric").filter(has_text="Validation accuracy")
    expect(accuracy).to_contain_text(re.compile(r"\d+\.\d\s%"), timeout=RUN_SECONDS * 1000)
    picture(page, ARTIFACTS / "run-live.png")
    expect(page.get_by_text(re.compile(r"Finished$")).first).to_be_visible(timeout=RUN_SECONDS * 1000)
    run = view(home, run_id_of(page))
    assert run.state is RunState.FINISHED
    picture(page, ARTIFACTS / "run-finished.png")

    page.get_by_role("tab", name="Test results").click()
    shown = page.get_by_test_id("stMetric").filter(has_text="Test accuracy")
    expect(shown).to_contain_text(f"{100 * run.result['test']['accuracy']:.1f}")
    assert run.result["test"]["accuracy"] >= 0.95
    assert hosts == {"127.0.0.1"}  # nothing is asked of anybody else

    other = opened(browser, page.url.split("&lang")[0], locale="es-MX", width=420, theme="dark")
    expect(other.get_by_text(re.compile(r"Terminada$")).first).to_be_visible(timeout=90_000)
    picture(other, ARTIFACTS / "run-finished-phone-es.png")
    other.reload()
    expect(other.get_by_role("heading", name=run.name)).to_be_visible(timeout=90_000)
    page.goto(address)
    expect(page.get_by_text(run.name).first).to_be_visible(timeout=90_000)
    picture(page, ARTIFACTS / "home.png")


def test_stop_and_resume_by_hand(browser: Browser, address: str, home: Home) -> None:
    page = opened(browser, address)
    page.get_by_role("button", name="Train LeNet-5 on digits").click()
    page.wait_for_url(re.compile(r"/run\?.*run=[0-9a-f]{32}"), timeout=90_000)
    expect(page.get_by_text(re.compile(r"^Epoch \d+ of 30"))).to_be_visible(timeout=RUN_SECONDS * 1000)
    page.locator(".st-key-stop").get_by_role("button").first.click()  # Streamlit's own toolbar has a "Stop" too
    expect(page.get_by_text(re.compile(r"Stopped$")).first).to_be_visible(timeout=RUN_SECONDS * 1000)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text(re.compile(r"Finished$")).first).to_be_visible(timeout=RUN_SECONDS * 1000)
    status = json.loads((home.run_folder(run_id_of(page)) / "state.json").read_text())
    assert (status["state"], status["attempt"]) == ("FINISHED", 2)


def test_a_deep_link_on_a_fresh_server_comes_with_its_frame(browser: Browser, address: str) -> None:
    """The very first script run of a server takes pages/ for its old mode; the guard mends it."""
    page = opened(browser, f"{address}/run?run={'0' * 32}", locale="es-MX")
    expect(page.get_by_text("No hay ninguna corrida")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Español")).to_be_visible()
