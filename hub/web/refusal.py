"""The page that says why something was refused, when there is no form to return to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from litestar import Response

from hub.errors import Refused
from hub.web.rendering import Frame, page
from hub.web.words import Speech


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """A refusal in both languages."""

    refused: Refused
    status: int
    back: str
    """The page to return to; empty for the first one."""


def refusal_page(refused: Refused, status: int | None = None, back: str = "") -> Response[object]:
    """Answer with the refusal in words and a way on: to the page `back` of a case, or the first."""
    shown = status or refused.status
    speech = Speech("id", ZoneInfo("UTC"))
    frame = Frame(
        title=speech.say("not_possible"),
        office="Loket",
        place=speech.say("officers_pages"),
        section="",
        here="/",
        stream="",
        seq=0,
        now=datetime.fromtimestamp(0, UTC),
        speech=speech,
    )
    drawn = page("refusal.html", frame, RefusalPage(refused, shown, back), status=shown)
    return Response(
        drawn.content, media_type=drawn.media_type, status_code=shown, headers=drawn.headers
    )
