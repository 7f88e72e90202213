from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home
from cnnlab.jobs import slots

HOLDER = """
import sys, time
from pathlib import Path
from cnnlab.home import Home
from cnnlab.jobs import slots
with slots.hold(Home(Path(sys.argv[1])), wait=True):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(home: Home):
    """Another process that holds a slot."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_a_slot_is_taken_and_given_back(home: Home) -> None:
    assert slots.free_slots(home) == 1
    with slots.hold(home, wait=False) as held:
        assert held
        assert slots.free_slots(home) == 0
    assert slots.free_slots(home) == 1


def test_who_holds_a_slot_may_take_it_again(home: Home) -> None:
    with slots.hold(home, wait=False), slots.hold(home, wait=False) as held:
        assert held
    assert slots.free_slots(home) == 1


def test_a_taken_slot_is_refused_with_its_holder_known(home: Home, holder: subprocess.Popen[bytes]) -> None:
    assert slots.holders(home) == [holder.pid]
    with pytest.raises(RunError) as caught, slots.hold(home, wait=False):
        pass
    assert caught.value.problem.code == "slots_busy"
    assert "CNNLAB_SLOTS" in caught.value.message("es")


def test_the_slot_of_a_killed_process_is_free(home: Home, holder: subprocess.Popen[bytes]) -> None:
    threading.Timer(0.3, holder.kill).start()
    started = time.monotonic()
    with slots.hold(home, wait=True) as held:
        assert held
    assert 0.2 < time.monotonic() - started < 5


def test_waiting_can_be_given_up(home: Home, holder: subprocess.Popen[bytes]) -> None:
    asked = iter([False, False, True])
    with slots.hold(home, wait=True, give_up=lambda: next(asked)) as held:
        assert not held


def test_more_slots_by_configuration(
    home: Home, holder: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_SLOTS", "3")
    assert slots.free_slots(home) == 2
    with slots.hold(home, wait=False):
        assert slots.free_slots(home) == 1


@pytest.mark.parametrize(
    ("value", "code"),
    [("two", "not_a_whole_number"), ("-1", "not_a_whole_number"), ("0", "too_small"), ("65", "too_large")],
)
def test_a_number_of_slots_that_can_not_be(value: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_SLOTS", value)
    with pytest.raises(LabError) as caught:
        slots.count()
    assert (caught.value.problem.code, caught.value.problem.field) == (code, "CNNLAB_SLOTS")
