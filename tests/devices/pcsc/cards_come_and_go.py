"""A pcscd of its own that comes and goes, and a card on its reader; prints what was told of it.

Run by test_reader_events in namespaces of its own: pcscd's socket and vpcd's ports are its alone.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from devices.arrival import Arrivals
from devices.errors import DeviceError
from devices.pcsc.driver import PcscReader, list_readers
from devices.pcsc.keeper import FIRST_PORT, reader_table
from devices.pcsc.wire import FrameReader, VpcdControl, frame

LIMIT_S = 20.0
ATR = bytes.fromhex("3B00")


def main() -> None:
    arrivals = Arrivals("emrtd:pcsc://Virtual PCD 00 00")
    with tempfile.TemporaryDirectory() as folder:
        pcscd = started(Path(folder))
        say(arrivals, "readers came", lambda: bool(readers()))
        card = laid_down()
        say(arrivals, "card came", present)
        card.shutdown(socket.SHUT_RDWR)
        say(arrivals, "card went", lambda: not present())
        pcscd.terminate()
        pcscd.wait()
        say(arrivals, "readers went", lambda: not readers())
    arrivals.close()
    arrivals.close()
    left = [one.name for one in threading.enumerate() if one.name == "pcsc events"]
    print("left running:", left, flush=True)


def started(folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    table = folder / "readers"
    table.mkdir()
    (table / "vpcd").write_text(reader_table(folder))
    command = ["setpriv", "--pdeathsig", "TERM", "pcscd", "--foreground", "--config", str(table)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def say(arrivals, what, came_true):
    """Print `what` when something was told after which it is true; nothing is asked before."""
    ends_at = time.monotonic() + LIMIT_S
    while arrivals.wait(max(0.0, ends_at - time.monotonic())):
        if came_true():
            print(what, flush=True)
            return
    print(f"nothing was told of: {what}", flush=True)


def readers():
    try:
        return list_readers()
    except DeviceError:
        return []


def present():
    reader = PcscReader("Virtual PCD 00 00")
    try:
        return reader.present()
    finally:
        reader.close()


def laid_down():
    connection = socket.create_connection(("127.0.0.1", FIRST_PORT))
    threading.Thread(target=answer, args=(connection,), daemon=True).start()
    return connection


def answer(connection):
    frames = FrameReader()
    with connection:
        while received := connection.recv(4096):
            for body in frames.feed(received):
                if body == bytes([VpcdControl.ATR]):
                    connection.sendall(frame(ATR))


if __name__ == "__main__":
    sys.exit(main())
