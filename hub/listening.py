"""The sockets on which a hub listens."""

from __future__ import annotations

import socket

from hub.errors import Busy


def listen_at(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one. Raises Busy `address_taken`.

    No child inherits it: one that outlives a killed hub for a moment would keep its port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Busy(
            "address_taken",
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            id=f"Tidak dapat membuka {host} port {port}: {error.strerror}.",
        ) from error
    return listening
