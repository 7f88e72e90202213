"""``compare`` on request: baseline, groups, Pareto front, a table and a report in files."""

from __future__ import annotations

import csv
import html.parser
import json
from pathlib import Path

import pytest

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.i18n import translate
from tests.pages import made_runs
from tests.runs.test_comparison import answered, with_result

HOSTILE = "<img src=x onerror=alert(1)>**b** & 'c'"


def ids_of(home: Home) -> list[str]:
    made = [answered(home, HOSTILE, 0), answered(home, "poor", 30, **{"training.batch_size": 32})]
    return [one.run_id for one in made] + [made_runs.failed(home, "broken").run_id]


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


def test_baseline_groups_and_front(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    ids = ids_of(home)
    asked = ["--baseline", ids[0], "--by", "training.batch_size", "--cost", "parameters"]
    assert main(["compare", *ids, *asked, "--json"]) == 0
    said = answer(capsys)
    accuracy = next(one for one in said["baseline"] if one["column"] == "test_accuracy")
    assert (accuracy["place"], accuracy["difference"], accuracy["real"]) == (ids[1], pytest.approx(-0.5), True)
    assert said["front"] == [ids[0]]
    assert [(group["value"], group["places"]) for group in said["groups"]] == [(32, [ids[1]]), (64, [ids[0]])]
    assert said["columns"]["parameters"] == {ids[0]: 61706, ids[1]: 61706, ids[2]: None}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_same_in_words(
    home: Home, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", lang)
    ids = ids_of(home)
    asked = ["--baseline", ids[1], "--by", "training.batch_size", "--cost", "train_seconds"]
    assert main(["compare", *ids, *asked]) == 0
    said = capsys.readouterr().out
    assert translate("compare.delta.said", lang, name="poor") in said
    assert translate("compare.group.note", lang) in said
    assert translate("compare.pairs.real", lang) in said


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["--baseline", "0" * 32], "compare_no_baseline"),
        (["--by", "training.batch"], "compare_unknown_column"),
        (["--cost", "data.dataset"], "compare_no_number"),
        (["--out", "report.pdf"], "unknown_ending"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    home: Home, asked: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *ids_of(home), *asked]) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert translate(f"error.{code}", "en").partition("{known}")[0].rpartition("}")[2].strip() in said


def test_a_table(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "runs.csv"
    assert main(["compare", *ids_of(home), "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [row["test_accuracy"] for row in rows] == ["1.0", "0.5", ""]
    assert [row["training.batch_size"] for row in rows] == ["64", "32", "64"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_report_that_needs_nothing_else(
    home: Home, tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", lang)
    out, ids = tmp_path / "report.html", ids_of(home)
    asked = ["--baseline", ids[0], "--by", "training.batch_size"]
    assert main(["compare", *ids, *asked, "--out", str(out)]) == 0
    written = out.read_text("utf-8")
    found = _Tags()
    found.feed(written)
    assert not {"script", "img", "link", "iframe", "a"} & set(found.tags)
    assert "http" not in written.replace("http://www.w3.org/", "")  # the names of what SVG is written in
    assert found.open == []
    assert {"svg", "table", "bdi"} <= set(found.tags)
    for key in ("results", "curves", "settings", "groups", "baseline", "again"):
        assert translate(f"compare.report.{key}", lang) in written
    assert "&lt;img src=x onerror=alert(1)&gt;&#42;&#42;b&#42;&#42;" in written


def test_a_report_of_runs_that_say_nothing_yet(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    ids = [made_runs.queued(home, "a").run_id, made_runs.queued(home, "b").run_id]
    assert main(["compare", *ids, "--out", str(out)]) == 0
    assert translate("compare.verdict.untested", "en") in out.read_text("utf-8")
    single = [with_result(home, name, 0.9).run_id for name in ("c", "d")]  # equal in everything
    assert main(["compare", *single, "--out", str(out)]) == 0


class _Tags(html.parser.HTMLParser):
    """Names of all elements, and those that are still open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
