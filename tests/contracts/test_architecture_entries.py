"""What every network states of itself: texts in both languages, facts, options. No network is built."""

from __future__ import annotations

import pytest

from cnnlab.experiment import Experiment
from cnnlab.i18n import LANGUAGES
from cnnlab.models.listing import GROUPS
from cnnlab.recommended import settings
from cnnlab.registry import checked, registry

NAMES = list(registry("architecture"))
LAYOUTS = ("maps", "channels_last", "tokens", "none")


@pytest.mark.parametrize("name", NAMES)
def test_default_options_are_complete_and_within_their_ranges(name: str) -> None:
    entry = registry("architecture")[name]
    completed = checked(entry.options, entry.defaults(), "model.options")
    assert checked(entry.options, completed, "model.options") == completed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_texts_are_there_in_both_languages(name: str, language: str) -> None:
    entry = registry("architecture")[name]
    assert set(entry.texts["en"]) == set(entry.texts["es"])
    assert entry.text("title", language).strip()
    assert len(entry.text("summary", language)) > 40
    for key in {"summary", "input", "small_images"} & set(entry.texts[language]):
        assert entry.text(key, language).endswith("."), key
    assert entry.text("input", language).strip()
    options = list(entry.options.values())
    options += [item for option in options if isinstance(option.items, dict) for item in option.items.values()]
    for option in options:
        assert option.label[language].strip()
        assert option.help[language].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_what_pages_show_is_not_the_same_text_twice(name: str) -> None:
    entry = registry("architecture")[name]
    assert entry.text("summary", "en") != entry.text("summary", "es")
    assert entry.text("input", "en") != entry.text("input", "es")


@pytest.mark.parametrize("name", NAMES)
def test_facts_say_where_it_comes_from_and_what_it_takes(name: str) -> None:
    facts = registry("architecture")[name].facts
    assert facts["paper"]
    assert facts["family"]
    assert facts["group"] in GROUPS
    assert facts["link"].startswith("https://")
    assert 1980 <= facts["year"] <= 2100
    assert 4 <= facts["minimum_size"] <= facts["default_size"]
    assert facts["default_channels"] in (1, 3)
    assert facts["parameters"] > 0
    assert facts["macs"] > 0
    assert facts.get("attribution", "maps") in LAYOUTS


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_train_it_well_are_settings(name: str) -> None:
    facts = registry("architecture")[name].facts
    assert all(key.startswith(("training.", "data.")) for key in facts.get("training", {}))
    nested: dict[str, object] = {}
    for key, value in settings(name).items():
        *parents, last = key.split(".")
        part = nested
        for parent in parents:
            part = part.setdefault(parent, {})  # type: ignore[assignment]
        part[last] = value
    Experiment.model_validate(nested)


def test_titles_are_told_apart() -> None:
    for language in LANGUAGES:
        titles = [entry.text("title", language) for entry in registry("architecture").values()]
        assert sorted({title for title in titles if titles.count(title) > 1}) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_that_rises_first_is_not_stopped_early(name: str) -> None:
    """One-cycle's loss may stand still while the rate is high; what it is made for comes at the end."""
    spec = Experiment().changed(settings(name)).training
    assert spec.schedule.name != "one_cycle" or spec.early_stopping.patience == 0
