"""The laboratory: what its networks differ in, and what is measured on images whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlab import worker
from cnnlab.errors import LabError
from cnnlab.explain.laboratory import store as laboratory_store
from cnnlab.explain.laboratory import words as laboratory_words
from cnnlab.explain.laboratory.findings import CONTROLS, Bench, Findings, enclosed
from cnnlab.explain.laboratory.setup import ARMS, VARIANTS, Pair, Setup
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES
from cnnlab.jobs import laboratory as jobs
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

TINY = {"samples": 240, "epochs": 1}
NAMES = {arm: f"lab {arm}" for arm in ARMS}


def _train(setup: Setup, home: Home) -> Pair:
    runs: dict[str, str] = {}
    for arm, experiment in jobs.named(setup, NAMES).items():
        journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
        assert worker.run(journal, 1, home) is RunState.FINISHED
        runs[arm] = journal.run_id
        jobs.note(setup, home, runs)
    return Pair(**runs)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, tuple[Setup, Pair]]]]:
    """Two variants, trained for an epoch: they know nothing, but everything can be measured."""
    home = Home(tmp_path_factory.mktemp("laboratory") / "home").ensure()
    setups = {name: Setup(variant=name, **TINY) for name in ("shortcut", "texture")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLAB_HOME", str(home.root))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield home, {name: (setup, _train(setup, home)) for name, setup in setups.items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_networks_differ_in_the_cue_alone(variant: str) -> None:
    honest, cheating = Setup(variant=variant, seed=3).experiments().values()
    differing = {key for key, value in honest.flat().items() if cheating.flat()[key] != value}
    assert differing <= {"data.options.cue_share", "data.options.cue_elsewhere"}
    assert differing
    assert honest.data.options["seed"] == honest.training.seed == 3
    if variant != "texture":
        assert honest.data.options["cue_share"] == honest.data.options["cue_elsewhere"]


def test_each_setup_has_a_key_of_its_own() -> None:
    setups = [Setup(), Setup(seed=1), Setup(share=0.9), Setup(variant="texture"), Setup(epochs=3), Setup(samples=900)]
    assert len({setup.key for setup in setups}) == len(setups)
    assert Setup().key == Setup().key


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"variant": "trick"}, "unknown_variant"),
        ({"samples": 10}, "too_small"),
        ({"share": 1.2}, "share_out_of_range"),
        ({"epochs": 0}, "too_small"),
        ({"seed": -1}, "too_small"),
    ],
)
def test_a_bad_setup_is_refused_with_its_reason(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(LabError) as raised:
        Setup(**changes).experiments()
    assert raised.value.problems[0].code == code


def test_a_hole_belongs_to_the_object() -> None:
    ring = np.zeros((1, 7, 7), bool)
    ring[0, 1:6, 1:6] = True
    ring[0, 2:5, 2:5] = False
    open_ring = ring.copy()
    open_ring[0, 1, 3] = False
    filled = enclosed(np.concatenate([ring, open_ring]))
    assert filled[0].sum() == 25
    assert (filled[1] == open_ring[0]).all()
    whole = np.ones((1, 4, 4), bool)
    assert enclosed(whole).all()
    assert not enclosed(~whole).any()


def test_a_map_of_the_truth_is_perfect_and_one_of_the_cue_misses(home: Home) -> None:
    bench = Bench(Setup(samples=240), home, 20)
    truth = bench.measured(list(bench.drawn_objects.astype(np.float32)))
    assert (truth["pointing"].mean, truth["energy_object"].mean, truth["energy_cue"].mean) == (1.0, 1.0, 0.0)
    cue = bench.measured(list(bench.cues.astype(np.float32)))
    assert cue["energy_cue"].mean == 1.0
    assert cue["energy_object"].mean == 0.0
    assert cue["pointing"].mean is not None
    assert cue["pointing"].mean < 0.2
    assert bench.cues.any((1, 2)).all()


def test_images_must_be_in_the_test_split(home: Home) -> None:
    for images in (0, 1000):
        with pytest.raises(LabError):
            Bench(Setup(samples=240), home, images)


@pytest.mark.parametrize("variant", ["shortcut", "texture"])
def test_all_is_measured_kept_and_said(trained: tuple[Home, dict[str, tuple[Setup, Pair]]], variant: str) -> None:
    home, pairs = trained
    setup, pair = pairs[variant]
    assert jobs.find(setup, home) == pair
    assert set(jobs.usable(setup, home)) == set(ARMS)
    assert laboratory_store.known(setup, pair, home, 8) is None
    told: list[tuple[str, int, int]] = []
    found = laboratory_store.compute(
        setup, pair, home, images=8, methods=["saliency"], progress=lambda *said: told.append(said)
    )
    assert found.methods == ["saliency"]
    assert set(found.rows["honest"]) == {"saliency", *CONTROLS}
    assert all(0.0 <= share <= 1.0 for arm in ARMS for share in found.answers[arm].values())
    assert ("progress.laboratory", 0, 6) in told
    assert laboratory_store.known(setup, pair, home, 8) == found
    more = laboratory_store.compute(setup, pair, home, images=8, methods=["grad_cam"])
    assert set(more.methods) == {"saliency", "grad_cam"}
    assert more.rows["honest"]["saliency"] == found.rows["honest"]["saliency"]
    for language in LANGUAGES:
        assert len(laboratory_words.sentences(more, language)) == (3 if variant == "texture" else 4)
    assert (more.cue_ratio("saliency") is None) == (variant == "texture")


def test_who_ends_it_gets_no_further_and_keeps_what_was_done(
    trained: tuple[Home, dict[str, tuple[Setup, Pair]]],
) -> None:
    home, pairs = trained
    setup, pair = pairs["shortcut"]

    def listener(phase: str, done: int, _total: int) -> None:
        if phase == "progress.laboratory" and done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        laboratory_store.compute(setup, pair, home, images=6, methods=["saliency", "grad_cam"], progress=listener)
    kept = laboratory_store.known(setup, pair, home, 6)
    assert kept is not None
    assert kept.methods == ["saliency"]


def test_damaged_findings_are_measured_anew(trained: tuple[Home, dict[str, tuple[Setup, Pair]]]) -> None:
    home, pairs = trained
    setup, pair = pairs["shortcut"]
    laboratory_store.compute(setup, pair, home, images=5, methods=["saliency"])
    newest = max((home.cache / "laboratory").glob("findings-*.json"), key=lambda path: path.stat().st_mtime_ns)
    for content in ("", "{", "[]", '{"rows": 3}', '{"rows": {"honest": {"saliency": {}}, "cheating": {}}}'):
        newest.write_text(content)
        assert laboratory_store.known(setup, pair, home, 5) is None
    assert laboratory_store.compute(setup, pair, home, images=5, methods=["saliency"]).methods == ["saliency"]


def test_few_findings_are_kept(
    trained: tuple[Home, dict[str, tuple[Setup, Pair]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, pairs = trained
    setup, pair = pairs["shortcut"]
    monkeypatch.setattr(laboratory_store, "KEPT", 2)
    for images in (2, 3, 4):
        laboratory_store.compute(setup, pair, home, images=images, methods=["saliency"])
    kept: list[Path] = list((home.cache / "laboratory").glob("findings-*.json"))
    assert len(kept) == 2


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_maps_tell_the_cheating_network_from_the_honest_one(home: Home, variant: str) -> None:
    """The bars of the laboratory at its defaults."""
    setup = Setup(variant=variant)
    pair = _train(setup, home)
    found: Findings = laboratory_store.compute(setup, pair, home, images=150, methods=["grad_cam", "saliency"])
    honest, cheating = (found.answers[arm] for arm in ARMS)
    assert honest["own"] > 0.97
    assert cheating["own"] > 0.97
    pointing = {name: found.mean("honest", name, "pointing") or 0.0 for name in ("grad_cam", *CONTROLS)}
    assert pointing["random"] < 0.4
    if variant == "texture":
        assert honest["shape"] > 0.9
        assert cheating["texture"] > 0.8
        return
    assert pointing["grad_cam"] >= 0.9
    assert honest["class_without"] > 0.97
    assert cheating["class_without"] < honest["class_without"] - 0.05
    assert cheating["fooled"] > honest["fooled"] + 0.2
    assert (found.cue_ratio("grad_cam") or 0.0) >= 5.0
    if variant == "shortcut":
        assert pointing["edges"] < 0.2
        assert (found.cue_ratio("saliency") or 0.0) >= 5.0
