"""A design as a file: read where it is one, else one sentence and nothing has changed; and the other views below."""

from __future__ import annotations

import math
import re
import sys

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import designs, trial, yaml_io
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.trial import Trial, Verdict
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts
from tests.pages.test_design_page import LANGUAGES, SMALL, desk_of, kinds, press, small
from tests.pages.test_language import settled, untranslated


def upload(page: AppTest, content: bytes, name: str = "design.yaml") -> AppTest:
    return page.file_uploader(key="design_from_file_0").upload(name, content, "application/yaml").run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_yaml_file_is_read(open_page: Open, lang: str) -> None:
    page = upload(open_page("design", lang=lang), designs.to_yaml(small()).encode())
    assert kinds(page) == [layer["kind"] for layer in SMALL]
    assert translate("design_page.notice.file", lang, name=r"design\.yaml") in all_text(page)
    assert desk_of(page).sketch.dataset == "digits"


BOMB = "a: &a [x, x, x]\n" + "".join(f"b{n}: &b{n} [{', '.join(['*a'] * 9)}]\n" for n in range(9))
BAD_FILES = {
    "bomb": BOMB.encode(),
    "not yaml": b"layers: [",
    "latin": b"\xff\xfe\xfa",
    "a list": b"- 1\n- 2\n",
    "no layers": b"name: x\nsize: 28\nchannels: 1\noutputs: 10\nlayers: []\n",
    "large": b"x: " + b"y" * 300_000,
    "negative": yaml_io.dump(
        {"name": "x", "size": 28, "channels": 1, "outputs": 10, "layers": [{"kind": "convolution", "kernel_size": -3}]}
    ).encode(),
    "unknown kind": yaml_io.dump(
        {"name": "x", "size": 28, "channels": 1, "outputs": 10, "layers": [{"kind": "<b>transformer</b>"}]}
    ).encode(),
    "too many": yaml_io.dump(
        {"name": "x", "size": 28, "channels": 1, "outputs": 10, "layers": [{"kind": "activation"}] * 500}
    ).encode(),
    "deep": b"layers: " + b"[" * 5_000 + b"]" * 5_000,
}


@pytest.mark.parametrize("kind", list(BAD_FILES))
def test_a_bad_file_is_one_sentence_and_changes_nothing(open_page: Open, kind: str) -> None:
    page = open_page("design", lang="es", network="lenet5")
    before = desk_of(page).sketch
    page = upload(page, BAD_FILES[kind])
    assert len(page.error) == 1, [error.value for error in page.error]
    assert "no habíamos previsto" not in page.error[0].value
    assert "<b>" not in page.error[0].value
    assert desk_of(page).sketch == before
    assert page.metric


def test_the_layer_of_a_bad_file_is_named(open_page: Open) -> None:
    page = upload(open_page("design"), BAD_FILES["negative"])
    assert "Layer 1 · Kernel size" in page.error[0].value.replace("\\", "")


def tried(*verdicts: Verdict) -> Trial:
    """What a trial gives, without a network."""
    from cnnlab.training.probe import LayerSigns, StepSeconds

    layers = (
        LayerSigns("conv1", "Conv2d", 3.0, 0.2, 0.1, 1.0, 0.0, None, True),
        LayerSigns("norm1", "BatchNorm2d", 3.0, 0.2, 0.1, 1.0, None, None, False),
        LayerSigns("linear1", "Linear", 3.0, math.nan, 0.1, 1.0, 0.0, None, True),
        LayerSigns("output", "Linear", 3.0, 0.4, 0.1, 1.0, None, None, True),
    )
    step = StepSeconds(0.004, 0.012)
    size = {"samples": 64, "threads": 1, "memory_bytes": 5_100_000}
    measured = {"loss": 2.412, "expected_loss": 2.303, "input_mean": 0.0, "input_std": 1.0, "gradient_norm": 0.5}
    return Trial(
        architecture="designed",
        dataset="digits",
        device="cpu",
        cold=StepSeconds(0.5, 0.7),
        warm=step,
        layers=layers,
        verdicts=verdicts,
        **size,
        **measured,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_trial_says_what_it_found(open_page: Open, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Verdict("vanishing", {"first": "conv1", "last": "output", "ratio": 1e-6}, "warning")
    asked = []

    def found(experiment: object, home: Home, *, progress: object = None) -> Trial:
        asked.append(experiment)
        return tried(verdict)

    monkeypatch.setattr(trial, "trial", found)
    page = settled(press(open_page("design", lang=lang, network="lenet5"), "design_trial_button"))
    said = all_text(page)
    assert verdict.sentence(lang) in said.replace("\\", "").replace("\N{NARROW NO-BREAK SPACE}", " ")
    shown = [metric.value for metric in page.metric]
    assert {"4.0 ms", "12 ms"} <= {value.replace("\N{NO-BREAK SPACE}", " ").replace(",", ".") for value in shown}
    assert {"en": "2.412", "es": "2,412"}[lang] in shown
    assert "conv1 2e-1, linear1 –, output 4e-1" in said
    assert "norm1" not in said, "gains and biases alone say little"
    assert asked[0].model.architecture == "designed"
    assert len(asked[0].model.layers) == len(kinds(page))
    page = press(page, "add_dropout")
    assert translate("design_page.try.earlier", lang) in all_text(page)


def test_a_trial_that_can_not_be_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Trial:
        raise LabError("trial_too_large", field="training.batch_size", value=64, needed=9000, free=100)

    monkeypatch.setattr(trial, "trial", refuse)
    page = settled(press(open_page("design", network="lenet5"), "design_trial_button"))
    assert len(page.error) == 1
    assert "9000" in page.error[0].value.replace("\N{NARROW NO-BREAK SPACE}", "")


def test_without_a_dataset_there_is_nothing_to_try_it_on(open_page: Open) -> None:
    page = open_page("design", network="lenet5")
    page = page.selectbox(key=desk_of(page).key("dataset")).set_value("").run()
    assert translate("design_page.try.dataset", "en") in all_text(page)


@pytest.mark.slow
def test_a_real_trial(open_page: Open) -> None:
    """With torch, in the app's process."""
    page = settled(press(open_page("design", network="lenet5"), "design_trial_button"))
    assert not page.error
    assert len(page.metric) == 8
    assert "torch" in sys.modules


def is_prose(text: str) -> bool:
    """Words, and neither figures such as ``:small[16@10×10]`` nor the design's own code and file."""
    bare = re.sub(r":small|<[^>]*>|:material/[a-z_]+:", "", text)
    return bool(re.search(r"[^\W\d_]{2}", bare)) and not text.startswith(("name:", '"""'))


@pytest.mark.parametrize("tab", ["try", "code", "yaml", "inside"])
def test_nothing_is_english_in_spanish(open_page: Open, tab: str) -> None:
    both = []
    for lang in LANGUAGES:
        page = press(open_page("design", lang=lang, network="lenet5"), "choose_0")
        page.session_state[f"design_tabs_{lang}"] = translate(f"design_page.tab.{tab}", lang)
        page = page.run()
        both.append({text for text in texts(page) if is_prose(text)})
    assert len(both[1]) > 30
    assert untranslated(*both, {"Dropout", "YAML", "LeNet-5", "MLP", ":small[ReLU]"}) == set()
