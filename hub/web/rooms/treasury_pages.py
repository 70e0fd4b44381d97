"""The treasurer's room: the day's book, bank statements, the closing list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub import jobs
from hub.blobs import StoredFile
from hub.cases.office_lists import closing_list
from hub.cases.payments import day_book, matching
from hub.cases.payments.day_book import Book
from hub.cases.payments.matching import Judged
from hub.cases.payments.statements import Statement, read_statement
from hub.errors import NotFound, Refused
from hub.letters.press import Press
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import TREASURY
from hub.web.rooms.room import a_day, back, detached, must_look, pdf, show
from hub.wire import Words
from hub.writer import Tx

_VERDICTS = {
    "vouch": Words(id="cocok", en="agrees"),
    "differ": Words(id="jumlah berbeda", en="another amount"),
    "known": Words(id="sudah diimpor", en="imported before"),
    "unknown": Words(id="belum dicatat di kantor", en="not recorded here"),
}


@dataclass(frozen=True, slots=True)
class TreasuryPage:
    """The book of a day; `trial` is what an import would do."""

    book: Book
    day: date
    before: date
    after: date
    is_today: bool
    has_come: bool
    """The day is today or before: its list may be closed."""
    tariffs: dict[str, str]
    statement: Statement | None = None
    trial: tuple[tuple[Judged, Words], ...] = ()

    @property
    def expected_sum(self) -> int:
        """Return what the waiting cases owe."""
        return sum(one.amount for one in self.book.expected)


@get("/treasury")
async def show_treasury(desk: NamedDependency[Desk], day: FromQuery[str] = "") -> Response[str]:
    """Show the book of `?day=`, else today's. Raises NotAllowed `role_missing`."""
    must_look(desk, TREASURY)
    return await _page(desk, a_day(day, _today(desk)))


@get("/treasury/list.pdf")
async def show_list(
    desk: NamedDependency[Desk], press: NamedDependency[Press], day: FromQuery[str] = ""
) -> Response[bytes]:
    """Give the closing list: the locked one as it was printed, else the list as it stands."""
    must_look(desk, TREASURY)
    asked = a_day(day, _today(desk))
    _, _, book = await desk.read(detached(_reader(desk, asked)))
    if book.closed is not None and book.closed.blob:
        content = await asyncio.to_thread(desk.procedure.blobs.get, book.closed.blob)
    else:
        content = await _print(desk, press, book)
    return pdf(content)


@post("/treasury/statement", request_max_body_size=FORM_LIMIT)
async def import_statement(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Try or import a bank statement; wrong lines are named and nothing is taken."""
    must_look(desk, TREASURY)
    form = await read_form(request, desk.officer.csrf)
    statement: Statement | None = None
    try:
        file = form.files.get("file")
        content = file.content if file and file.content else form.text("csv").encode()
        statement = await asyncio.to_thread(read_statement, content)
        if form.text("act") != "import" or statement.faults:
            return await _page(desk, _today(desk), statement=statement, form=form)
        taken = statement
        await desk.command(
            lambda tx: matching.import_statement(tx, desk.procedure, taken), form, "statement"
        )
    except Refused as refused:
        return await _page(desk, _today(desk), refused=refused, statement=statement, form=form)
    return back("/treasury")


@post("/treasury/close", request_max_body_size=FORM_LIMIT)
async def close_day(
    desk: NamedDependency[Desk], request: AnyRequest, press: NamedDependency[Press]
) -> Response[str] | Redirect:
    """Print the list of a day and lock it."""
    must_look(desk, TREASURY)
    form = await read_form(request, desk.officer.csrf)
    day = a_day(form.text("day"), _today(desk))
    _, _, book = await desk.read(detached(_reader(desk, day)))
    digest = form.text("digest")
    try:
        printed = await _print(desk, press, book)
        stored = await asyncio.to_thread(desk.procedure.blobs.put, printed)
        await desk.command(lambda tx: _close(tx, desk, day, digest, stored), form, "close treasury")
    except Refused as refused:
        return await _page(desk, day, refused=refused, form=form)
    return back(f"/treasury?day={day.isoformat()}")


def _close(tx: Tx, desk: Desk, day: date, digest: str, list_: StoredFile) -> None:
    """Lock the day; its list goes to the printer of the counter at which the treasurer sits."""
    day_book.close_day(tx, desk.procedure, day, digest, list_)
    if desk.officer.counter is not None:
        jobs.ask(
            tx,
            counter=desk.officer.counter,
            kind="print_document",
            blob=list_.id,
            options={"title": "closing_list"},
        )


async def _print(desk: Desk, press: Press, book: Book) -> bytes:
    at = desk.clock.now().replace(microsecond=0)
    paper = closing_list(desk.procedure, book.list, desk.officer.name, desk.officer.nip, at)
    return await press.print(await desk.letterhead(), paper)


def _reader(desk: Desk, day: date) -> Callable[[Session, datetime], Book]:
    return lambda session, at: day_book.read_book(session, desk.office_no, desk.procedure, day, at)


async def _page(
    desk: Desk,
    day: date,
    *,
    refused: Refused | None = None,
    statement: Statement | None = None,
    form: Form | None = None,
) -> Response[str]:
    if day > _today(desk) + timedelta(days=366):
        raise NotFound("day_unknown", "That day is far off.", id="Hari itu masih jauh.")

    def read(session: Session, at: datetime) -> TreasuryPage:
        judged = (
            matching.judge(session, desk.office_no, desk.procedure.keyring, statement)
            if statement
            else ()
        )
        return TreasuryPage(
            book=_reader(desk, day)(session, at),
            day=day,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            is_today=day == desk.office.today(at),
            has_come=day <= desk.office.today(at),
            tariffs={one.code: desk.speech.pick(one.name) for one in desk.office.tariffs},
            statement=statement,
            trial=tuple((one, _VERDICTS[one.verdict]) for one in judged),
        )

    here = f"/treasury?day={day.isoformat()}"
    return await show(desk, TREASURY, "treasury.html", read, here=here, refused=refused, form=form)


def _today(desk: Desk) -> date:
    return desk.office.today(desk.clock.now())


routes = [show_treasury, show_list, import_statement, close_day]
