"""The person who collects, against the fingers of the case: taken, compared, decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import finger_match
from hub.cases.applications import must_find
from hub.cases.finger_match import MatchState, Pair
from hub.cases.fingers import NAMES
from hub.comparing import Compared, FingerMatcher, installed, no_matcher
from hub.errors import NotFound, Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.officer.case_acts import counter_of
from hub.web.officer.case_reading import counters_by_agent
from hub.web.room_list import IDENTITY
from hub.web.rooms.room import back, must_look, show
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """How the comparison of a case stands, and where its finger can be taken."""

    application: str
    case_code: str
    state: MatchState
    here: bool
    """The case is at the step that hands over."""
    matcher: bool
    """A finger can be compared here; without that none is taken."""
    counter: int | None
    counters: tuple[int, ...]
    names: dict[int, str]


@get("/identity/{application:str}")
async def show_identity(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show the comparisons of a case. Raises NotFound `case_unknown`, NotAllowed."""
    must_look(desk, IDENTITY)
    return await _page(desk, application)


@post("/identity/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_identity(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    matcher: NamedDependency[FingerMatcher],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Take a finger, compare it, or keep what the officer concludes."""
    must_look(desk, IDENTITY)
    form = await read_form(request, desk.officer.csrf)
    finger = form.number("finger") or 0
    try:
        command = await _command(desk, matcher, application, act, form)
        await desk.command(command, form, f"identity {act}")
    except Refused as refused:
        return await _page(desk, application, refused, form)
    if act == "take":
        await _expect(desk, matcher, application, finger)
    place = f"#finger-{finger}" if finger else ""  # the keyboard goes on at the finger's row
    return back(f"{IDENTITY.path}/{application}{place}")


async def _command(
    desk: Desk, matcher: FingerMatcher, application: str, act: str, form: Form
) -> Callable[[Tx], object]:
    procedure, finger = desk.procedure, form.number("finger") or 0
    if act == "take":
        if not installed():
            raise no_matcher()
        counter = counter_of(desk, form)
        return lambda tx: finger_match.take(tx, procedure, application, finger, counter=counter)
    if act == "compare":
        pair, found = await _compared(desk, matcher, application, finger)
        return lambda tx: finger_match.keep(tx, procedure, application, pair, found)
    if act == "decide":
        said, reason = form.text("decision"), form.text("reason")
        return lambda tx: finger_match.decide(tx, procedure, application, said, reason)
    raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")


async def _expect(desk: Desk, matcher: FingerMatcher, application: str, finger: int) -> None:
    """Let the matcher read the enrolled finger while the sensor takes the other."""

    def read(session: Session, _at: datetime) -> str:
        row = must_find(session, desk.office_no, desk.procedure, application)
        return finger_match.enrolled_image(session, desk.procedure, row, finger)

    _, _, enrolled = await desk.read(read)
    matcher.expect(await asyncio.to_thread(desk.procedure.blobs.get, enrolled))


async def _compared(
    desk: Desk, matcher: FingerMatcher, application: str, finger: int
) -> tuple[Pair, Compared]:
    def read(session: Session, _at: datetime) -> Pair:
        row = must_find(session, desk.office_no, desk.procedure, application)
        return finger_match.pair_of(session, desk.procedure, row, finger)

    _, _, pair = await desk.read(read)
    enrolled = await asyncio.to_thread(desk.procedure.blobs.get, pair.enrolled)
    taken = await asyncio.to_thread(desk.procedure.blobs.get, pair.taken)
    return pair, await matcher.compare(enrolled, taken)


async def _page(
    desk: Desk, application: str, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> IdentityPage:
        row = must_find(session, desk.office_no, desk.procedure, application)
        state = finger_match.state_of(session, desk.procedure, row)
        return IdentityPage(
            application=row.id,
            case_code=row.case_code,
            state=state,
            here=row.position == desk.procedure.sop.doing("close_custody"),
            matcher=installed(),
            counter=desk.officer.counter,
            counters=counters_by_agent(session, desk, at),
            names={n: desk.speech.pick(words) for n, words in NAMES.items()},
        )

    here = f"{IDENTITY.path}/{application}"
    return await show(
        desk,
        IDENTITY,
        "identity.html",
        read,
        here=here,
        refused=refused,
        form=form,
        stream=f"identity/{application}",
    )


routes = [show_identity, act_on_identity]
