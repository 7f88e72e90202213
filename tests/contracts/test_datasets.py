"""What holds for every dataset of the registry, and for whatever is added to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from cnnlab.data import catalogue
from cnnlab.data.load import Dataset, load
from cnnlab.experiment import DataSpec, Split
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES
from cnnlab.registry import registry
from tests.fresh_python import printed

NAMES = list(registry("dataset"))
HERE = [name for name, entry in registry("dataset").items() if not entry.facts.get("downloads")]
SMALL = {"shapes": {"samples": 180, "size": 24}}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    home = Home(tmp_path_factory.mktemp("datasets") / "home").ensure()
    return {name: load(DataSpec(dataset=name, options=SMALL.get(name, {})), home) for name in HERE}


@pytest.mark.parametrize("name", NAMES)
def test_the_data_file_says_what_a_page_shows(name: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    info = catalogue.find(name, home)
    assert info.name == name
    for language in LANGUAGES:
        assert info.title(language).strip()
        assert info.summary(language).endswith(".")
    assert info.summary("en") != info.summary("es")
    assert len(set(info.classes)) == len(info.classes) >= 2
    assert set(info.counts) <= {"train", "validation", "test", catalogue.UNSPLIT}
    assert (info.samples or 0) >= 1000
    assert info.channels in (1, 3)
    assert 8 <= info.default_size <= 224
    assert info.source
    assert info.licence
    assert not info.imported
    assert info.stored == (name in HERE)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_its_texts(name: str) -> None:
    for option in registry("dataset")[name].options.values():
        assert set(option.label) == set(option.help) == set(LANGUAGES)


def test_listing_has_them_all_in_their_order(home: Home) -> None:
    assert [info.name for info in catalogue.listing(home)] == NAMES
    orders = [registry("dataset")[name].facts["order"] for name in NAMES]
    assert all(one < other for one, other in pairwise(orders))


def test_listing_imports_no_arrays() -> None:
    code = (
        "import sys; from pathlib import Path; from cnnlab.data import catalogue, types; from cnnlab.home import Home;"
        "catalogue.listing(Home(Path('none')));"
        "print([m for m in ('torch', 'numpy', 'PIL', 'pyarrow', 'pandas', 'torchvision') if m in sys.modules])"
    )
    assert printed(code) == "[]"


@pytest.mark.parametrize("name", HERE)
def test_splits_batches_and_statistics(name: str, datasets: dict[str, Dataset]) -> None:
    dataset = datasets[name]
    n = len(dataset.prepared.targets)
    everything = np.concatenate([dataset.split.train, dataset.split.validation, dataset.split.test])
    assert sorted(everything.tolist()) == list(range(n))
    assert len(dataset.files) == len(set(dataset.files)) == n
    assert sum(dataset.training_counts) == len(dataset.train)
    assert len(dataset.fingerprint) == 64
    for samples in (dataset.train, dataset.validation, dataset.test):
        assert samples.kind == dataset.kind
        assert samples.outputs == dataset.outputs
        batch = next(samples.to("cpu").batches(16, seed=0, epoch=1))
        assert batch.inputs.shape == (16, *dataset.kind.shape)
        assert batch.inputs.dtype == torch.uint8
        assert batch.inputs.is_contiguous(memory_format=torch.channels_last)
        assert batch.index.dtype == torch.int64
        assert isinstance(batch.targets, torch.Tensor)
        assert batch.targets.tolist() == dataset.prepared.targets[batch.index.numpy()].tolist()
        assert set(batch.index.tolist()) <= set(samples.positions.tolist())
    assert all(0.0 < mean < 1.0 for mean in dataset.mean)
    assert all(0.0 < std < 1.0 for std in dataset.std)


@pytest.mark.parametrize("name", HERE)
def test_it_comes_out_the_same_in_another_home(name: str, datasets: dict[str, Dataset], home: Home) -> None:
    again = load(DataSpec(dataset=name, options=SMALL.get(name, {})), home)
    assert again.fingerprint == datasets[name].fingerprint
    assert again.split.fingerprint == datasets[name].split.fingerprint
    assert (again.mean, again.std) == (datasets[name].mean, datasets[name].std)


@pytest.mark.parametrize("name", HERE)
def test_the_size_of_the_training_split_is_known_beforehand(name: str, datasets: dict[str, Dataset]) -> None:
    info = catalogue.find(name, Home(datasets[name].prepared.folder.parent.parent.parent))
    expected = catalogue.training_size(info, Split())
    assert expected is None if info.counts_vary else expected == len(datasets[name].train)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HERE])
def test_downloads_state_where_from_and_how_to_tell_damage(name: str, home: Home) -> None:
    facts = registry("dataset")[name].facts
    for each in facts["downloads"]:
        assert len(each["md5"]) == 32
        assert each["urls"]
        assert not each["path"].startswith("/")
        assert ".." not in each["path"]
    size = catalogue.training_size(catalogue.find(name, home), Split())
    assert size is not None
    assert size <= facts["counts"]["train"]


@pytest.mark.parametrize("name", NAMES)
def test_what_has_to_be_downloaded_says_how_much(name: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    size = catalogue.find(name, home).download_bytes
    assert (size is None) == (name in HERE)
    assert size is None or 10_000_000 < size < 5_000_000_000
