"""A test aid: tells where things are on the glass, and can press nothing.

With LOKET_KIOSK_PROBE=PATH the kiosk listens on a Unix socket (0600) and answers one JSON line to
each line `{"ask": "screen"}`: the screen's name, whether touches are taken, its texts, and id,
text and place of all that can be touched, in window pixels from the top left. What a person
entered is never among the texts.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path

from kiosk.app import KioskApp
from kiosk.widgets.press import Pressable
from kiosk.widgets.text import Text

log = logging.getLogger(__name__)

VARIABLE = "LOKET_KIOSK_PROBE"


async def listen(app: KioskApp, path: Path) -> asyncio.Server:
    """Answer questions on the socket `path`; close the server to end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(_reply(app, line)).encode() + b"\n")
            await writer.drain()
        writer.close()

    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(answer, str(path))
    finally:
        os.umask(before)
    log.info("the probe listens on %s", path)
    return server


def describe(app: KioskApp) -> dict[str, object]:
    """Return the screen as the probe tells it."""
    shell = app.shell
    return {
        "screen": app.session.screen,
        "panel": app.session.panel,
        "accepts": shell.accepts_touches,
        "texts": [
            widget.text
            for widget in shell.walk(restrict=True)
            if isinstance(widget, Text) and _seen(widget) and not widget.private
        ],
        "operable": [_place(widget, shell.height) for widget in shell.pressables()],
    }


def _reply(app: KioskApp, line: bytes) -> dict[str, object]:
    try:
        question = json.loads(line)
    except ValueError:
        return {"error": "not JSON"}
    if not isinstance(question, dict) or question.get("ask") != "screen":
        return {"error": 'ask {"ask": "screen"}'}
    return describe(app)


def _seen(widget: Text) -> bool:
    return bool(widget.text) and widget.width > 0 and widget.height > 0


def _place(widget: Pressable, height: float) -> dict[str, object]:
    return {
        "id": widget.name,
        "text": widget.text_shown(),
        "x": round(widget.x),
        "y": round(height - widget.top),
        "w": round(widget.width),
        "h": round(widget.height),
        "enabled": bool(widget.enabled),
    }
