"""``explainers``: what each method costs and which networks it suits; and that ``explain`` says how far it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnlab.cli import main
from cnnlab.cli.progress import ProgressBar
from cnnlab.explain import needs
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES, translate
from cnnlab.registry import registry


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_says_cost_and_needs_in_words(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    assert main(["explainers"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert translate("cli.column.needs", language) in header
    assert [line.split()[0] for line in lines] == list(registry("explainer"))
    for line, entry in zip(lines, registry("explainer").values(), strict=True):
        assert entry.text("title", language) in line
        assert translate(f"explain_page.cost.{entry.facts['cost']}", language) in line
        for need in entry.facts.get("needs", ["any"]):
            assert translate(f"explainer_need.{need}", language) in line


def test_scripts_get_the_facts_themselves(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explainers", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out.splitlines()[-1])["explainers"]}
    assert rows["attention_rollout"]["needs"] == ["attention"]
    assert rows["attention_rollout"]["class_free"] is True
    assert rows["kernel_shap"]["cost"] == "minute"
    assert {need for row in rows.values() for need in row.get("needs", ())} <= needs.CHECKS.keys()


@pytest.mark.slow
def test_explain_says_how_far_a_slow_method_is(
    run: str, trained: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []
    monkeypatch.setattr(ProgressBar, "__call__", lambda _, key, done, total: told.append((key, done, total)))
    arguments = ["explain", run, "--index", "0", "--method", "occlusion", "--out", str(tmp_path / "panel.png")]
    assert main([*arguments, "--set", "stride=0.04", "--no-scorecard"]) == 0  # grading has a progress of its own
    assert {key for key, _, _ in told} == {"progress.explaining"}
    done = [each for _, each, _ in told]
    assert done == sorted(done)
    assert told[-1][1] == told[-1][2]
    assert len(set(done)) > 2
