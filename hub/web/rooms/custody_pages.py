"""Where each passport is, and the hand-overs: offer, accept by scan, lend, take back, give back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import custody
from hub.cases.applications import ENDED, must_find
from hub.cases.custody.handing import MAY_GIVE_OUT, MAY_HOLD, at_hand, units_of
from hub.errors import NotFound, Refused
from hub.models.application import CustodyRecord
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import CUSTODY
from hub.web.rooms.room import back, must_look, show
from hub.web.typed_dates import iso_date
from hub.web.uploads import media_of
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class CustodyPage:
    """Every passport that the office answers for; `mine` are the units the officer works in."""

    rows: tuple[custody.Whereabouts, ...]
    units: dict[str, str]
    mine: frozenset[str]
    me: str
    per_visit: bool

    @property
    def on_the_way(self) -> int:
        """Return how many were handed over and not accepted yet."""
        return sum(bool(row.offered_to) for row in self.rows)

    @property
    def lent(self) -> int:
        """Return how many are with their owners for a time."""
        return sum(row.lent for row in self.rows)

    @property
    def to_return(self) -> int:
        """Return how many must be given back now."""
        return sum(row.to_return for row in self.rows)


@dataclass(frozen=True, slots=True)
class PassportPage:
    """One passport: its records and what this officer may do."""

    application: str
    case_code: str
    now: CustodyRecord | None
    records: tuple[CustodyRecord, ...]
    units: dict[str, str]
    mine: frozenset[str]
    me: str
    gives_out: bool
    at_hand: bool
    """Whether it lies in a section of this officer: who gives it back has it."""
    may_end: bool
    may_take: bool
    handed_over: str
    """The step that handed it over and would have to be opened again first; empty if none did."""
    today: date


@get("/custody")
async def show_custody(desk: NamedDependency[Desk]) -> Response[str]:
    """Show where every passport is, the longest unmoved first."""
    must_look(desk, CUSTODY)
    return await _page(desk)


@post("/custody/accept", request_max_body_size=FORM_LIMIT)
async def accept_scanned(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Take over the passport whose case code was scanned."""
    must_look(desk, CUSTODY)
    form = await read_form(request, desk.officer.csrf)
    code, place = form.text("scanned"), form.text("location")
    try:
        await desk.command(
            lambda tx: custody.accept(tx, desk.procedure, code, place), form, "custody accept"
        )
    except Refused as refused:
        return await _page(desk, refused, form)
    return back("/custody")


@get("/custody/{application:str}")
async def show_passport(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show one passport's way through the office."""
    must_look(desk, CUSTODY)
    return await _passport(desk, application)


@post("/custody/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_passport(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Offer, keep, accept, lend, take back, or give back for good."""
    must_look(desk, CUSTODY)
    form = await read_form(request, desk.officer.csrf)
    try:
        if act in _SIGNED:
            await _signed(desk, application, act, form)
        elif act in _ACTS:
            plain = _ACTS[act]
            await desk.command(lambda tx: plain(tx, desk, application, form), form, f"pass {act}")
        else:
            raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    except Refused as refused:
        return await _passport(desk, application, refused, form)
    return back(f"/custody/{application}")


async def _signed(desk: Desk, application: str, act: str, form: Form) -> None:
    file = form.files.get("signature")
    media = media_of("signature", file)
    assert file is not None  # noqa: S101 — media_of refuses an empty place
    stored = await asyncio.to_thread(desk.procedure.blobs.put, file.content)
    due = iso_date(form.text("due_on"))

    def lend(tx: Tx) -> str:
        return custody.release(tx, desk.procedure, application, due, stored, media)

    def give(tx: Tx) -> str:
        return custody.give_back_after_end(tx, desk.procedure, application, stored, media)

    await desk.command(lend if act == "lend" else give, form, f"passport {act}")


def _offer(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    return custody.offer(tx, desk.procedure, application, form.text("to"))


def _keep(tx: Tx, desk: Desk, application: str, _form: Form) -> str:
    return custody.take_back_offer(tx, desk.procedure, application)


def _accept(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    code, place = form.text("scanned"), form.text("location")
    return custody.accept(tx, desk.procedure, code, place, of=application)


def _back(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    return custody.come_back(tx, desk.procedure, application, form.text("location"))


def _take(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    return custody.take_again(tx, desk.procedure, application, form.text("location"))


_SIGNED = ("lend", "give-back")
_ACTS: Mapping[str, Callable[[Tx, Desk, str, Form], str]] = {
    "offer": _offer,
    "keep": _keep,
    "accept": _accept,
    "back": _back,
    "take": _take,
}


async def _page(
    desk: Desk, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> CustodyPage:
        return CustodyPage(
            rows=custody.whereabouts(session, desk.office_no, desk.procedure, at),
            units=_units(desk),
            mine=units_of(desk.office, desk.officer.roles),
            me=desk.officer.id,
            per_visit=desk.office.office.custody == "visit",
        )

    return await show(
        desk, CUSTODY, "custody.html", read, refused=refused, form=form, stream="custody"
    )


async def _passport(
    desk: Desk, application: str, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> PassportPage:
        row = must_find(session, desk.office_no, desk.procedure, application)
        per_visit = desk.office.office.custody == "visit"
        goes_on = row.state not in ENDED and row.received_at is not None
        gone = goes_on and custody.handed_over(session, desk.procedure, row)
        now, roles = custody.holder(session, desk.office_no, row.id), desk.officer.roles
        return PassportPage(
            application=row.id,
            case_code=row.case_code,
            now=now,
            records=custody.records(session, desk.office_no, row.id),
            units=_units(desk),
            mine=units_of(desk.office, roles),
            me=desk.officer.id,
            gives_out=bool(MAY_GIVE_OUT & roles),
            at_hand=now is not None and at_hand(session, desk.office, now, roles),
            may_end=row.state in ENDED or per_visit,
            may_take=goes_on and not gone,
            handed_over=desk.procedure.sop.doing("close_custody") if gone else "",
            today=desk.office.today(at),
        )

    here = f"/custody/{application}"
    return await show(
        desk,
        CUSTODY,
        "passport.html",
        read,
        here=here,
        refused=refused,
        form=form,
        stream=f"custody/{application}",
    )


def _units(desk: Desk) -> dict[str, str]:
    """Return the sections that may hold passports, by code, as the SOP sheet names them."""
    units = {role.unit for role in desk.office.roles if role.code in MAY_HOLD}
    names = {unit.code: desk.speech.pick(unit.name) for unit in desk.procedure.sop.units}
    return {code: names.get(code, code) for code in sorted(units)}


routes = [show_custody, accept_scanned, show_passport, act_on_passport]
