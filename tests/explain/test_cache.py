"""Explanations kept on the disk: what is kept comes back, whatever happens to the files."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlab.explain.cache import Cache
from cnnlab.explain.explain import Explanation
from cnnlab.home import Home


@dataclass(frozen=True)
class Key:
    image: str = "a" * 64
    method: str = "saliency"
    layer: str | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: {"abs": True, "draws": 3})
    target: int | None = 1


def explanation(value: float = 0.5, side: int = 6) -> Explanation:
    found = np.full((side, side), value, np.float32)
    return Explanation(found, "saliency", "body.conv", 1, 0, (0.75, 0.25), {"gap": 0.125})


def same(first: Explanation | None, second: Explanation) -> bool:
    return (
        first is not None
        and np.array_equal(first.map, second.map)
        and first.map.dtype == np.float32
        and replace(first, map=second.map) == second
    )


def test_what_is_kept_comes_back_as_it_was(home: Home) -> None:
    cache = Cache(home, "weights")
    assert cache.get(Key()) is None
    cache.put(Key(), explanation())
    assert same(cache.get(Key()), explanation())
    assert same(Cache(home, "weights").get(Key(options={"draws": 3, "abs": True})), explanation())


@pytest.mark.parametrize(
    "other",
    [
        Key(image="b" * 64),
        Key(method="lime"),
        Key(layer="x"),
        Key(options={"abs": False}),
        Key(target=0),
        Key(target=None),
    ],
)
def test_whatever_it_depends_on_makes_another_entry(home: Home, other: Key) -> None:
    cache = Cache(home, "weights")
    cache.put(Key(), explanation())
    assert cache.get(other) is None
    assert Cache(home, "other weights").get(Key()) is None


def test_damage_counts_as_absence_and_is_removed(home: Home) -> None:
    cache = Cache(home, "weights")
    cache.put(Key(), explanation())
    path = cache.path_of(Key())
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[whole.index(b"facts") + 60] ^= 255
    for broken in (b"", b"nonsense", whole[: len(whole) // 2], whole[:-1], bytes(flipped)):
        path.write_bytes(broken)
        assert cache.get(Key()) is None
        assert not path.exists()
    cache.put(Key(), explanation())
    assert same(cache.get(Key()), explanation())


def test_a_pickle_is_never_opened(home: Home) -> None:
    cache = Cache(home, "weights")
    cache.put(Key(), explanation())
    with cache.path_of(Key()).open("wb") as file:
        np.savez(file, map=np.array([[object()]]), facts=np.zeros(1, np.uint8))
    assert cache.get(Key()) is None


def test_the_least_recently_used_are_forgotten(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnlab.explain.cache.LOOK_EVERY", 1)
    cache = Cache(home, "weights", most_bytes=40_000)
    keys = [Key(target=target) for target in range(20)]
    for age, key in enumerate(keys):
        cache.put(key, explanation(side=32))
        if cache.path_of(key).exists():
            os.utime(cache.path_of(key), (1e9 + age, 1e9 + age))
        assert cache.get(keys[0]) is not None, "it was used just now"
    kept = sum(path.stat().st_size for path in cache.folder.iterdir())
    assert 10_000 < kept <= 40_000 + 6_000
    assert cache.get(keys[1]) is None
    assert cache.get(keys[19]) is not None


def test_a_home_that_can_not_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = Cache(Home(tmp_path), "weights")
    cache.put(Key(), explanation())
    assert cache.get(Key()) is None


def _hammer(root: str, wrong: Any) -> None:
    cache = Cache(Home(Path(root)), "weights")
    for turn in range(60):
        key = Key(target=turn % 3)
        value = float(turn % 3)
        cache.put(key, explanation(value))
        found = cache.get(key)
        if found is not None and not same(found, explanation(value)):
            wrong.value += 1


@pytest.mark.slow
def test_several_processes_never_see_a_part_of_a_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    wrong = context.Value("i", 0)
    others = [context.Process(target=_hammer, args=(str(tmp_path), wrong)) for _ in range(2)]
    for one in others:
        one.start()
    for one in others:
        one.join()
    assert [one.exitcode for one in others] == [0, 0]
    assert wrong.value == 0
    assert not list((tmp_path / "cache" / "explanations").glob("*.tmp"))
