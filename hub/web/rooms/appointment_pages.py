"""The time at which the person of a case comes: offered from what is free, changed, called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub import appointments
from hub.appointments import DayPlaces, Place
from hub.cases import inviting
from hub.cases.inviting import REASONS, Offer
from hub.cases.notifying import CHANNELS, MAY_CONTACT, OUTCOMES, Tried
from hub.errors import NotFound, Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import NOTIFY
from hub.web.rooms.room import back, must_look, show
from hub.wire import Words

BOOK, LOOK, CALL_OFF = "book", "look", "call-off"


@dataclass(frozen=True, slots=True)
class InvitePage:
    """Whom a time is offered to, the day that is shown, and how the person can be told."""

    offer: Offer
    day: DayPlaces | None
    spans: tuple[tuple[Place, ...], ...]
    """The day's quarters between two breaks."""
    other_day: DayPlaces | None
    """Where there is a place if the day shown has none."""
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]
    reasons: dict[str, Words]
    may_contact: bool


@get("/notify/{application:str}/appointment")
async def show_offer(
    application: FromPath[str], desk: NamedDependency[Desk], day: FromQuery[str] = ""
) -> Response[str]:
    """Show what can be offered. Raises NotFound, Conflict `nobody_to_notify`, `not_bookable`."""
    must_look(desk, NOTIFY)
    return await _offer(desk, application, day)


@post("/notify/{application:str}/appointment/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_offer(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Book a time, show another day beside what was typed, or call the time off."""
    must_look(desk, NOTIFY)
    form = await read_form(request, desk.officer.csrf)
    if act == LOOK:
        return await _offer(desk, application, form.text("day"), form=form)
    try:
        await _act(desk, application, act, form)
    except Refused as refused:
        return await _offer(desk, application, form.text("shown"), refused, form)
    return back(f"/notify/{application}/appointment")


async def _act(desk: Desk, application: str, act: str, form: Form) -> None:
    why, procedure = form.text("why"), desk.procedure
    if act == BOOK:
        tried = Tried(form.text("channel"), form.text("outcome"), form.text("note"))
        wanted = form.text("at")
        await desk.command(
            lambda tx: inviting.invite(tx, procedure, application, wanted, tried, why),
            form,
            "invite",
        )
    elif act == CALL_OFF:
        await desk.command(
            lambda tx: inviting.call_off(tx, procedure, application, why), form, "call off"
        )
    else:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")


async def _offer(
    desk: Desk,
    application: str,
    day: str,
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response[str]:
    def read(session: Session, at: datetime) -> InvitePage:
        offer = inviting.offer(session, desk.office_no, desk.procedure, application, at)
        shown = offer.day(day)
        return InvitePage(
            offer=offer,
            day=shown,
            spans=tuple(appointments.spans(shown.places if shown else ())),
            other_day=offer.next_with_places(shown) if shown and not shown.free else None,
            channels=CHANNELS,
            outcomes=OUTCOMES,
            reasons=dict(REASONS),
            may_contact=bool(MAY_CONTACT & desk.officer.roles),
        )

    here = f"/notify/{application}/appointment"
    return await show(desk, NOTIFY, "invite.html", read, here=here, refused=refused, form=form)


routes = [show_offer, act_on_offer]
