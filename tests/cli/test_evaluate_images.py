"""``evaluate --images``: the images that the page shows behind a number."""

from __future__ import annotations

import json

import pytest

from cnnlab.cli import main
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.picks import parse, places
from cnnlab.home import Home
from tests.evaluation.made_weights import half_right, untrained


def test_they_are_those_of_the_page(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run = untrained(home)
    half_right(run, home)
    found = judged(run, home)
    expected = places(found, parse("class-3", 10)).tolist()
    assert main(["evaluate", run.run_id, "--images", "class-3", "--limit", "4", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["behind"]
    assert said["found"] == len(expected)
    assert [one["index"] for one in said["images"]] == expected[:4]
    assert said["images"][0]["label"] == "3"
    assert main(["evaluate", run.run_id, "--images", "losses"]) == 0
    table = capsys.readouterr().out
    assert found.files[places(found, parse("losses", 10))[0]] in table
    assert main(["evaluate", run.run_id, "--images", "class-12"]) == 2
    assert "class-12" in capsys.readouterr().err
    assert main(["evaluate", run.run_id, "--images", "unsure", "--limit", "0"]) == 2
