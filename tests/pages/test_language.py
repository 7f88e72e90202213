"""Both languages from the first string: nothing that a Spanish reader sees is English."""

from __future__ import annotations

import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab import i18n
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.registry import PACKAGES, registry
from cnnlab.runs.journal import Journal
from cnnlab.ui import background
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import texts

# the same word in both languages, names, units, and what is typed rather than read
SAME = re.compile(
    r"English|Español|CPU|GPU|MLflow|LeNet-5|Grad-CAM|SGD|Adam|AdamW|RMSprop|float32|F1( \(macro\))?|AUROC|AUPRC"
    r"|ReLU6?|Leaky ReLU|ELU|GELU|SiLU|Hard swish|[Tt]anh|[Ss]oftmax|Dropout|GRU|LSTM"
    r"|viridis|magma|inferno|SSIM|SVG|PNG"
    r"|ImageNet|(:gray-badge\[)?Transformers\]?|timm|–|#"
    r"|[\d\s.,:%°±e·/-]*( ?(s|min|GB|MB|kB|B|px|k|M|G|J|W|mg|g|ms|kWh))?"
    r"|python -m cnnlab .*|/.*|\d{4}-\d\d-\d\d .*|.*\\\.(json|jsonl|yaml|txt|npz|pt|parquet|safetensors|sha256)"
    r"|CO2|kWh|kg|ms|bytes|ALIAS|PCA|t-SNE|UMAP|(\*\*)?ROC(\*\*)? · AUROC|\{b\}: \{c\}|\**[\s·]*"
    r"|\{value\}|%\{hovertext\}<extra></extra>|Intel.*|AMD.*|[a-z]+-[a-z]+|no"
)
# names of datasets, classes and networks, which are proper names
DATASETS = {
    "MNIST",
    "CIFAR",
    "STL-10",
    "SVHN",
    "Oxford-IIIT",
    "LeNet",
    "ResNet",
    "MobileNet",
    "Zalando",
    "Open Data in the",
}
NETWORKS = {entry.text("title", "en") for entry in registry("architecture").values()} | {
    str(entry.facts["family"]) for entry in registry("architecture").values()
}
METHODS = {
    entry.text("title", "en")
    for entry in registry("explainer").values()
    if entry.text("title", "en") == entry.text("title", "es")
}
# what a message is made of besides its words
SAME_KEYS = {
    "cli.error",
    "cli.argparse.argument",
    "design_page.kind.dropout",
    "laboratory.variant.distractor",
    "mistakes_page.control",
    "option_choice.distractor",
    "design_page.short.squeeze_excitation",
    "design_page.tab.yaml",
}
SHAPES = {
    "circle",
    "cross",
    "ring",
    "square",
    "star",
    "triangle",
}  # classes are data: they are called as their source does
EMPTY = ("data", "networks", "design", "train", "runs", "compare", "explain", "inside", "predict")
TABS = ("curves", "test", "cost", "configuration", "labels", "system", "log", "files")
MAKERS = (made_runs.queued, made_runs.running, made_runs.finished, made_runs.stopped, made_runs.failed, made_runs.lost)


def untranslated(english: set[str], spanish: set[str], names: set[str]) -> set[str]:
    same = {text for text in english & spanish if not SAME.fullmatch(text.replace("*", ""))}
    return {text for text in same - METHODS if not any(name in text for name in names)}


def test_home(open_page: Open, home: Home) -> None:
    english, spanish = texts(open_page()), texts(open_page(lang="es"))
    assert untranslated(english, spanish, set()) == set()
    names = {make(home).experiment().name for make in MAKERS}
    english, spanish = texts(open_page()), texts(open_page(lang="es"))
    assert len(spanish) > 30
    assert untranslated(english, spanish, names) == set()


@pytest.mark.parametrize("make", MAKERS)
def test_run(open_page: Open, home: Home, make: made_runs.Make) -> None:
    journal = make(home)
    for tab in TABS:
        english = texts(open_page("run", tab=translate(f"run.tab.{tab}", "en"), run=journal.run_id))
        spanish = texts(open_page("run", lang="es", tab=translate(f"run.tab.{tab}", "es"), run=journal.run_id))
        assert len(spanish) > 15
        assert untranslated(english, spanish, {journal.experiment().name}) == set()


@pytest.mark.parametrize(
    "page", ["data", "train", "runs", "compare", "explain", "mistakes", "predict", "networks", "design", "inside"]
)
def test_an_empty_page(open_page: Open, home: Home, page: str) -> None:
    english, spanish = texts(settled(open_page(page))), texts(settled(open_page(page, lang="es")))
    assert len(spanish) > 12
    same = untranslated(english, spanish, DATASETS)
    assert {text for text in same if text.replace("\\", "").strip("*") not in NETWORKS} == set()


def test_lists_and_comparison(open_page: Open, home: Home) -> None:
    ids = [make(home, f"name-{number}").run_id for number, make in enumerate(MAKERS)]
    names = {f"name-{number}" for number in range(len(MAKERS))}
    for page, address in (("runs", {}), ("compare", {"runs": ",".join(ids)})):
        english, spanish = texts(open_page(page, **address)), texts(open_page(page, lang="es", **address))
        assert len(spanish) > 30
        assert untranslated(english, spanish, names) == set()


@pytest.mark.slow
@pytest.mark.parametrize("page", ["explain", "mistakes", "predict", "run"])
def test_pages_of_a_trained_run(open_page: Open, trained_run: Journal, page: str) -> None:
    name = trained_run.experiment().name
    for tab in TABS if page == "run" else (None,):
        both = []
        for lang in ("en", "es"):
            chosen = tab and translate(f"run.tab.{tab}", lang)
            both.append(texts(open_page(page, lang=lang, tab=chosen, run=trained_run.run_id)))
        assert len(both[1]) > 15
        assert untranslated(*both, {name, "digits/"}) == set()


@pytest.mark.parametrize("dataset", ["digits", "shapes"])
def test_a_dataset(open_page: Open, home: Home, dataset: str) -> None:
    for tab in ("samples", "balance", "pixels", "augmentation"):
        both = []
        for lang in ("en", "es"):
            page = settled(open_page("data", lang=lang, dataset=dataset))
            page.session_state[f"data_tabs_{lang}"] = translate(f"data_page.tab.{tab}", lang)
            both.append(texts(settled(page.run())))
        assert len(both[1]) > 15
        assert untranslated(*both, DATASETS | SHAPES | {"digits/", "shapes/"}) == set()


def settled(app: AppTest) -> AppTest:
    """Drawn again once what goes on in the background has ended."""
    deadline = time.monotonic() + 60
    while any(not work.ended for work in background._works().values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return app.run()


@pytest.mark.parametrize("code", sorted(code for code in i18n.catalogue("en") if code.startswith("error.")))
def test_every_error_is_said_in_spanish(code: str) -> None:
    assert i18n.catalogue("en")[code] != i18n.catalogue("es")[code]


def test_every_entry_differs_or_is_known_to_be_the_same() -> None:
    """Help texts, plot axes and sentences that no state above happens to show are read here."""
    english, spanish = i18n.catalogue("en"), i18n.catalogue("es")
    same = {key: text for key, text in english.items() if text == spanish[key] and isinstance(text, str)}
    bare = {key: re.sub(r"\{[a-z_]+\}|[()→]", "", text).strip() for key, text in same.items()}
    assert {
        key: same[key]
        for key, text in bare.items()
        if not (SAME.fullmatch(text) or SAME.fullmatch(same[key]) or key in SAME_KEYS)
    } == {}


@pytest.mark.parametrize("kind", sorted(PACKAGES))
def test_texts_of_the_registries_differ(kind: str) -> None:
    for entry in registry(kind).values():
        for key, text in entry.texts["en"].items():
            if key != "title":
                assert text != entry.texts["es"][key], (entry.name, key)
        for name, option in entry.options.items():
            assert option.help["en"] != option.help["es"], (entry.name, name)


def test_the_switch_changes_the_language_and_the_address(open_page: Open) -> None:
    page = open_page(lang="en")
    switch = page.sidebar.button_group(key="language_switch")
    switch.set_value("es").run()
    assert page.title[0].value == translate("home.promise", "es")
    assert page.query_params["lang"] == "es"


def test_the_choice_survives_a_page_switch(open_page: Open, home: Home) -> None:
    page = open_page(lang="es")
    page.button(key="train_default").click().run()
    assert page.query_params["lang"] == "es"
    assert any(translate("state.QUEUED", "es") in text for text in texts(page))


def test_an_unknown_language_falls_back(open_page: Open) -> None:
    assert open_page(lang="xx").title[0].value == translate("home.promise", "en")
