"""Turns views into pages: Jinja templates, icons, cached static files, security headers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from markupsafe import Markup

from hub.letters.wording import staff_number
from hub.web.typed_dates import day_first
from hub.web.words import Speech, duration
from hub.wire import NoticeState

WEB = Path(__file__).parent
PART_HEADER = "Loket-Part"
"""A page asked with this header answers with its live part only."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' blob:; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": PART_HEADER,
}


class Someone(Protocol):
    """The signed-in officer as the head of a page shows them."""

    @property
    def name(self) -> str:
        """Return the officer's name."""

    @property
    def roles(self) -> frozenset[str]:
        """Return the role codes."""

    @property
    def csrf(self) -> str:
        """Return the token that every form carries."""

    @property
    def reference(self) -> str:
        """Return the officer as events name them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around its own part."""

    title: str
    office: str
    place: str
    section: str
    here: str
    stream: str
    seq: int
    now: datetime
    speech: Speech
    officer: Someone | None = None
    counter: int | None = None
    rooms: frozenset[str] = frozenset()
    """The pages that the officer's roles open: `cases`, `custody`, `supervisor`, …"""
    shown: tuple[NoticeState, ...] = ()
    """The emergency stop and messages on every screen."""


def page(
    template: str, frame: Frame, view: object, *, live: bool = False, status: int = 200
) -> Response[str]:
    """Answer with `template`, or only with its live part when `live`."""
    name = template.replace(".html", "_live.html") if live else template
    return Response(
        draw(name, frame, view), media_type=MediaType.HTML, status_code=status, headers=HEADERS
    )


def draw(template: str, frame: Frame, view: object) -> str:
    """Return the HTML of one template."""
    speech = frame.speech
    return (
        environment()
        .get_template(template)
        .render(frame=frame, view=view, say=speech.say, also=speech.also, speech=speech)
    )


@cache
def environment() -> Environment:
    """Return the one template environment; unknown names are errors."""
    made = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["duration"] = duration
    made.filters["day_first"] = day_first
    made.filters["staff_number"] = staff_number
    made.globals["icon"] = icon
    made.globals["static"] = static
    return made


@cache
def icon(name: str, label: str = "", size: str = "") -> Markup:
    """Return an icon of the sprite; without a `label` it is hidden from screen readers.

    Only words of the templates are labels, so there are few: composed anew each time, a list of a
    hundred cases spent a third of its drawing on icons.
    """
    picture = Markup('<use href="{}#{}"></use></svg>').format(static("icons.svg"), name)
    if label:
        opening = Markup('<svg class="icon {}" role="img" aria-label="{}">').format(size, label)
    else:
        opening = Markup('<svg class="icon {}" aria-hidden="true">').format(size)
    return opening + picture


@cache
def static(name: str) -> str:
    """Return the address of a static file, changed whenever its content changes."""
    digest = hashlib.sha256((WEB / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
