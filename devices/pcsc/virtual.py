"""The virtual PC/SC reader: a pcscd with vpcd, and slots of it that a card of ours may take.

A pcscd that runs already is used. Else one is started in a network namespace of its own, because
vpcd listens on all addresses; its clients reach it all the same, through its unix socket. It is
shared by every program that holds a slot and ends with the last of them, even a killed one: the
lease is a file lock, which the kernel returns.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.errors import DeviceBusy, DeviceGone
from devices.pcsc.driver import PcscReader, list_readers
from devices.pcsc.keeper import FIRST_PORT, VPCD_LIBRARY

START_LIMIT_S = 30.0
EMPTY_LIMIT_S = 30.0
CONNECT_LIMIT_S = 5.0
POLL_S = 0.6
"""pcscd looks at such a reader every 0.4 s and overlooks a card that came back in between."""
READER_NAME = "Virtual PCD"

_PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
_PCSCD_PID = Path("/run/pcscd/pcscd.pid")
_CLONE_NEWNET = 0x40000000


class Slot:
    """One slot of the virtual reader, held by this program until `close`."""

    def __init__(self, number: int, reader: str, own: int, lease: int) -> None:
        self.number = number
        self.reader = reader
        self._locks = [own, lease]

    def dial(self) -> socket.socket:
        """Return a new connection to the slot: a card is laid down. Raises DeviceGone."""
        time.sleep(_rest_s(os.fstat(self._locks[0])))
        return _dial(FIRST_PORT + self.number)

    def hung_up(self) -> None:
        """Note that a card was taken away: the next one waits until pcscd has seen it go."""
        os.pwrite(self._locks[0], b"0", 0)

    def close(self) -> None:
        """Give the slot back; safe to call twice."""
        if self._locks:
            self.hung_up()
        while self._locks:
            os.close(self._locks.pop())


def _rest_s(lock: os.stat_result) -> float:
    """Return how long to wait since the slot's lock file was last written."""
    if lock.st_size == 0:
        return 0.0
    return min(max(0.0, lock.st_mtime + POLL_S - time.time()), POLL_S)


def take_slot(*, wait_s: float = 10.0) -> Slot:
    """Take a free slot, starting pcscd if none runs; no card is seen on it any more.

    Raises DeviceBusy when all slots are taken for `wait_s`, DeviceGone saying what is missing.
    """
    folder = _lock_folder()
    lease = _lock(folder / "lease", fcntl.LOCK_SH)
    try:
        with _locked(folder / "start"):
            _ensure_running(folder)
        slot = _free_slot(folder, lease, time.monotonic() + wait_s)
    except BaseException:
        os.close(lease)
        raise
    try:
        _until_empty(slot.reader)
    except BaseException:
        slot.close()
        raise
    return slot


def _lock_folder() -> Path:
    owner = os.getuid()
    of_others = Path(tempfile.gettempdir()) / f"loket-vpcd-{owner}"
    folder = Path("/run/loket-vpcd") if owner == 0 else of_others
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        owned = folder.stat().st_uid == owner
    except OSError as error:
        message = f"no folder for the locks of the virtual reader: {folder} cannot be made"
        raise DeviceGone(message) from error
    if not owned:
        message = f"{folder} belongs to another user: remove it"
        raise DeviceGone(message)
    return folder


def _free_slot(folder: Path, lease: int, deadline: float) -> Slot:
    readers = sorted(name for name in list_readers() if name.startswith(READER_NAME))
    if not readers:
        message = "pcscd runs without the virtual reader: install vsmartcard-vpcd, restart pcscd"
        raise DeviceGone(message)
    while True:
        for number, reader in enumerate(readers):
            lock = _try_lock(folder / f"slot-{number}")
            if lock is not None:
                return Slot(number, reader, lock, lease)
        if time.monotonic() > deadline:
            message = f"all {len(readers)} slots of the virtual reader are taken"
            raise DeviceBusy(message)
        time.sleep(0.1)


def _until_empty(name: str) -> None:
    """Wait until pcscd has seen the card go that the slot's last owner took away."""
    reader = PcscReader(name)
    try:
        if not reader.wait_present(False, wait_s=EMPTY_LIMIT_S):
            message = f"somebody else's card lies in {name}: take it away"
            raise DeviceBusy(message)
    finally:
        reader.close()


# ── the daemon ───────────────────────────────────────────────────────────────


def _ensure_running(folder: Path) -> None:
    if _answers():
        return
    if os.getuid() != 0:
        message = (
            "no pcscd runs: start it with vsmartcard-vpcd installed (systemctl start pcscd),"
            " or run this as root, who may start one"
        )
        raise DeviceGone(message)
    if not VPCD_LIBRARY.exists():
        message = "the virtual reader is not installed: apt-get install pcscd vsmartcard-vpcd"
        raise DeviceGone(message)
    _PCSCD_SOCKET.unlink(missing_ok=True)
    _PCSCD_PID.unlink(missing_ok=True)
    command = ["unshare", "--net", sys.executable, "-m", "devices.pcsc.keeper", str(folder)]
    keeper = subprocess.Popen(
        command,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    threading.Thread(target=keeper.wait, name="reap pcscd's keeper", daemon=True).start()
    _await_start(keeper)


def _await_start(keeper: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not (_answers() and _PCSCD_PID.exists()):
        if keeper.returncode is not None or time.monotonic() > deadline:
            message = (
                "pcscd could not be started in a network of its own (root with CAP_SYS_ADMIN):"
                " run 'unshare --net pcscd --foreground' in a terminal to see why"
            )
            raise DeviceGone(message)
        time.sleep(0.02)


def _answers() -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(_PCSCD_SOCKET))
    except OSError:
        return False
    return True


# ── into pcscd's network ─────────────────────────────────────────────────────


def _dial(port: int) -> socket.socket:
    """Connect to vpcd, in the network namespace of its pcscd.

    A thread of its own enters the namespace: a socket stays where it was made, and the thread
    takes the namespace with it when it ends.
    """
    made: list[socket.socket] = []
    faults: list[OSError] = []

    def inside() -> None:
        try:
            _enter(_network_of_pcscd())
            made.append(socket.create_connection(("127.0.0.1", port), timeout=CONNECT_LIMIT_S))
        except OSError as error:
            faults.append(error)

    thread = threading.Thread(target=inside, name="dial vpcd")
    thread.start()
    thread.join()
    if faults:
        message = (
            "the virtual reader takes no card: install vsmartcard-vpcd, restart pcscd;"
            " a pcscd that root started for us is reached by root only"
        )
        raise DeviceGone(message) from faults[0]
    return made[0]


def _network_of_pcscd() -> Path | None:
    """Return the namespace to enter, None when pcscd shares ours."""
    try:
        # pcscd writes its number with a zero byte behind it
        number = int(_PCSCD_PID.read_text().strip("\0 \n"))
        theirs = Path(f"/proc/{number}/ns/net")
        same = theirs.readlink() == Path("/proc/thread-self/ns/net").readlink()
    except (OSError, ValueError):
        return None
    return None if same else theirs


def _enter(namespace: Path | None) -> None:
    if namespace is None:
        return
    with namespace.open("rb") as opened:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(opened.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "cannot enter pcscd's network namespace")


# ── locks ────────────────────────────────────────────────────────────────────


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path, kind: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                message = f"another program holds {path} for too long"
                raise DeviceBusy(message) from None
            time.sleep(0.05)
        else:
            return handle


def _try_lock(path: Path) -> int | None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
