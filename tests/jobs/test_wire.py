from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.jobs import wire


def echo(message: wire.Message) -> wire.Message:
    return {"heard": message}


@pytest.mark.parametrize("unix", [True, False])
def test_a_question_is_answered(home: Home, unix: bool) -> None:
    listener = wire.Listener(home, echo, unix=unix)
    assert wire.ask(home, {"command": "x"}, seconds=5) == {"heard": {"command": "x"}}
    listener.close()
    assert wire.ask(home, {"command": "x"}, seconds=5) is None


def test_nobody_there(home: Home) -> None:
    assert wire.ask(home, {}, seconds=1) is None


@pytest.mark.parametrize("depth", [0, 40])
def test_a_home_with_a_long_path_gets_a_short_socket(tmp_path: Path, depth: int) -> None:
    home = Home(tmp_path.joinpath(*["deep"] * depth)).ensure()
    listener = wire.Listener(home, echo)
    card = json.loads((home.jobs / "supervisor.json").read_text())
    assert len(card["address"]) <= wire.UNIX_PATH_LIMIT
    assert wire.ask(home, {}, seconds=5) == {"heard": {}}
    listener.close()
    assert not Path(card["address"]).exists()


@pytest.mark.parametrize("unix", [True, False])
def test_who_does_not_know_the_token_is_not_heard(home: Home, unix: bool) -> None:
    heard: list[wire.Message] = []

    def listen(message: wire.Message) -> wire.Message:
        heard.append(message)
        return {}

    listener = wire.Listener(home, listen, unix=unix)
    path = home.jobs / "supervisor.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "token": "guessed"}))
    assert wire.ask(home, {"command": "shutdown"}, seconds=5) is None
    path.write_text(json.dumps(card))
    assert wire.ask(home, {"command": "look"}, seconds=5) == {}
    assert heard == [{"command": "look"}]
    listener.close()


@pytest.mark.parametrize("nonsense", [b"\n", b"[]\n", b"{\n", b"\xff\xfe\n", b"1\n", b'{"token": 3}\n', b""])
def test_nonsense_does_not_end_the_listener(home: Home, nonsense: bytes) -> None:
    listener = wire.Listener(home, echo)
    address = json.loads((home.jobs / "supervisor.json").read_text())["address"]
    with wire._connect(address, 5) as connection:
        connection.sendall(nonsense)
    assert wire.ask(home, {}, seconds=5) == {"heard": {}}
    listener.close()


def test_a_client_that_says_nothing_holds_up_the_others_only_for_a_moment(home: Home) -> None:
    listener = wire.Listener(home, echo)
    address = json.loads((home.jobs / "supervisor.json").read_text())["address"]
    with wire._connect(address, 5):
        assert wire.ask(home, {}, seconds=10) == {"heard": {}}
    listener.close()


def test_a_killed_listener_leaves_a_socket_that_the_next_replaces(home: Home) -> None:
    first = wire.Listener(home, echo)
    second = wire.Listener(home, lambda _: {"second": True})  # as after a kill: the file of the first is still there
    assert wire.ask(home, {}, seconds=5) == {"second": True}
    second.close()
    first.close()
