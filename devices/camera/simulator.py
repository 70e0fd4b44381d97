"""A network camera: MJPEG over HTTP on 127.0.0.1, with a drawn sitter before a white wall.

`multipart/x-mixed-replace`, one JPEG a part (RFC 2046 §5.1), as network cameras send it.
Options: `port` (0 = any free one), `fps`.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from PIL import Image

from devices.camera import sitter
from devices.options import Options, no_fault

FAULTS = (
    "black", "frozen", "garbage", "silent", "slow", "late", "fragmented", "unplugged",
    "unplugged_midway",
)  # fmt: skip
_PIECE = 512
_BOUNDARY = "loketframe"
_DIFFERENT_FRAMES = 6


class CameraSimulator:
    """The camera; it can be unplugged and comes back on the same port."""

    def __init__(self, port: int, fps: float) -> None:
        self.fps = fps
        self.fault_name = ""
        self.frames = sitter.frames(_DIFFERENT_FRAMES)
        self.black = [_night(shade) for shade in (2, 3)]
        self._server: _Server | None = _Server(self, port)
        self._port = self._server.server_address[1]

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"camera:http://127.0.0.1:{self._port}/cam.mjpg"

    @property
    def viewers(self) -> int:
        """Return how many streams are being watched."""
        return self._server.viewers if self._server is not None else 0

    def fault(self, name: str) -> None:
        """Show this fault from the next frame on; "" clears it and plugs the camera in again."""
        if name and name not in FAULTS:
            raise no_fault(name, FAULTS)
        self.fault_name = name
        if name == "unplugged":
            self.stop()
        elif self._server is None:
            self._server = _Server(self, self._port)

    def stop(self) -> None:
        """Take it off the network with all its streams; safe to call twice."""
        if self._server is not None:
            self._server.unplug()
            self._server = None

    def picture(self, number: int) -> bytes:
        """Return the body of part `number` under the present fault."""
        if self.fault_name == "garbage":
            return random.randbytes(4000)
        if self.fault_name == "black":
            return self.black[number % len(self.black)]
        if self.fault_name == "frozen":
            return self.frames[0]
        return self.frames[number % len(self.frames)]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for every stream to end
    block_on_close = True

    def __init__(self, camera: CameraSimulator, port: int) -> None:
        self.camera = camera
        self.unplugged = threading.Event()
        self._streams: set[socket.socket] = set()
        self._changing = threading.Lock()
        super().__init__(("127.0.0.1", port), _Stream)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def viewers(self) -> int:
        with self._changing:
            return len(self._streams)

    def add(self, stream: socket.socket) -> None:
        with self._changing:
            self._streams.add(stream)

    def remove(self, stream: socket.socket) -> None:
        with self._changing:
            self._streams.discard(stream)

    def unplug(self) -> None:
        self.unplugged.set()
        self.shutdown()
        with self._changing:
            for stream in self._streams:
                with contextlib.suppress(OSError):  # its other end has left already
                    stream.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        del request, client_address  # a viewer that leaves is no news


class _Stream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def setup(self) -> None:
        super().setup()
        self._server.add(self.connection)

    def finish(self) -> None:
        self._server.remove(self.connection)
        super().finish()

    @property
    def _server(self) -> _Server:
        return cast("_Server", self.server)

    def do_GET(self) -> None:
        if self.path != "/cam.mjpg":
            self.send_error(404)
            return
        self._wait_while_silent()
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        number = 0
        while not self._server.unplugged.wait(self._pause_s()):
            self._wait_while_silent()
            self._send_part(self._server.camera.picture(number))
            number += 1

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- inherited name
        del format, arguments

    def _pause_s(self) -> float:
        pauses = {"slow": 1.5, "late": 0.3}
        return pauses.get(self._server.camera.fault_name, 1 / self._server.camera.fps)

    def _wait_while_silent(self) -> None:
        while self._server.camera.fault_name == "silent" and not self._server.unplugged.wait(0.05):
            pass

    def _send_part(self, body: bytes) -> None:
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
        part = head.encode() + body + b"\r\n"
        if self._server.camera.fault_name == "unplugged_midway":
            self.wfile.write(part[: len(part) // 2])
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        # a byte at a time would be a frame a minute: small packets are what a bad network makes
        piece = _PIECE if self._server.camera.fault_name == "fragmented" else len(part)
        for start in range(0, len(part), piece):
            self.wfile.write(part[start : start + piece])


def _night(shade: int) -> bytes:
    return sitter.jpeg(Image.new("RGB", sitter.SIZE, (shade, shade, shade)))


def start(options: Mapping[str, str], *, out: Path | None = None) -> CameraSimulator:
    """Start the camera; it leaves nothing in `out`. Raises ValueError for an unknown option."""
    del out
    chosen = Options(options)
    chosen.only("port", "fps")
    port = chosen.whole("port", 0, most=65_535)
    return CameraSimulator(port, chosen.number("fps", 15, least=0.1, most=120))
