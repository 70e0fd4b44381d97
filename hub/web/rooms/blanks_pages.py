"""The room of the numbered blanks: stock, write-offs, destruction by two, the year's register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import ledger
from hub.cases.archive.paged import Paged
from hub.cases.ledger import RegisterLine, Stock
from hub.cases.office_lists import destruction_minutes
from hub.errors import NotFound, Refused
from hub.letters.press import Press
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import BLANKS
from hub.web.rooms.room import a_day, back, detached, must_look, pdf, show
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class BlanksPage:
    """The stock and the register of a year."""

    stock: Stock
    register: Paged[RegisterLine]
    year: int
    others: tuple[int, ...]
    """The other years that have numbers."""
    me: str


@get("/blanks")
async def show_blanks(
    desk: NamedDependency[Desk],
    year: FromQuery[int] = 0,
    number: Annotated[int, QueryParameter(name="page")] = 1,
) -> Response[str]:
    """Show the stock of blanks and `?page=` of the register of `?year=`, else of this year."""
    must_look(desk, BLANKS)
    return await _page(desk, year=year, number=number)


@get("/blanks/minutes.pdf")
async def print_minutes(
    desk: NamedDependency[Desk], press: NamedDependency[Press], day: FromQuery[str] = ""
) -> Response[bytes]:
    """Give the minutes of the blanks destroyed on `?day=`, else today."""
    must_look(desk, BLANKS)
    asked = a_day(day, desk.office.today(desk.clock.now()))
    first = datetime.combine(asked, time(), desk.office.zone)
    _, at, rows = await desk.read(
        detached(
            lambda session, _at: ledger.destroyed_on(
                session, desk.office_no, first, first + timedelta(days=1)
            )
        )
    )
    paper = destruction_minutes(desk.procedure, rows, asked, at.replace(microsecond=0))
    return pdf(await press.print(await desk.letterhead(), paper))


@post("/blanks/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_blanks(
    act: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Receive, spoil, propose for destruction, or confirm it as witness."""
    must_look(desk, BLANKS)
    form = await read_form(request, desk.officer.csrf)
    chosen = _ACTS.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    try:
        await desk.command(lambda tx: chosen(tx, form), form, f"blanks {act}")
    except Refused as refused:
        year, number = form.number("year") or 0, form.number("page") or 1
        return await _page(desk, refused, form, year=year, number=number)
    return back(f"/blanks?year={form.number('year') or 0}&page={form.number('page') or 1}")


def _receive(tx: Tx, form: Form) -> object:
    return ledger.receive(tx, ledger.serials_of(form.text("serials")))


def _spoil(tx: Tx, form: Form) -> object:
    return ledger.spoil(tx, form.text("serial"), form.text("reason"))


def _propose(tx: Tx, form: Form) -> object:
    return ledger.propose(tx, form.every("blank"))


def _confirm(tx: Tx, form: Form) -> object:
    return ledger.confirm_destroyed(tx, form.every("blank"))


_ACTS: Mapping[str, Callable[[Tx, Form], object]] = {
    "receive": _receive,
    "spoil": _spoil,
    "propose": _propose,
    "destroy": _confirm,
}


async def _page(
    desk: Desk,
    refused: Refused | None = None,
    form: Form | None = None,
    *,
    year: int = 0,
    number: int = 1,
) -> Response[str]:
    def read(session: Session, at: datetime) -> BlanksPage:
        years = ledger.years(session, desk.office_no)
        shown = year if year in years else desk.office.today(at).year
        return BlanksPage(
            stock=ledger.stock(session, desk.office_no),
            register=ledger.register(session, desk.office_no, shown, number),
            year=shown,
            others=tuple(one for one in years if one != shown),
            me=desk.officer.id,
        )

    return await show(desk, BLANKS, "blanks.html", read, refused=refused, form=form)


routes = [show_blanks, print_minutes, act_on_blanks]
