"""Takes the pictures of README: real runs in a home of their own, in a real browser (Debian's chromium).

python docs/screenshots.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnlab.experiment import Experiment  # noqa: E402
from cnnlab.home import Home  # noqa: E402
from cnnlab.i18n import translate  # noqa: E402
from cnnlab.jobs import control, supervisor  # noqa: E402
from cnnlab.jobs.submit import submit  # noqa: E402
from cnnlab.runs.view import view  # noqa: E402
from tests.e2e.browser import browsing, picture, serving  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WAIT_SECONDS = 600
# usual runs, one on shapes for its maps, one whose learning rate is far too high, one that is still running
FINISHED: dict[str, object] = {"name": "digits-lenet"}
FASTER = {"name": "digits-sgd", "training.optimizer": "sgd", "training.learning_rate": 0.05}
SHAPES = {
    "name": "shapes-resnet",
    "data.dataset": "shapes",
    "model.architecture": "resnet8",
    "training.epochs": 15,
    "training.learning_rate": 0.01,
    "training.schedule.name": "one_cycle",
    "training.early_stopping.patience": 0,
    "tracking.explain.every": 1,
    "tracking.explain.images": 6,
}
FAILED = {"name": "too-fast", "training.learning_rate": 100.0, "training.optimizer": "sgd"}
RUNNING = {
    "model.architecture": "resnet20",
    "training.epochs": 60,
    "training.early_stopping.patience": 20,
    "data.augmentation.rotation": 10,
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        try:
            with serving(home.root) as address, browsing() as browser:
                take(browser, address, home)
        finally:
            supervisor.shutdown(home)


def take(browser: Browser, address: str, home: Home) -> None:
    done = [submit(Experiment().changed(changes), home) for changes in (FINISHED, FASTER, SHAPES, FAILED)]
    for run_id in done:
        wait(home, run_id, epochs=None)
    laboratory = [sys.executable, "-m", "cnnlab", "laboratory"]
    subprocess.run(laboratory, cwd=ROOT, env={**os.environ, "CNNLAB_HOME": str(home.root)}, check=True)
    running = submit(Experiment().changed(RUNNING), home)
    wait(home, running, epochs=18)
    shoot(browser, f"{address}/?lang=en", "home-en", theme="light")
    shoot(browser, f"{address}/?lang=es", "home-es", theme="light")
    shoot(browser, f"{address}/run?run={running}&lang=en", "run-en", theme="dark")
    shoot(browser, f"{address}/run?run={running}&lang=es", "run-es", theme="dark")
    shoot(browser, f"{address}/run?run={done[0]}&lang=es", "run-phone-es", theme="light", width=420)
    for lang, theme in (("en", "light"), ("es", "dark")):
        pages = {
            "data": f"data?dataset=shapes&lang={lang}",
            "networks": f"networks?network=resnet18&lang={lang}",
            "design": f"design?network=lenet5&lang={lang}",
            "inside": f"inside?run={done[2]}&lang={lang}",
            "train": f"train?like={done[2]}&lang={lang}",
            "runs": f"runs?lang={lang}",
            "compare": f"compare?runs={done[0]},{done[1]}&lang={lang}",
            "evaluate": f"evaluate?run={done[1]}&lang={lang}",
            "mistakes": f"mistakes?run={done[1]}&lang={lang}",
            "timeline": f"timeline?run={done[2]}&lang={lang}",
            "laboratory": f"laboratory?lang={lang}",
        }
        for name, path in pages.items():
            shoot(browser, f"{address}/{path}", f"{name}-{lang}", theme=theme)
        explain = f"{address}/explain?run={done[2]}&index=3&method=grad_cam,saliency,guided_backprop&lang={lang}"
        shoot(browser, explain, f"explain-{lang}", theme=theme, press=translate("explain_page.grade", lang))
    if not view(home, running).state.is_final:
        control.stop(running, home)
        wait(home, running, epochs=None)


def wait(home: Home, run_id: str, *, epochs: int | None) -> None:
    """Until the run has ended, or has completed ``epochs``."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        run = view(home, run_id)
        if run.state.is_final or (epochs is not None and run.done_epochs >= epochs):
            return
        time.sleep(0.5)
    raise TimeoutError(f"run {run_id} did not get there in {WAIT_SECONDS} s")


def shoot(browser: Browser, url: str, name: str, *, theme: str, width: int = 1440, press: str = "") -> None:
    """``press``: the button whose work is to be seen, by its label."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("heading", level=1).first.wait_for(timeout=90_000)
    page.wait_for_timeout(8000)  # maps and estimates take their time
    if press:
        page.get_by_role("button", name=press).click()
        page.wait_for_timeout(20_000)
    picture(page, IMAGES / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
