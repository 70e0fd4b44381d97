import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import AddressError, DeviceBusy, DeviceGone, DeviceSilent
from devices.pty import Pty
from devices.transport import (
    SerialStream,
    TcpStream,
    discard_until_quiet,
    split_host_port,
)


@pytest.fixture
def line() -> Iterator[Pty]:
    line = Pty("line")
    yield line
    line.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_bytes_go_both_ways_over_a_serial_line(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)

    stream.write(b"ping\x00\xff\n", limit_s=30)
    asked = line.read(limit_s=30)
    line.write(b"pong\x11\x13\r")
    answered = stream.read(limit_s=30)
    stream.close()

    assert asked == b"ping\x00\xff\n"
    assert answered == b"pong\x11\x13\r"


def test_the_device_sees_the_rate_that_was_set(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)
    before = line.line_rate()

    stream.baud = 115200
    after = line.line_rate()
    stream.close()

    assert (before, after) == (57600, 115200)


def test_silence_is_noticed_within_the_limit(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)
    started = time.monotonic()

    with pytest.raises(DeviceSilent):
        stream.read(limit_s=0.2)
    took_s = time.monotonic() - started
    stream.close()

    assert 0.2 <= took_s < 30


def test_a_line_that_nobody_empties_does_not_block_for_ever(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)

    with pytest.raises(DeviceSilent, match="takes no bytes"):
        stream.write(bytes(1_000_000), limit_s=0.3)
    stream.close()


def test_an_unplugged_port_is_gone_and_opens_again_when_it_is_back(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)
    line.unplug()

    with pytest.raises(DeviceGone):
        stream.read(limit_s=30)
    with pytest.raises(DeviceGone):
        stream.write(b"x", limit_s=30)
    stream.close()
    with pytest.raises(DeviceGone):
        SerialStream(str(line.path), baud=57600)
    line.plug()

    SerialStream(str(line.path), baud=57600).close()


def test_a_port_is_open_once(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)

    with pytest.raises(DeviceBusy):
        SerialStream(str(line.path), baud=57600)
    stream.close()
    stream.close()

    SerialStream(str(line.path), baud=57600).close()


OPEN = "import os, sys; os.close(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY))"


def open_as_nobody(port: Path) -> str:
    """Open `port` in a process without privileges; return what went wrong there."""
    user = 65534 if os.geteuid() == 0 else None
    finished = subprocess.run(
        ["/usr/bin/python3", "-c", OPEN, str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        user=user,
        cwd="/",
    )
    return finished.stderr.strip().rpartition("\n")[2]


def test_a_program_that_knows_no_lock_is_kept_out_while_the_port_is_open(line: Pty) -> None:
    port = line.path.resolve()
    port.chmod(0o666)
    before = open_as_nobody(port)

    stream = SerialStream(str(line.path), baud=57600)
    while_open = open_as_nobody(port)
    stream.close()

    assert before == ""
    assert "Device or resource busy" in while_open
    assert open_as_nobody(port) == ""


def test_what_is_no_serial_port_is_said_in_words() -> None:
    with pytest.raises(AddressError, match="bukan port serial / /dev/null is no serial port"):
        SerialStream(os.devnull, baud=57600)


def test_late_bytes_are_thrown_away(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)
    line.write(b"old answer")

    discarded = discard_until_quiet(stream, quiet_s=0.2, limit_s=30)
    stream.close()

    assert discarded == 10


def test_a_device_that_never_stops_talking_does_not_hold_us(line: Pty) -> None:
    stream = SerialStream(str(line.path), baud=57600)
    stop = threading.Event()

    def chatter() -> None:
        while not stop.wait(0.01):
            line.write(b"x")

    talker = threading.Thread(target=chatter)
    talker.start()
    with pytest.raises(DeviceSilent, match="without being asked"):
        discard_until_quiet(stream, quiet_s=2, limit_s=0.5)
    stop.set()
    talker.join()
    stream.close()


def test_tcp_carries_bytes_and_says_when_it_is_closed(listener: socket.socket) -> None:
    stream = TcpStream(*listener.getsockname(), limit_s=30)
    peer, _ = listener.accept()
    with peer:
        stream.write(b"ping", limit_s=30)
        asked = peer.recv(16)
        peer.sendall(b"pong")
        answered = stream.read(limit_s=30)
    with pytest.raises(DeviceGone):
        stream.read(limit_s=30)
    stream.close()
    stream.close()

    assert (asked, answered) == (b"ping", b"pong")


def test_tcp_silence_is_noticed_within_the_limit(listener: socket.socket) -> None:
    stream = TcpStream(*listener.getsockname(), limit_s=30)

    with pytest.raises(DeviceSilent):
        stream.read(limit_s=0.1)
    stream.close()


def test_a_refused_connection_is_gone() -> None:
    with socket.socket() as bound:  # which keeps the port, and does not listen
        bound.bind(("127.0.0.1", 0))

        with pytest.raises(DeviceGone, match="refused"):
            TcpStream(*bound.getsockname(), limit_s=30)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("10.0.0.9:9101", ("10.0.0.9", 9101)),
        ("printer.local", ("printer.local", 9100)),
        ("[::1]:9102", ("::1", 9102)),
        ("[::1]", ("::1", 9100)),
    ],
)
def test_host_and_port_are_split(where: str, expected: tuple[str, int]) -> None:
    assert split_host_port(where, default_port=9100) == expected


@pytest.mark.parametrize("where", ["", ":9100", "host:", "host:x", "host:0", "host:70000"])
def test_what_is_no_host_and_port_is_refused(where: str) -> None:
    if where == "host:":  # an empty port is the default one
        assert split_host_port(where, default_port=9100) == ("host", 9100)
        return
    with pytest.raises(AddressError):
        split_host_port(where, default_port=9100)
