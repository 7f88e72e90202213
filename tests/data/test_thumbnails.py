"""One picture a dataset: made once, of the content that it has, and of nothing that would have to be downloaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.data import catalogue, imported, thumbnails
from cnnlab.data.importing import import_images
from cnnlab.home import Home
from tests.data.pictures import tree


def test_cheap_ones_are_made_once(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    import_images(tree(tmp_path / "pets", {"dog": 2, "cat": 3}), "pets", home)
    infos = catalogue.listing(home)
    assert thumbnails.make_missing(infos, home) == 3
    found = {info.name: path for info in infos if (path := thumbnails.find(info, home)) is not None}
    assert found.keys() == {"digits", "shapes", "pets"}
    for path in found.values():
        with Image.open(path) as picture:
            assert picture.mode == "RGBA"
            assert picture.width > 300
    assert thumbnails.make_missing(infos, home) == 0


def test_new_content_under_an_old_name_gets_its_own(home: Home, tmp_path: Path) -> None:
    paths = []
    for seed in (0, 50):
        layout = {"dog": 2, "cat": 2}
        import_images(tree(tmp_path / f"pets{seed}", layout, first_seed=seed), "pets", home)
        paths.append(thumbnails.make(catalogue.find("pets", home), home))
        imported.remove("pets", home)
    assert paths[0] != paths[1]


def test_one_that_cannot_be_read_does_not_stop_the_others(home: Home, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_images(tree(tmp_path / name, {"dog": 2, "cat": 2}), name, home)
    for file in (home.datasets / "one" / "files").rglob("*.png"):
        file.unlink()
    infos = [info for info in catalogue.listing(home) if info.imported]
    assert thumbnails.make_missing(infos, home) == 1
    assert thumbnails.find(infos[0], home) is None


def test_the_ground_between_the_images_is_transparent() -> None:
    picture = thumbnails.sheet(np.full((7, 8, 8, 1), 200, np.uint8))
    tile = thumbnails.TILE
    assert picture.shape == (2 * tile + thumbnails.GAP, 6 * tile + 5 * thumbnails.GAP, 4)
    assert (picture[:tile, :tile] == (200, 200, 200, 255)).all()
    assert (picture[:, tile : tile + thumbnails.GAP, 3] == 0).all()
    assert (picture[tile + thumbnails.GAP :, tile + thumbnails.GAP :, 3] == 0).all()  # seven images, twelve places
