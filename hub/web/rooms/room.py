"""What the rooms behind the counters share: who may enter, who may act, how a page is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from litestar import Response
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.errors import BadInput, NotAllowed, Refused
from hub.web.desk import Desk
from hub.web.forms import Form, fresh_key
from hub.web.rendering import page
from hub.web.room_list import CUSTODY, Room
from hub.wire import FieldFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """What every room's page gets beside its own part."""

    room: Room
    body: object
    key: str
    may_act: bool
    refused: Refused | None = None
    typed: dict[str, str] = field(default_factory=dict)


def must_look(desk: Desk, room: Room) -> None:
    """Raise NotAllowed `role_missing` for an officer who has nothing to do in the room."""
    if not room.admits(desk.officer.roles):
        raise NotAllowed(
            "role_missing",
            "Your role has no part in this room.",
            id="Peran Anda tidak bertugas di ruang ini.",
        )


def detached(read: Callable[[Session, datetime], T]) -> Callable[[Session, datetime], T]:
    """Let rows that `read` returns keep what they hold after their session is closed."""

    def reading(session: Session, at: datetime) -> T:
        found = read(session, at)
        session.expunge_all()
        return found

    return reading


async def show(
    desk: Desk,
    room: Room,
    template: str,
    read: Callable[[Session, datetime], object],
    *,
    here: str = "",
    refused: Refused | None = None,
    form: Form | None = None,
    stream: str = "",
) -> Response[str]:
    """Show a room's page with what `read` finds; a refusal stands above what was typed.

    A page that follows `stream` has a live part, `NAME_live.html` beside its template.
    """
    seq, at, body = await desk.read(detached(read))
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say(f"room_{room.code}"),
        section="custody" if room is CUSTODY else "rooms",
        here=here or room.path,
        stream=stream,
    )
    shown = Shown(
        room=room,
        body=body,
        key=fresh_key(),
        may_act=bool(room.acts & desk.officer.roles),
        refused=refused,
        typed=form.typed() if form else {},
    )
    live = bool(stream) and desk.live
    return page(template, frame, shown, live=live, status=refused.status if refused else 200)


def pdf(content: bytes) -> Response[bytes]:
    """Show a paper in the browser, to be printed from there."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return Response(content, media_type="application/pdf", headers=headers)


def back(path: str) -> Redirect:
    """Send the browser to a page after an act."""
    return Redirect(path, status_code=303)


def a_day(text: str, otherwise: date, field_name: str = "day") -> date:
    """Return a day as written, or `otherwise` for an empty text. Raises BadInput."""
    if not text.strip():
        return otherwise
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        fault = FieldFault(field=field_name, code="invalid", message="TTTT-BB-HH / YYYY-MM-DD")
        raise BadInput(
            "day_invalid",
            "Write the day as 2026-11-23.",
            id="Tulis tanggal seperti 2026-11-23.",
            fields=[fault],
        ) from error
