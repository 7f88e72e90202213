"""``figure``: every figure as a file, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.plots.named import FIGURES, OF_SEVERAL
from tests.cli.commands import command
from tests.evaluation.made_weights import half_right, untrained

TO_MEASURE = ("robustness", "shifts", "more_data")


@pytest.fixture
def ids(home: Home) -> list[str]:
    made = [untrained(home), untrained(home, **{"training.batch_size": 32})]
    for journal in made:
        half_right(journal, home)
        last = {"epoch": 2, "train_loss": 1.0, "val_loss": 1.0, "val_accuracy": 0.5, "seconds": 1.0, "best": True}
        journal.append_epoch({"time": 0.0, **last})
    return [journal.run_id for journal in made]


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_every_figure_is_written(ids: list[str], tmp_path: Path, ending: str) -> None:
    for name in FIGURES:
        if name in TO_MEASURE:
            continue
        out, runs = tmp_path / f"{name}.{ending}", ids if name in OF_SEVERAL else ids[:1]
        more = ("--by", "brightness") if name == "groups" else ()
        done = command("figure", name, *runs, "--out", out, *more, "--json")
        assert done.status == 0, (name, done.err)
        assert done.values == {"figure": name, "runs": runs, "out": str(out)}
        assert out.read_bytes()[:4] == (b"<?xm" if ending == "svg" else b"\x89PNG")


def test_what_has_to_be_measured_says_how(ids: list[str], tmp_path: Path) -> None:
    for name in TO_MEASURE:
        done = command("figure", name, ids[0], "--out", tmp_path / "a.svg")
        assert done.status == 2
        assert "python -m cnnlab" in done.err


def test_what_was_measured_is_drawn(ids: list[str], tmp_path: Path) -> None:
    assert command("robustness", ids[0], "--images", 20, "--shifts").status == 0
    for name in ("robustness", "shifts"):
        out = tmp_path / f"{name}.svg"
        assert command("figure", name, ids[0], "--images", 20, "--out", out).status == 0
        assert b"<svg" in out.read_bytes()


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_asked_wrongly_is_one_line(
    ids: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    out = tmp_path / "a.svg"
    for arguments in (
        ("pie", ids[0], "--out", out),
        ("confusion", *ids, "--out", out),
        ("confusion", ids[0], "--out", tmp_path / "a.pdf"),
        ("confusion", ids[0], "--out", ""),
        ("confusion", ids[0], "--out", tmp_path / "none" / "a.svg"),
        ("confusion", ids[0], "--split", "holdout", "--out", out),
        ("roc", ids[0], "--class", "cat", "--out", out),
        ("groups", ids[0], "--out", out),
        ("groups", ids[0], "--by", "colour", "--out", out),
        ("curves", ids[0], "--metric", "speed", "--out", out),
        ("scatter", *ids, "--metric", "nothing", "--out", out),
        ("space", ids[0], "--colour", "pink", "--out", out),
        ("confusion", "0" * 32, "--out", out),
    ):
        done = command("figure", *arguments)
        assert done.status == 2, arguments
        assert len(done.err.strip().splitlines()) == 1, done.err
    assert not out.exists()
