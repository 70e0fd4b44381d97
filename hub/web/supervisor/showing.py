"""Draws the supervisor's page, also again after a refusal with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from litestar import Response

from hub.announce import Neighbours
from hub.errors import BadInput, NotAllowed, Refused
from hub.officers import MAY_SUPERVISE
from hub.web.desk import Desk
from hub.web.rendering import page
from hub.web.supervisor.reading import read_office
from hub.wire import FieldFault

MAY_ACT = frozenset({"supervisor"})


def must_supervise(desk: Desk) -> None:
    """Refuse officers who have nothing to do here. Raises NotAllowed `role_missing`."""
    if not desk.officer.roles & MAY_SUPERVISE:
        raise _role_missing()


def must_act(desk: Desk) -> None:
    """Refuse those who may look but not act. Raises NotAllowed `role_missing`."""
    if not desk.officer.roles & MAY_ACT:
        raise _role_missing()


def asked_day(text: str) -> date:
    """Return the day that an address or a form names. Raises BadInput `day_invalid`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            "day_invalid",
            "Write the day as 2026-11-23.",
            id="Tulis tanggal seperti 2026-11-23.",
            fields=[FieldFault(field="day", code="invalid")],
        ) from error


async def show_office(
    desk: Desk,
    neighbours: Neighbours,
    refused: Refused | None = None,
    typed: Mapping[str, str] | None = None,
    *,
    act: int = 0,
) -> Response[str]:
    """Answer with the supervisor's page; a refusal stands on it, nothing typed is lost."""
    heard = neighbours.snapshot()
    seq, at, view = await desk.read(lambda session, at: read_office(session, desk, at, heard, act))
    view = replace(view, refused=refused, typed=typed or {})
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("nav_supervisor"),
        section="supervisor",
        here="/supervisor",
        stream="supervisor",
        place=desk.speech.say("queue_supervisor"),
    )
    status = refused.status if refused else 200
    return page("supervisor.html", frame, view, live=desk.live and not refused, status=status)


def _role_missing() -> NotAllowed:
    return NotAllowed(
        "role_missing",
        "This page is for the queue's supervisor.",
        id="Halaman ini untuk supervisor antrean.",
    )
