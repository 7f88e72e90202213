"""A user's first ten minutes, from an empty home to an explained prediction, in both languages; pictures are kept."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from sklearn.datasets import load_digits

from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES, translate
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from tests.e2e.browser import picture
from tests.e2e.test_first_run import ARTIFACTS, RUN_SECONDS, opened, run_id_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOCALES = {"en": "en-US", "es": "es-MX"}
ROW = 35  # pixels of a row of Streamlit's table, which is drawn on a canvas


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_ten_minutes(browser: Browser, address: str, home: Home, tmp_path: Path, lang: str) -> None:
    page = opened(browser, address, locale=LOCALES[lang])
    walk = Walk(page, lang)
    first = walk.train_on_home(home)
    walk.look_at_data()
    second = walk.train_with_a_change(home)
    walk.compare(home)
    walk.explain(first)
    walk.predict(second, tmp_path)
    assert walk.errors() == 0


class Walk:
    """What a person does, page by page; each ends with a picture."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page, self.lang = page, lang

    def t(self, key: str, **params: object) -> str:
        return translate(key, self.lang, **params)

    def keep(self, name: str) -> None:
        picture(self.page, ARTIFACTS / f"{name}-{self.lang}.png")

    def go(self, page: str) -> None:
        """By the sidebar."""
        link = self.page.get_by_test_id("stSidebar").get_by_role("link", name=self.t(f"frame.{page}"), exact=True)
        link.first.click()

    def says(self, key: str, **params: object) -> None:
        expect(self.page.get_by_text(self.t(key, **params)).first).to_be_visible(timeout=90_000)

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.t(key)).first.click()

    def field(self, key: str) -> Locator:
        """The input, not the help beside it, which has the same label."""
        return self.page.locator("input").and_(self.page.get_by_label(self.t(key))).first

    def errors(self) -> int:
        return self.page.get_by_test_id("stAlertContentError").count()

    def finished(self, home: Home, run_id: str) -> None:
        badge = self.page.get_by_text(re.compile(rf"{self.t('state.FINISHED')}$")).first
        expect(badge).to_be_visible(timeout=RUN_SECONDS * 1000)
        assert next(run for run in listing(home) if run.run_id == run_id).state is RunState.FINISHED

    def train_on_home(self, home: Home) -> str:
        self.keep("home-empty")
        self.press("home.train")
        self.page.wait_for_url(re.compile(r"/run\?.*run=[0-9a-f]{32}"), timeout=90_000)
        accuracy = self.page.get_by_test_id("stMetric").first
        expect(accuracy).to_contain_text(re.compile(r"\d+[.,]\d\s%"), timeout=RUN_SECONDS * 1000)
        run_id = run_id_of(self.page)
        self.finished(home, run_id)
        self.page.wait_for_timeout(2500)  # the page rests: nothing of its last fragment is left beside it
        self.page.get_by_role("tab", name=self.t("run.tab.test")).last.click()
        self.says("run.confusion.title")
        self.keep("run")
        return run_id

    def look_at_data(self) -> None:
        self.go("data")
        self.says("data_page.caption")
        self.keep("data")
        base = self.page.url.split("/data")[0]
        self.page.goto(f"{base}/data?dataset=digits&lang={self.lang}")
        self.page.get_by_role("tab", name=self.t("data_page.tab.augmentation")).click()
        self.says("data_page.augmentation_words")
        expect(self.page.get_by_text(self.t("data_page.draw", number=8)).first).to_be_visible(timeout=90_000)
        self.keep("dataset")

    def train_with_a_change(self, home: Home) -> str:
        self.press("data_page.train")
        self.page.wait_for_url(re.compile(r"/train"), timeout=90_000)
        epochs = self.field("setting.training.epochs")
        expect(epochs).to_be_visible(timeout=90_000)
        epochs.fill("4")
        epochs.press("Tab")
        self.page.wait_for_timeout(2500)
        self.keep("train")
        self.page.reload()  # what was entered is still there
        expect(self.field("setting.training.epochs")).to_have_value("4", timeout=90_000)
        self.page.locator(".st-key-train").get_by_role("button").first.click()
        self.page.wait_for_url(re.compile(r"/run\?.*run=[0-9a-f]{32}"), timeout=90_000)
        run_id = run_id_of(self.page)
        self.finished(home, run_id)
        assert next(run for run in listing(home) if run.run_id == run_id).planned_epochs == 4
        return run_id

    def compare(self, home: Home) -> None:
        self.go("runs")
        table = self.page.get_by_test_id("stDataFrame").first
        expect(table).to_be_visible(timeout=90_000)
        self.page.wait_for_timeout(2000)
        for row in range(2):
            box = table.bounding_box()
            assert box is not None
            self.page.mouse.click(box["x"] + 14, box["y"] + ROW * (row + 1) + ROW / 2)
            self.page.wait_for_timeout(1500)
        self.keep("runs")
        self.page.locator(".st-key-runs_compare").get_by_role("button").first.click()
        self.page.wait_for_url(re.compile(r"/compare\?.*runs="), timeout=90_000)
        self.says("compare.chance")
        self.keep("compare")

    def explain(self, run_id: str) -> None:
        base = self.page.url.split("/compare")[0]
        self.page.goto(f"{base}/explain?run={run_id}&lang={self.lang}")
        maps = self.page.locator(".st-key-maps_0")
        expect(maps.get_by_text("Grad-CAM", exact=True).first).to_be_visible(timeout=120_000)
        self.says("explain_page.limits")
        self.keep("explain")

    def predict(self, run_id: str, folder: Path) -> None:
        digits = load_digits().images[:5]
        for number, image in enumerate(digits):
            Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8)).save(folder / f"{number}.png")
        base = self.page.url.split("/explain")[0]
        self.page.goto(f"{base}/predict?run={run_id}&lang={self.lang}")
        self.page.locator("input[type=file]").set_input_files(sorted(folder.glob("*.png")), timeout=90_000)
        expect(self.page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=120_000)
        self.says("predict_page.csv")
        self.keep("predict")
