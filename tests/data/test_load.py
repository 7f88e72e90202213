"""Loading: from a description to splits, prepared once, changed and damaged data noticed."""

from __future__ import annotations

import errno
import io
import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.data import catalogue, statistics, store
from cnnlab.data.importing import import_images
from cnnlab.data.load import load
from cnnlab.data.splits import SplitIndex
from cnnlab.errors import DataError, ExperimentError, LabError
from cnnlab.experiment import DataSpec, Experiment, Split
from cnnlab.home import Home
from tests.data.pictures import tree


def _digits(**changes: object) -> DataSpec:
    return Experiment().changed({f"data.{name}": value for name, value in changes.items()}).data


def test_digits_load_with_the_defaults(home: Home) -> None:
    dataset = load(Experiment().data, home)
    assert dataset.kind.shape == (1, 28, 28)
    assert dataset.outputs.class_names == tuple("0123456789")
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (1257, 270, 270)
    assert sum(dataset.training_counts) == 1257
    assert len(dataset.files) == 1797
    batch = next(dataset.test.batches(8, seed=None))
    assert [dataset.manifest["label"][i] for i in batch.index.tolist()] == [
        dataset.outputs.class_names[k]
        for k in batch.targets.tolist()  # type: ignore[union-attr]
    ]
    assert dataset.test.manifest["file"][:8] == [dataset.files[i] for i in batch.index.tolist()]
    assert dataset.ground_truth is None


def test_statistics_are_of_the_training_split_alone(home: Home) -> None:
    dataset = load(_digits(image_size=8), home)
    pixels = dataset.prepared.inputs[dataset.split.train].astype(np.float64) / 255
    assert dataset.mean[0] == pytest.approx(pixels.mean(), abs=1e-12)
    assert dataset.std[0] == pytest.approx(pixels.std(), abs=1e-9)
    everything = dataset.prepared.inputs.astype(np.float64) / 255
    assert dataset.mean[0] != pytest.approx(everything.mean(), abs=1e-9)
    unit = load(_digits(image_size=8, normalization="unit"), home)
    assert (unit.mean, unit.std) == ((0.0,), (1.0,))


def test_statistics_of_a_constant_channel_do_not_divide_by_zero() -> None:
    pixels = np.zeros((5, 4, 4, 3), np.uint8)
    pixels[..., 1] = 7
    counted = statistics.count(pixels, np.arange(5))
    assert counted.std == (1.0, 1.0, 1.0)


def test_the_second_load_reads_no_source(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(_digits(image_size=8), home)
    module = "cnnlab.data.sources.digits.read"
    monkeypatch.setattr(module, lambda *_: pytest.fail("the source was read again"))
    again = load(_digits(image_size=8), home)
    assert again.fingerprint == first.fingerprint
    assert again.split.fingerprint == first.split.fingerprint


def test_channels_and_size_can_be_chosen(home: Home) -> None:
    dataset = load(_digits(image_size=16, channels=3), home)
    batch = dataset.train.pick([0])
    assert batch.inputs.shape == (1, 3, 16, 16)
    assert (batch.inputs[0, 0] == batch.inputs[0, 2]).all()
    assert len(dataset.mean) == 3


@pytest.mark.parametrize("name", ["inputs.npy", "targets.npy", "meta.json", "official.npy", "manifest.parquet"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing"])
def test_a_damaged_cache_is_made_again(home: Home, name: str, damage: str) -> None:
    first = load(_digits(image_size=8), home)
    stored = np.array(first.prepared.inputs)  # a copy: reading the map of a truncated file ends the process
    path = first.prepared.folder / name
    data = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    else:
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data if damage == "flipped" else data[: len(data) // 2])
    again = load(_digits(image_size=8), home)
    assert again.fingerprint == first.fingerprint
    assert (again.prepared.inputs == stored).all()
    assert load(_digits(image_size=8), home).manifest == again.manifest


def test_a_stated_fingerprint_is_held_to(home: Home) -> None:
    dataset = load(_digits(image_size=8), home)
    load(_digits(image_size=8, fingerprint=dataset.fingerprint), home)
    with pytest.raises(DataError) as raised:
        load(_digits(image_size=8, fingerprint="0" * 64), home)
    assert raised.value.problem.code == "dataset_changed"
    assert "digits" in raised.value.message("es")


def test_a_stored_split_is_used_as_it_is(home: Home) -> None:
    first = load(_digits(image_size=8), home)
    again = load(_digits(image_size=8, split={"seed": 9}), home, split=first.split)
    assert again.split.fingerprint == first.split.fingerprint
    huge = SplitIndex(first.split.train + 2000, first.split.validation, first.split.test)
    with pytest.raises(DataError) as raised:
        load(_digits(image_size=8), home, split=huge)
    assert raised.value.problem.code == "split_broken"


def test_wrong_names_options_and_columns(home: Home) -> None:
    with pytest.raises(LabError) as unknown:
        load(DataSpec(dataset="digitz"), home)
    assert unknown.value.problem.code == "unknown_dataset"
    assert "digits" in unknown.value.message()
    with pytest.raises(ExperimentError):
        load(_digits(options={"colour": 1}), home)
    with pytest.raises(DataError) as column:
        load(_digits(image_size=8, split={"group_by": "writer"}), home)
    assert column.value.problem.code == "unknown_column"


def test_a_name_never_becomes_a_path(home: Home) -> None:
    (home.root / "evil").mkdir()
    for name in ("../evil", "a/../../evil", "evil/.", ".trash"):
        with pytest.raises(LabError):
            catalogue.find(name, home)


def test_an_imported_dataset_trains_and_its_groups_stay_together(home: Home, tmp_path: Path) -> None:
    layout = {f"{label}/rec{i}": 4 for label in ("cat", "dog") for i in range(8)}
    import_images(tree(tmp_path / "pets", layout), "pets", home)
    spec = DataSpec(dataset="pets", split=Split(group_by="folder"))
    dataset = load(spec, home)
    groups = dataset.manifest["folder"]
    homes = [{groups[i] for i in part} for part in (dataset.split.train, dataset.split.validation, dataset.split.test)]
    assert all(homes)
    assert not (homes[0] & homes[1]) | (homes[0] & homes[2]) | (homes[1] & homes[2])
    assert dataset.fingerprint == catalogue.find("pets", home).fingerprint


def test_an_original_that_changed_or_went_away_is_said(home: Home, tmp_path: Path) -> None:
    import_images(tree(tmp_path / "pets", {"cat": 12, "dog": 12}), "pets", home)
    spec = DataSpec(dataset="pets")
    load(spec, home)
    victim = next((home.datasets / "pets" / "files").rglob("*.png"))
    data = victim.read_bytes()
    victim.write_bytes(data[:-5])
    load(spec, home)  # what is prepared is whole
    for damage in (lambda: None, victim.unlink):
        damage()
        with pytest.raises(DataError) as raised:
            load(spec.model_copy(update={"image_size": 20}), home)
        assert raised.value.problem.code == "dataset_file_broken"
    assert not list((home.cache / "prepared").glob(".*/"))
    victim.write_bytes(data)
    (home.datasets / "pets" / "manifest.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError) as raised:
        load(spec.model_copy(update={"image_size": 24}), home)
    assert raised.value.problem.code == "dataset_broken"


def test_a_full_disk_is_said_and_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, *rest: object) -> None:
        (folder / "inputs.npy").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "_fill", full)
    with pytest.raises(DataError) as raised:
        load(_digits(image_size=8), home)
    assert raised.value.problem.code == "disk_full"
    assert [p.name for p in (home.cache / "prepared").iterdir() if not p.name.endswith(".lock")] == []


def _load_in_process(root: str, started: object, results: object) -> None:
    started.wait()  # type: ignore[attr-defined]
    dataset = load(_digits(image_size=8), Home(Path(root)))
    results.put((dataset.fingerprint, int(dataset.prepared.inputs.sum()), dataset.split.fingerprint))  # type: ignore[attr-defined]


@pytest.mark.slow
def test_several_processes_may_prepare_at_once(home: Home) -> None:
    context = multiprocessing.get_context("spawn")
    started, results = context.Event(), context.Queue()
    processes = [context.Process(target=_load_in_process, args=(str(home.root), started, results)) for _ in range(2)]
    for process in processes:
        process.start()
    started.set()
    found = {results.get(timeout=300) for _ in processes}
    for process in processes:
        process.join(30)
    assert len(found) == 1
    assert not list((home.cache / "prepared").glob(".*/"))


def test_what_a_killed_process_left_is_removed(home: Home) -> None:
    key = load(_digits(image_size=8), home).prepared.folder
    left = key.with_name(f".{key.name}.deadbeef")
    left.mkdir()
    (left / "inputs.npy").write_bytes(b"half")
    (key / "meta.json").unlink()
    load(_digits(image_size=8), home)
    assert not left.exists()


def test_one_prepare_for_training_and_for_a_single_image(home: Home, tmp_path: Path) -> None:
    """What a network sees in training is what it sees when someone asks about the same file."""
    from cnnlab.data.image import open_image, prepare

    root = tree(tmp_path / "pets", {"cat": 12, "dog": 12})
    import_images(root, "pets", home)
    for channels in (1, 3):
        for resize in ("squeeze", "crop", "pad"):
            spec = Experiment().changed(
                {"data.dataset": "pets", "data.image_size": 9, "data.channels": channels, "data.resize": resize}
            )
            dataset = load(spec.data, home)
            for i in (0, 13):
                data = (root / dataset.files[i]).read_bytes()
                alone = prepare(open_image(data, name="x"), size=9, channels=channels, resize=resize)  # type: ignore[arg-type]
                again = prepare(Image.open(io.BytesIO(data)), size=9, channels=channels, resize=resize)  # type: ignore[arg-type]
                assert (dataset.prepared.inputs[i] == alone).all()
                assert (alone == again).all()
                assert (dataset.at(i).inputs[0].permute(1, 2, 0).numpy() == alone).all()


def test_an_index_outside_is_refused(home: Home) -> None:
    dataset = load(_digits(image_size=8), home)
    assert dataset.at(5).index.tolist() == [5]
    with pytest.raises(IndexError):
        dataset.at(1797)
