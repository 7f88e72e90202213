"""Public data sets: rows that agree with torchvision, files found or downloaded, and one sentence when offline."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnlab.data import catalogue, downloads
from cnnlab.data.content import ArrayImages, FileImages, Official
from cnnlab.data.load import load
from cnnlab.data.sources import torchvision_zoo
from cnnlab.errors import DataError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home
from cnnlab.registry import Entry, registry

ROWS = [name for name, entry in registry("dataset").items() if entry.code == "torchvision_zoo"]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _idx(values: np.ndarray) -> bytes:
    header = struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(header + values.astype(np.uint8).tobytes())


def test_the_rows_that_were_promised() -> None:
    promised = "mnist fashion_mnist kmnist emnist cifar10 cifar100 svhn stl10 gtsrb flowers102 oxford_iiit_pet"
    assert promised.split() == ROWS


@pytest.mark.slow
def test_rows_agree_with_torchvision() -> None:
    from torchvision import datasets

    for name in ROWS:
        facts = registry("dataset")[name].facts
        reader = getattr(datasets, facts["torchvision"])
        stated = {each["md5"] for each in facts["downloads"]}
        known = {md5 for _, md5 in getattr(reader, "resources", ())} | {getattr(reader, "tgz_md5", None)} - {None}
        if known and name != "emnist":
            assert stated == known, name
        classes = getattr(reader, "classes", None)
        if classes and name not in ("mnist", "emnist"):
            assert list(classes) == facts["classes"], name
    assert registry("dataset")["emnist"].facts["downloads"][0]["md5"] == datasets.EMNIST.md5


@pytest.mark.parametrize("name", ROWS)
def test_offline_gives_one_sentence_in_each_language(home: Home, name: str) -> None:
    with pytest.raises(DataError) as raised:
        load(DataSpec(dataset=name), home)
    assert raised.value.problem.code == "dataset_offline"
    for language in ("en", "es"):
        sentence = raised.value.message(language)
        assert name in sentence
        assert "CNNLAB_DATA" in sentence
        assert "\n" not in sentence
    assert not list((home.cache / "downloads").rglob("*.part"))
    assert not catalogue.find(name, home).stored


def _small_mnist(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The four files of MNIST with sixty and twenty images, which torchvision then takes for the real ones."""
    from torchvision import datasets

    generator = np.random.default_rng(0)
    files = {}
    for part, n in (("train", 60), ("t10k", 20)):
        files[f"{part}-images-idx3-ubyte.gz"] = _idx(generator.integers(0, 256, (n, 28, 28)))
        files[f"{part}-labels-idx1-ubyte.gz"] = _idx(np.arange(n) % 10)
    rows = [(name, _md5(data)) for name, data in files.items()]
    monkeypatch.setattr(datasets.MNIST, "resources", rows)
    entry = registry("dataset")["mnist"]
    addresses = {name: [f"https://one.example/{name}", f"https://two.example/{name}"] for name in files}
    stated = [{"path": f"MNIST/raw/{name}", "md5": md5, "urls": addresses[name]} for name, md5 in rows]
    monkeypatch.setitem(entry.facts, "downloads", stated)
    return files


def _serve(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> list[str]:
    """The second address of each file answers."""
    asked: list[str] = []

    class Answer(io.BytesIO):
        headers: dict[str, str]

    def answer(request: Any, **_: object) -> Answer:
        asked.append(request.full_url)
        if "one.example" in request.full_url:
            raise urllib.error.HTTPError(request.full_url, 503, "unavailable", None, None)  # type: ignore[arg-type]
        data = Answer(files[request.full_url.rsplit("/", 1)[1]])
        data.headers = {"Content-Length": str(len(data.getvalue()))}
        return data

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    return asked


@pytest.mark.slow
def test_a_download_tries_each_address_tells_progress_and_happens_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _serve(monkeypatch, _small_mnist(monkeypatch))
    calls: list[tuple[str, int, int]] = []
    dataset = load(DataSpec(dataset="mnist"), home, progress=lambda *call: calls.append(call))
    assert len(asked) == 8
    phases = list(dict.fromkeys(phase.removeprefix("progress.") for phase, _, _ in calls))
    assert phases == ["reading", "downloading", "unpacking", "preparing"]
    assert all(0 <= done <= total for _, done, total in calls)
    assert len(dataset.test) == 20
    assert len(dataset.train) + len(dataset.validation) == 60
    load(DataSpec(dataset="mnist", image_size=32), home)
    assert len(asked) == 8
    assert catalogue.find("mnist", home).stored


@pytest.mark.slow
def test_a_damaged_download_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    files = _small_mnist(monkeypatch)
    name = next(iter(files))
    _serve(monkeypatch, {**files, name: files[name][:-3]})
    with pytest.raises(DataError) as raised:
        load(DataSpec(dataset="mnist"), home)
    assert raised.value.problem.code == "download_damaged"
    assert not [p for p in (home.cache / "downloads").rglob("*") if p.is_file() and p.suffix != ".lock"]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["MNIST/raw", "mnist/MNIST/raw", "mnist", "."])
def test_files_under_cnnlab_data_are_found_and_left_alone(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = tmp_path / "data" / place
    folder.mkdir(parents=True)
    for name, data in _small_mnist(monkeypatch).items():
        (folder / name).write_bytes(data)
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "data"))
    before = sorted((tmp_path / "data").rglob("*"))
    assert catalogue.find("mnist", home).stored
    dataset = load(DataSpec(dataset="mnist"), home)
    assert len(dataset.test) == 20
    assert sorted((tmp_path / "data").rglob("*")) == before


class _Made:
    """Stands for a torchvision dataset."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def _read(monkeypatch: pytest.MonkeyPatch, home: Home, name: str, parts: dict[str, _Made]) -> Any:
    entry = registry("dataset")[name]
    monkeypatch.setattr(torchvision_zoo, "fetch", lambda *_: None)
    by_how = {repr(entry.facts["parts"][part]): made for part, made in parts.items()}

    def opened(_: Entry, __: Path, how: dict[str, Any]) -> _Made:
        return by_how[repr(how)]

    monkeypatch.setattr(torchvision_zoo, "_opened", opened)
    return torchvision_zoo.read(entry, {}, home, None)


def test_emnist_stands_upright(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.arange(2 * 28 * 28).reshape(2, 28, 28).astype(np.uint8)
    parts = {part: _Made(data=pixels, targets=np.array([1, 2])) for part in ("train", "test")}
    content = _read(monkeypatch, home, "emnist", parts)
    assert isinstance(content.images, ArrayImages)
    assert (content.images.pixels[0, :, :, 0] == pixels[0].T).all()


@pytest.mark.parametrize(("name", "first"), [("svhn", True), ("stl10", True), ("cifar10", False)])
def test_channels_come_last(home: Home, monkeypatch: pytest.MonkeyPatch, name: str, first: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    data = pixels.transpose(0, 3, 1, 2) if first else pixels
    labels = {"labels" if first else "targets": [0, 1, 2, 9]}
    parts = {part: _Made(data=data, **labels) for part in ("train", "test")}
    content = _read(monkeypatch, home, name, parts)
    assert (content.images.pixels[:4] == pixels).all()
    assert content.labels.tolist() == [0, 1, 2, 9] * 2
    assert content.official.tolist() == [Official.TRAIN] * 4 + [Official.TEST] * 4


def _picture(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    return path


def test_tracks_of_traffic_signs_stay_together(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.cache / "downloads" / "gtsrb"
    training = [
        (str(_picture(folder / f"{k:05d}" / f"{t:05d}_{i:05d}.ppm", 100 * k + 10 * t + i)), k)
        for k in range(43)
        for t in range(4)
        for i in range(3)
    ]
    test = [(str(_picture(folder / "test" / f"{i:05d}.ppm", 9000 + i)), i % 43) for i in range(5)]
    _read(monkeypatch, home, "gtsrb", {"train": _Made(_samples=training), "test": _Made(_samples=test)})
    dataset = load(DataSpec(dataset="gtsrb"), home)
    tracks = dataset.manifest["track"]
    train, validation = ({tracks[i] for i in part} for part in (dataset.split.train, dataset.split.validation))
    assert len(train) + len(validation) == 43 * 4
    assert not train & validation
    assert len(dataset.test) == 5


@pytest.mark.parametrize(("name", "field"), [("flowers102", "_image_files"), ("oxford_iiit_pet", "_images")])
def test_photographs_are_read_from_their_files(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, field: str
) -> None:
    folder = home.cache / "downloads" / name
    parts = {}
    for i, part in enumerate(registry("dataset")[name].facts["parts"]):
        paths = [_picture(folder / "jpg" / f"{part}{j}.jpg", 10 * i + j) for j in range(6)]
        parts[part] = _Made(**{field: paths}, _labels=[0, 1, 2, 0, 1, 2])
    content = _read(monkeypatch, home, name, parts)
    assert isinstance(content.images, FileImages)
    assert content.files[0] == "jpg/train0.jpg"
    dataset = load(DataSpec(dataset=name), home)
    assert dataset.kind.shape == (3, 96, 96)
    assert len(dataset.test) == 6


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first_labels"), [("mnist", "504192131435"), ("fashion_mnist", "9003027255")])
def test_the_real_ones(
    home: Home, real_data: Path, monkeypatch: pytest.MonkeyPatch, name: str, first_labels: str
) -> None:
    monkeypatch.setenv("CNNLAB_DATA", str(real_data))
    dataset = load(DataSpec(dataset=name), home)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (51_000, 9_000, 10_000)
    assert dataset.prepared.targets[: len(first_labels)].tolist() == [int(k) for k in first_labels]
    assert dataset.split.test.min() == 60_000
    expected = {"mnist": (0.1307, 0.3081), "fashion_mnist": (0.2860, 0.3530)}[name]  # as they are cited, of 60,000
    assert (dataset.mean[0], dataset.std[0]) == pytest.approx(expected, abs=0.002)
    assert set(np.bincount(dataset.prepared.targets[dataset.split.validation]) > 700) == {True}


def test_md5_is_checked_again_when_a_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"damaged")
    each = {"path": "a.bin", "md5": _md5(b"whole"), "urls": ["https://one.example/a.bin"]}
    with pytest.raises(DataError) as raised:
        downloads.fetch([each], tmp_path, "mnist")
    assert raised.value.problem.code == "dataset_offline"
    (tmp_path / "a.bin").write_bytes(b"whole")
    downloads.fetch([each], tmp_path, "mnist")
