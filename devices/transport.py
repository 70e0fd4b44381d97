"""Byte streams with limits in time: a serial port and a TCP connection behind one Protocol.

What goes wrong is said in the words of `devices.errors`: nothing came in time → DeviceSilent,
the other end is gone → DeviceGone, somebody else holds it → DeviceBusy.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import selectors
import socket
import stat
import termios
import time
from pathlib import Path
from typing import Final, Protocol

from devices.errors import AddressError, DeviceBusy, DeviceGone, DeviceSilent, DeviceUnavailable

MOST: Final = 4096
_HELD: Final = (errno.EBUSY, errno.EAGAIN, errno.EACCES)


class Stream(Protocol):
    """An open two-way connection to a device."""

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Send all of `octets`. Raises DeviceSilent if they are not taken in time, DeviceGone."""
        ...

    def read(self, *, limit_s: float) -> bytes:
        """Return what has come, at least one byte. Raises DeviceSilent, DeviceGone."""
        ...

    def close(self) -> None:
        """Release the connection; safe to call twice."""
        ...


def discard_until_quiet(stream: Stream, *, quiet_s: float, limit_s: float) -> int:
    """Throw away what still comes until `quiet_s` of silence; return the number of bytes.

    Raises DeviceSilent if it talks on without end for `limit_s`, DeviceGone.
    """
    end = time.monotonic() + limit_s
    discarded = 0
    while time.monotonic() < end:
        try:
            discarded += len(stream.read(limit_s=quiet_s))
        except DeviceSilent:
            return discarded
    message = f"it sends without being asked for more than {limit_s:g} s"
    raise DeviceSilent(message)


# ── serial ───────────────────────────────────────────────────────────────────


class SerialStream:
    """A serial port, 8N1, held exclusively by TIOCEXCL and flock."""

    def __init__(self, path: str, *, baud: int, rts_cts: bool = False) -> None:
        import serial

        self._path = path
        try:
            self._port = serial.Serial(path, baud, timeout=0, rtscts=rts_cts, exclusive=True)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise _serial_trouble(path, error) from error
        self._descriptor: int = self._port.fileno()
        try:
            # flock keeps well-behaved programs out, TIOCEXCL all others that are not root
            fcntl.ioctl(self._descriptor, termios.TIOCEXCL)
            self._port.reset_input_buffer()
        except (OSError, termios.error) as error:
            self.close()
            raise _serial_trouble(path, error) from error

    @property
    def baud(self) -> int:
        """Line rate in bits per second."""
        return int(self._port.baudrate)

    @baud.setter
    def baud(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except (OSError, ValueError, termios.error) as error:
            raise _serial_trouble(self._path, error) from error

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Send all of `octets` within `limit_s`."""
        end = time.monotonic() + limit_s
        left = memoryview(octets)
        try:
            while left:
                if not _ready(self._descriptor, selectors.EVENT_WRITE, end - time.monotonic()):
                    raise _silent(self._path, limit_s, "it takes no bytes")
                left = left[os.write(self._descriptor, left) :]
        except (OSError, ValueError) as error:
            raise _gone(self._path, error) from error

    def read(self, *, limit_s: float) -> bytes:
        """Return what has come within `limit_s`."""
        try:
            if not _ready(self._descriptor, selectors.EVENT_READ, limit_s):
                raise _silent(self._path, limit_s)
            octets = os.read(self._descriptor, MOST)
        except (OSError, ValueError) as error:
            raise _gone(self._path, error) from error
        if not octets:  # readable without a byte: the port hung up
            message = f"{self._path} was unplugged"
            raise DeviceGone(message, address=self._path)
        return octets

    def close(self) -> None:
        """Release the port for others."""
        if not self._port.is_open:
            return
        with contextlib.suppress(OSError, termios.error):
            fcntl.ioctl(self._descriptor, termios.TIOCNXCL)
        self._descriptor = -1
        with contextlib.suppress(OSError, termios.error):
            self._port.close()


def _serial_trouble(path: str, error: Exception) -> DeviceUnavailable | AddressError:
    number = getattr(error, "errno", None)
    if number in _HELD:
        return DeviceBusy(f"{path} is held by another program or not ours to open", address=path)
    if isinstance(error, ValueError):
        message = f"{path} tidak dapat diatur begitu / {path} cannot be set like that: {error}"
        return AddressError(message, address=path)
    if not _may_be_a_port(path, error):
        message = f"{path} bukan port serial / {path} is no serial port"
        return AddressError(message, address=path)
    return DeviceGone(f"{path} is not there: {os.strerror(number or errno.ENODEV)}", address=path)


def _may_be_a_port(path: str, error: Exception) -> bool:
    """Return False for what can never be opened as one: a file, a folder, a terminal of no kind."""
    if not path.startswith("/"):
        return False
    cause = error.__context__
    if isinstance(cause, termios.error) and cause.args[:1] == (errno.ENOTTY,):
        return False
    try:
        return stat.S_ISCHR(Path(path).stat().st_mode)
    except OSError:
        return True  # it is not plugged in now


def _ready(descriptor: int, event: int, limit_s: float) -> bool:
    with selectors.PollSelector() as selector:
        selector.register(descriptor, event)
        return bool(selector.select(max(limit_s, 0)))


# ── TCP ──────────────────────────────────────────────────────────────────────


class TcpStream:
    """A TCP connection, e.g. to a printer's port 9100."""

    def __init__(self, host: str, port: int, *, limit_s: float = 3.0) -> None:
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=limit_s)
        except TimeoutError as error:
            raise _silent(self._name, limit_s, "no connection") from error
        except OSError as error:
            raise _gone(self._name, error) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Send all of `octets` within `limit_s`."""
        try:
            self._socket.settimeout(limit_s)
            self._socket.sendall(octets)
        except TimeoutError as error:
            raise _silent(self._name, limit_s, "it takes no bytes") from error
        except OSError as error:
            raise _gone(self._name, error) from error

    def read(self, *, limit_s: float) -> bytes:
        """Return what has come within `limit_s`."""
        try:
            # a timeout of 0 would mean non-blocking, which fails with another error
            self._socket.settimeout(max(limit_s, 0.001))
            octets = self._socket.recv(MOST)
        except TimeoutError as error:
            raise _silent(self._name, limit_s) from error
        except OSError as error:
            raise _gone(self._name, error) from error
        if not octets:
            message = f"{self._name} closed the connection"
            raise DeviceGone(message, address=self._name)
        return octets

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def split_host_port(where: str, *, default_port: int) -> tuple[str, int]:
    """Split `HOST[:PORT]`, with IPv6 in brackets. Raises AddressError."""
    host, _, port = where.rpartition(":") if _names_port(where) else (where, "", "")
    host = host.strip("[]")
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        message = (
            f"'{where}' bukan HOST:PORT / '{where}' is no HOST:PORT, mis. / e.g. 10.0.0.9:9100"
        )
        raise AddressError(message, address=where)
    return host, int(port or default_port)


def _names_port(where: str) -> bool:
    return ":" in where and not where.endswith("]")


def _silent(name: str, limit_s: float, what: str = "no answer") -> DeviceSilent:
    return DeviceSilent(f"{name}: {what} within {limit_s:g} s", address=name)


def _gone(name: str, error: Exception) -> DeviceGone:
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "closed"
    return DeviceGone(f"{name}: {why}", address=name)
