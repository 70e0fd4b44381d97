"""A network printer's port 9100: one client at a time, others are turned away."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import Final

HOST: Final = "127.0.0.1"


class TcpPort:
    """Listens on the loopback. One thread reads; `unplug` and `close` may come from another."""

    def __init__(self, port: int) -> None:
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self.port = port
        self.plug()

    @property
    def where(self) -> str:
        """Return the place as it stands in an address."""
        return f"socket://{HOST}:{self.port}"

    def plug(self) -> None:
        """Listen, on the same port as before; nothing happens if it does."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server((HOST, self.port), backlog=8)
                self.port = self._listener.getsockname()[1]

    def unplug(self) -> None:
        """Drop the client and listen no more."""
        with self._lock:
            self._drop_client()
            if self._listener is not None:
                with contextlib.suppress(OSError):
                    self._listener.shutdown(socket.SHUT_RDWR)
                self._listener.close()
                self._listener = None

    def close(self) -> None:
        """Free the port; safe to call twice."""
        self.unplug()

    def read(self, *, limit_s: float) -> bytes:
        """Return what the client sent, empty if nothing came within `limit_s`."""
        with self._lock:
            listener, client = self._listener, self._client
        poll = select.poll()
        for one in (listener, client):
            if one is not None and one.fileno() >= 0:
                poll.register(one, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(limit_s * 1000)}
        with self._lock:
            # the old client's last bytes and its leaving come before the next client
            if client is not None and self._client is client and client.fileno() in ready:
                return self._take(client)
            if listener is not None and self._listener is listener and listener.fileno() in ready:
                self._admit(listener)
        return b""

    def write(self, octets: bytes) -> None:
        """Send to the client; lost if there is none."""
        with self._lock, contextlib.suppress(OSError):
            if self._client is not None:
                self._client.sendall(octets)

    def _admit(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            newcomer, _ = listener.accept()
            if self._client is not None:
                newcomer.close()
                return
            newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            newcomer.settimeout(2.0)
            self._client = newcomer

    def _take(self, client: socket.socket) -> bytes:
        try:
            octets = client.recv(65536)
        except OSError:
            octets = b""
        if not octets:
            self._drop_client()
        return octets

    def _drop_client(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)
            self._client.close()
            self._client = None
