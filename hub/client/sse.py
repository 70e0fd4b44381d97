"""Server-sent events, bytes to frames (WHATWG HTML §9.2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LIMIT_BYTES = 1 << 20
"""A frame larger than this is nonsense: our events are references of a few hundred bytes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `id` is None where the frame carries none, `data` is empty in a heartbeat."""

    id: str | None = None
    event: str = ""
    data: str = ""


class FrameReader:
    """Cut a byte stream into frames, however it is split on the way."""

    def __init__(self) -> None:
        self._rest = b""
        self._id: str | None = None
        self._event = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield every frame that `chunk` completes. Raises ValueError on nonsense."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LIMIT_BYTES:
            message = "a line of the feed is longer than any event"
            raise ValueError(message)
        for line in lines:
            frame = self._line(line.rstrip(b"\r").decode("utf-8"))
            if frame:
                yield frame

    def _line(self, line: str) -> Frame | None:
        if not line:
            return self._finish()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            self._id = value
        elif name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        return None

    def _finish(self) -> Frame | None:
        frame = Frame(self._id, self._event, "\n".join(self._data))
        self._id, self._event, self._data = None, "", []
        return frame if frame != Frame() else None
