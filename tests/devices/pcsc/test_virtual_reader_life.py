"""The pcscd that we start: out of reach of the network, and gone with its last owner.

Each test has a /run of its own, so that no pcscd of anybody else plays a part.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOLD = """
import sys
from devices.pcsc.virtual import take_slot
slot = take_slot()
print(open("/run/pcscd/pcscd.pid").read().strip("\\0\\n "), flush=True)
sys.stdin.readline()
slot.close()
"""


LOSE = """
import os, signal
from devices.errors import DeviceError
from devices.pcsc.driver import PcscReader
from devices.pcsc.virtual import take_slot

def health(reader):
    try:
        return reader.health().code
    except DeviceError as error:
        return error.code

slot = take_slot()
reader = PcscReader(slot.reader)
print(health(reader), flush=True)
os.kill(int(open("/run/pcscd/pcscd.pid").read().strip("\\0\\n ")), signal.SIGKILL)
print(health(reader), flush=True)
print(health(reader), flush=True)
slot.close()
slot = take_slot()
print(health(reader), flush=True)
reader.close()
slot.close()
"""

WITHOUT_ROOT = """
from devices.errors import DeviceGone
from devices.pcsc.virtual import take_slot
try:
    take_slot()
except DeviceGone as error:
    print(error)
"""


@pytest.fixture
def own_run(tmp_path):
    """A process that keeps a mount namespace with an empty /run; yields its id."""
    keeper = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run && echo ready && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert keeper.stdout.readline() == b"ready\n"
    yield keeper.pid
    keeper.stdin.close()
    keeper.wait()
    keeper.stdout.close()


class Owner:
    """Another program that holds a slot of the virtual reader."""

    def __init__(self, own_run):
        enter = ["nsenter", f"--mount=/proc/{own_run}/ns/mnt", sys.executable, "-c", HOLD]
        self.process = subprocess.Popen(enter, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pcscd = int(self.process.stdout.readline())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def gone_in_time(pid):
    deadline = time.monotonic() + 60
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)  # until the condition above
    return not alive(pid)


def test_pcscd_ends_with_an_owner_that_is_killed(own_run):
    owner = Owner(own_run)
    assert alive(owner.pcscd)

    owner.kill()

    assert gone_in_time(owner.pcscd)


def test_two_owners_share_one_pcscd_and_the_last_one_ends_it(own_run):
    first, second = Owner(own_run), Owner(own_run)

    assert first.pcscd == second.pcscd
    first.kill()
    assert alive(second.pcscd)
    second.close()

    assert gone_in_time(second.pcscd)


def test_a_new_owner_after_the_last_one_starts_a_new_pcscd(own_run):
    first = Owner(own_run)
    first.close()
    second = Owner(own_run)

    assert alive(second.pcscd)
    second.close()
    assert gone_in_time(second.pcscd)


def test_the_virtual_reader_listens_in_a_network_of_its_own(own_run):
    owner = Owner(own_run)

    theirs = Path(f"/proc/{owner.pcscd}/ns/net").readlink()

    assert theirs != Path("/proc/self/ns/net").readlink()
    owner.close()


def test_pcscd_ends_when_its_keeper_is_killed(own_run):
    owner = Owner(own_run)
    keeper = int(Path(f"/proc/{owner.pcscd}/stat").read_text().split()[3])

    os.kill(keeper, signal.SIGKILL)

    assert gone_in_time(owner.pcscd)
    owner.close()


def inside(own_run, *command):
    enter = ["nsenter", f"--mount=/proc/{own_run}/ns/mnt", *command]
    return subprocess.run(enter, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_reader_whose_pcscd_died_is_gone_and_works_with_the_next_pcscd(own_run):
    seen = inside(own_run, sys.executable, "-c", LOSE).split()

    assert seen == ["ready", "device_gone", "device_gone", "ready"]


def test_without_root_it_says_what_is_needed(own_run):
    nobody = ["setpriv", "--reuid=65534", "--clear-groups", "--no-new-privs"]

    said = inside(own_run, *nobody, sys.executable, "-c", WITHOUT_ROOT)

    assert "vsmartcard-vpcd" in said
    assert "root" in said
