"""``mistakes`` and ``review``: cards, files, reviews, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from tests.cli.commands import LANGUAGES, command, said
from tests.evaluation.made_weights import half_right, untrained
from tests.pages import made_runs


@pytest.fixture
def run(home: Home) -> Journal:
    journal = untrained(home)
    half_right(journal, home)
    return journal


def test_cards_of_every_kind(run: Journal) -> None:
    done = command("mistakes", run.run_id, "--limit", 7, "--json")
    assert (done.status, done.err) == (0, "")
    values = done.values
    assert (values["kind"], values["test_images"], len(values["cards"])) == ("mistakes", 270, 7)
    assert values["found"] == values["mistakes"] > 100
    sure = [card["p_predicted"] for card in values["cards"]]
    assert sure == sorted(sure, reverse=True)
    assert all(card["true"] != card["predicted"] for card in values["cards"])
    for kind in ("unsure", "controls", "labels"):
        found = command("mistakes", run.run_id, "--kind", kind, "--json").values
        assert all((card["true"] == card["predicted"]) == (kind != "labels") for card in found["cards"])
    right = command("mistakes", run.run_id, "--kind", "controls", "--json").values["cards"]
    wrong = {card["index"]: card for card in command("mistakes", run.run_id, "--limit", 999, "--json").values["cards"]}
    assert right
    assert all(wrong[card["control_of"]]["true"] == card["true"] for card in right)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_in_the_reader_s_language(run: Journal, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    lines = command("mistakes", run.run_id, "--limit", 3).out.splitlines()
    assert translate("cli.mistakes.column.predicted", language) in lines[-4]
    assert len(lines) >= 5
    one = command("mistakes", run.run_id, "--true-class", "3", "--predicted-class", "3", "--limit", 3)
    assert one.out.splitlines()[-1] == translate("cli.mistakes.nothing", language, known="unsure, controls, labels")


@pytest.mark.parametrize("language", LANGUAGES)
def test_files(run: Journal, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    table, page = tmp_path / "cards.csv", tmp_path / "cards.html"
    assert command("mistakes", run.run_id, "--out", table).status == 0
    with table.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 20
    done = command("mistakes", run.run_id, "--limit", 2, "--out", page, "--method", "saliency", "--json")
    assert done.status == 0
    text = page.read_text("utf-8")
    assert translate("mistakes.report.title", language) in text.replace("&#x27;", "'")
    assert text.count("<section>") == 2
    near = translate("mistakes.nearest", language, label="@").partition("@")[0].strip()
    assert 2 <= text.count(near) <= 4  # of the predicted and of the true class
    assert f"python -m cnnlab mistakes {run.run_id}" in text


def test_an_image_of_any_split_is_tagged_listed_and_untagged(run: Journal) -> None:
    tagged = ("review", run.run_id, 2, "--split", "validation", "--tag", "room=3", "--tag", "checked")
    assert command(*tagged, "--json").values["tags"] == ["checked", "room=3"]
    assert command("review", run.run_id, 5, "--note", "see 2").status == 0
    listed = command("review", run.run_id, "--list", "--json").values["images"]
    assert [(one["split"], one["index"], one["tags"]) for one in listed] == [
        ("test", 5, []),
        ("validation", 2, ["checked", "room=3"]),
    ]
    assert "checked, room=3" in command("review", run.run_id, "--list").out
    images = command("evaluate", run.run_id, "--split", "validation", "--images", "losses", "--limit", 500, "--json")
    said = {one["index"]: one["review"] for one in images.values["behind"]["images"] if one["review"]}
    assert said == {2: {"state": None, "note": "", "tags": ["checked", "room=3"]}}
    untagged = ("review", run.run_id, 2, "--split", "validation", "--untag", "room")
    assert command(*untagged, "--json").values["tags"] == ["checked"]
    assert command(*untagged).status == 2
    assert command("review", run.run_id, 2, "--split", "validation", "--tag", "a/b").status == 2
    assert command("review", run.run_id, 100_000, "--split", "train", "--tag", "a").status == 2


def test_a_review_is_kept_shown_filtered_and_taken_back(run: Journal) -> None:
    done = command("review", run.run_id, 5, "--state", "ambiguous", "--note", "<b>4 or 9?</b>", "--json")
    assert (done.status, done.err) == (0, "")
    assert done.values["in_mlflow"] is False  # the run was never published: it waits
    assert (done.values["state"], done.values["note"]) == ("ambiguous", "<b>4 or 9?</b>")
    assert command("review", run.run_id, 5, "--state", "label_wrong", "--json").values["note"] == "<b>4 or 9?</b>"
    found = command("mistakes", run.run_id, "--state", "label_wrong", "--limit", 999, "--json").values["cards"]
    assert [(card["index"], card["note"]) for card in found] == [(5, "<b>4 or 9?</b>")]
    assert command("review", run.run_id, "--undo", "--json").values["state"] == "ambiguous"
    assert command("review", run.run_id, 5, "--state", "none", "--note", "", "--json").values["state"] is None
    assert reviews.reviews(run) == {}
    assert command("review", run.run_id, "--undo").status == 0
    nothing = command("review", run.run_id, "--undo")
    assert (nothing.status, nothing.out.strip()) == (0, translate("cli.review.nothing", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("mistakes", "--kind", "wrong"), ("--kind", "wrong")),
        (("mistakes", "--limit", "0"), ("--limit", "0")),
        (("mistakes", "--true-class", "eleven"), ("--true-class", "eleven")),
        (("mistakes", "--predicted-class", "10"), ("--predicted-class", "10")),
        (("mistakes", "--state", "odd"), ("--state", "odd")),
        (("mistakes", "--out", "cards.txt"), ("--out", "cards.txt")),
        (("mistakes", "--out", "absent/cards.csv"), ("--out", "absent/cards.csv")),
        (("mistakes", "--out", "x.html", "--method", "occlusion"), ("--method", "occlusion")),
        (("mistakes", "--out", "x.html", "--method", "nothing"), ("--method", "nothing")),
        (("review", "270", "--state", "unsure"), ("270", "269")),
        (("review", "3", "--state", "odd"), ("--state", "odd")),
        (("review", "3"), ("--state",)),
        (("review", "--state", "unsure"), ("INDEX",)),
    ],
)
def test_what_is_refused_is_one_line(
    run: Journal,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    monkeypatch.chdir(tmp_path)
    said(command(arguments[0], run.run_id, *arguments[1:]), *parts, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_trains_keeps_its_test_split_untouched(
    home: Home, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    running = made_runs.running(home)
    for arguments in (("mistakes", running.run_id), ("review", running.run_id, 3, "--state", "unsure")):
        done = command(*arguments)
        assert done.status == 2
        assert len(done.err.strip().splitlines()) == 1
    assert reviews.reviews(running) == {}
