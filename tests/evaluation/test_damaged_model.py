"""Weights and their card that are not what was written are said in a sentence."""

from __future__ import annotations

import pytest

from cnnlab.errors import RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from tests.evaluation.made_weights import untrained


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": 3, "outputs": []}'])
def test_a_damaged_card_names_its_file(home: Home, text: str) -> None:
    folder = untrained(home).folder
    (folder / "model.json").write_text(text, "utf-8")
    with pytest.raises(RunError) as caught:
        Card.read(folder)
    assert (caught.value.problem.code, caught.value.problem.field) == ("journal_damaged", "model.json")
    assert caught.value.problem.params["value"] == folder.name


def test_weights_without_their_checksum_are_not_believed(home: Home) -> None:
    folder = untrained(home).folder
    (folder / "checkpoints" / "best.safetensors.sha256").unlink()
    with pytest.raises(RunError) as caught:
        load_trained(folder)
    assert caught.value.problem.code == "model_broken"
