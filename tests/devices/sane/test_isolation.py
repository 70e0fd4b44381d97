"""A driver in a child process: limits, cancelling, crashes and the parent's death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices import errors
from devices.isolation import IsolatedDevice

_TARGET = """
import ctypes, os, signal, threading
from devices import errors

class OwnError(errors.Jammed):
    pass

class Toy:
    def __init__(self, channel, colour):
        if colour == "broken":
            raise errors.DeviceBusy("held by another program")
        self.channel, self.colour, self.stop = channel, colour, threading.Event()
    def tell(self): return self.colour, os.getpid()
    def refuse(self): raise errors.DeviceRefused("no", reason="black")
    def own(self): raise OwnError("paper")
    def foreign(self): raise KeyError("secret")
    def crash(self): os.kill(os.getpid(), signal.SIGSEGV)
    def hang_with_the_lock(self): ctypes.PyDLL(None).sleep(60)
    def until_cancelled(self):
        self.channel.cancelled.wait(60)
        return "stopped"
    def count(self):
        for n in range(1, 1001):
            self.channel.progress(n, 1000)
        return "counted"
    def environment(self): return os.environ.get("TOY")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "toy_target.py").write_text(_TARGET)
    monkeypatch.syspath_prepend(str(tmp_path))  # the toy is imported by name, as a driver is
    return tmp_path


@pytest.fixture
def device(folder: Path) -> Iterator[IsolatedDevice]:
    device = IsolatedDevice(
        "toy_target:Toy", "red", address="toy:1", open_limit_s=30, environment={"TOY": "yes"}
    )
    yield device
    device.end()


def test_a_call_runs_in_another_process(device: IsolatedDevice) -> None:
    told = device.call("tell", limit_s=30)

    assert told == ("red", device.child_pid)
    assert device.child_pid != os.getpid()
    assert device.call("environment", limit_s=30) == "yes"


def test_errors_cross_by_type_with_their_reason_and_address(device: IsolatedDevice) -> None:
    with pytest.raises(errors.DeviceRefused) as refused:
        device.call("refuse", limit_s=30)
    with pytest.raises(errors.Jammed):
        device.call("own", limit_s=30)

    assert (refused.value.reason, refused.value.address) == ("black", "toy:1")


def test_a_foreign_error_keeps_its_text_in_the_child(device: IsolatedDevice) -> None:
    with pytest.raises(errors.DeviceProtocolError) as told:
        device.call("foreign", limit_s=30)

    assert "KeyError" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_device_that_does_not_open_says_why(folder: Path) -> None:
    device = IsolatedDevice("toy_target:Toy", "broken", address="toy:1", open_limit_s=30)

    with pytest.raises(errors.DeviceBusy, match="another program"):
        device.open()

    assert device.child_pid is None


def test_a_crash_is_a_lost_device_and_the_next_call_has_a_fresh_child(
    device: IsolatedDevice,
) -> None:
    device.open()
    first = device.child_pid

    with pytest.raises(errors.DeviceGone, match="SIGSEGV"):
        device.call("crash", limit_s=30)

    assert device.call("tell", limit_s=30) == ("red", device.child_pid)
    assert device.child_pid != first


def test_a_child_that_was_killed_between_calls_is_replaced(device: IsolatedDevice) -> None:
    device.open()
    assert device.child_pid
    os.kill(device.child_pid, signal.SIGKILL)
    os.waitid(os.P_PID, device.child_pid, os.WEXITED | os.WNOWAIT)

    assert device.call("tell", limit_s=30) == ("red", device.child_pid)


def test_a_blocked_library_is_killed_at_the_limit(device: IsolatedDevice) -> None:
    device.open()
    started = time.monotonic()

    with pytest.raises(errors.DeviceSilent):
        device.call("hang_with_the_lock", limit_s=0.3)

    assert time.monotonic() - started < 60
    assert device.call("tell", limit_s=30) == ("red", device.child_pid)


def test_a_cancelled_call_answers_by_itself(device: IsolatedDevice) -> None:
    assert device.call("until_cancelled", limit_s=60, cancelled=lambda: True) == "stopped"


def test_an_answer_after_the_limit_is_not_taken_for_that_of_the_next_call(
    device: IsolatedDevice,
) -> None:
    device.open()
    with pytest.raises(errors.DeviceSilent):
        device.call("until_cancelled", limit_s=0.2)

    assert device.call("environment", limit_s=30) == "yes"


def test_progress_is_thinned_but_its_last_message_always_comes(device: IsolatedDevice) -> None:
    seen: list[int] = []

    assert device.call("count", limit_s=30, progress=lambda done, _: seen.append(done)) == "counted"

    assert seen[-1] == 1000
    assert len(seen) < 1000


def test_a_caller_that_breaks_off_leaves_no_stale_answer(device: IsolatedDevice) -> None:
    def give_up(_done: int, _total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        device.call("count", limit_s=30, progress=give_up)

    assert device.call("environment", limit_s=30) == "yes"


def test_the_child_dies_with_its_parent_even_inside_a_c_call(folder: Path) -> None:
    program = textwrap.dedent("""
        import threading, time
        from devices.isolation import IsolatedDevice
        device = IsolatedDevice("toy_target:Toy", "red", address="toy:1", open_limit_s=30)
        device.open()
        print(device.child_pid, flush=True)
        device.call("hang_with_the_lock", limit_s=60)
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    watched = os.pidfd_open(child)
    parent.kill()
    parent.communicate()

    assert _ended_within(watched, 60)
    os.close(watched)


def _ended_within(pidfd: int, limit_s: float) -> bool:
    import select

    return bool(select.select([pidfd], [], [], limit_s)[0])
