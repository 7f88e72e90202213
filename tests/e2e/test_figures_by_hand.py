"""Figures by hand: the buttons under a chart give files in a dark theme that are for print all the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from cnnlab.home import Home
from tests.e2e.test_first_run import opened
from tests.evaluation.made_weights import half_right, untrained

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 90_000


@pytest.mark.parametrize(("lang", "locale", "title"), [("es", "es-MX", "Matriz de confusión")])
def test_a_matrix_is_saved(browser: Browser, address: str, home: Home, lang: str, locale: str, title: str) -> None:
    run = untrained(home)
    half_right(run, home)
    page = opened(browser, f"{address}/evaluate?run={run.run_id}&lang={lang}", locale=locale, width=1440, theme="dark")
    found: dict[str, bytes] = {}
    for ending in ("svg", "png"):
        button = page.locator(f"[class*=st-key-quality_matrix_][class*=_{ending}]").get_by_role("button")
        button.wait_for(timeout=WAIT)
        with page.expect_download(timeout=WAIT) as waited:
            button.click()
        assert waited.value.suggested_filename == f"confusion-untrained.{ending}"
        found[ending] = Path(waited.value.path()).read_bytes()
    assert f"{title} · untrained" in found["svg"].decode()
    with Image.open(io.BytesIO(found["png"])) as picture:
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
