"""The archive's room: files on their way to the shelf, loans, lists, export with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import archive
from hub.cases.applications import must_find
from hub.cases.archive import destroying, ended_files, keeping, sealing, transferring
from hub.cases.archive.ended_files import Given, Unfiled
from hub.cases.archive.keeping import STEPS, Act, Filing
from hub.cases.archive.paged import Paged
from hub.cases.office_lists import file_destruction, transfer_list
from hub.errors import NotAllowed, NotFound, Refused
from hub.letters import Listing
from hub.letters.press import Press
from hub.models.application import Application
from hub.models.correspondence import Destruction, TransferList
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import ARCHIVE
from hub.web.rooms.room import back, must_look, pdf, show
from hub.web.typed_dates import iso_date
from hub.writer import Tx

OPEN_FOR = timedelta(minutes=10)
"""How long after its reason was logged a package can be taken out."""


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """The files of the archive, and what may be done next with each."""

    list: Filing
    transfers: Paged[TransferList]
    destructions: Paged[Destruction]
    next_acts: dict[str, tuple[str, ...]]
    archivist: bool
    may_open: bool
    me: str
    may_record: bool = False
    may_witness: bool = False
    opened: str = ""
    """The case whose package may be taken now."""
    opened_code: str = ""
    unfiled: Paged[Unfiled] = field(default_factory=lambda: Paged((), 1, 1, 0))
    """Files of cases that ended before their last step, to be given to the archive."""
    on_lists: Mapping[str, TransferList] = field(default_factory=dict)
    """The transfer list on which a file waits, by its case code."""
    outgrown: frozenset[str] = frozenset()
    """The packages whose case got a file after they were sealed."""
    gives: bool = False
    receivers: tuple[tuple[str, str], ...] = ()
    """Login and name of each archivist who may receive a file from this officer."""

    def count(self, *states: str) -> int:
        """Return how many files are in one of the states."""
        return sum(self.list.counts.get(state, 0) for state in states)


@get("/archive")
async def show_archive(
    desk: NamedDependency[Desk],
    opened: FromQuery[str] = "",
    page: FromQuery[int] = 1,
    transfers: FromQuery[int] = 1,
    destructions: FromQuery[int] = 1,
    waiting: FromQuery[int] = 1,
) -> Response[str]:
    """Show a page of the archive and of its lists.

    `opened` is the case whose package may be taken now.
    """
    must_look(desk, ARCHIVE)
    return await _page(desk, opened=opened, number=page, lists=(transfers, destructions, waiting))


@post("/archive/transfer", request_max_body_size=FORM_LIMIT)
async def give_list(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str] | Redirect:
    """Sign a transfer list as its giver."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    chosen = form.every("case")
    return await _done(
        desk, form, "transfer list", lambda tx: transferring.give_list(tx, desk.procedure, chosen)
    )


@post("/archive/transfer/{transfer:str}", request_max_body_size=FORM_LIMIT)
async def receive_list(
    transfer: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Sign a transfer list as its receiver."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    return await _done(
        desk, form, "receive list", lambda tx: transferring.receive_list(tx, transfer)
    )


@post("/archive/transfer/{transfer:str}/back", request_max_body_size=FORM_LIMIT)
async def take_back_list(
    transfer: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Take back a transfer list that nobody received."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    return await _done(
        desk, form, "take back list", lambda tx: transferring.take_back_list(tx, transfer)
    )


@get("/archive/transfer/{transfer:str}/list.pdf")
async def print_list(
    transfer: FromPath[str], desk: NamedDependency[Desk], press: NamedDependency[Press]
) -> Response[bytes]:
    """Give a transfer list as a paper that both sign."""
    must_look(desk, ARCHIVE)

    def read(session: Session, at: datetime) -> Listing:
        row = transferring.find_transfer(session, desk.office_no, transfer)
        return transfer_list(desk.procedure, row, at.replace(microsecond=0))

    _, _, paper = await desk.read(read)
    return pdf(await press.print(await desk.letterhead(), paper))


@get("/archive/{application:str}/package.tar")
async def take_package(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[bytes]:
    """Give the package to an officer who has just given a reason. Raises NotAllowed."""

    def read(session: Session, at: datetime) -> tuple[str, str]:
        row = must_find(session, desk.office_no, desk.procedure, application)
        given = keeping.opened_by(session, desk.office_no, row.id, desk.officer.id)
        package = archive.package_row(session, desk.office_no, row.id)
        if package is None or given is None or at - given > OPEN_FOR:
            raise NotAllowed(
                "reason_first",
                "Give the reason for opening this package first.",
                id="Sebutkan dahulu alasan membuka paket ini.",
            )
        return package.blob, row.case_code

    _, _, (blob, code) = await desk.read(read)
    content = await asyncio.to_thread(desk.procedure.blobs.get, blob)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{code}.tar"',
    }
    return Response(content, media_type=archive.MEDIA_TYPE, headers=headers)


@post("/archive/destruction", request_max_body_size=FORM_LIMIT)
async def propose_destruction(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Put the chosen files on a list for ANRI."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    chosen = form.every("case")
    return await _done(
        desk, form, "destruction list", lambda tx: destroying.propose(tx, desk.procedure, chosen)
    )


@get("/archive/destruction/{destruction:str}/list.pdf")
async def print_destruction(
    destruction: FromPath[str], desk: NamedDependency[Desk], press: NamedDependency[Press]
) -> Response[bytes]:
    """Give a list of files to be destroyed, or its minutes once they are."""
    must_look(desk, ARCHIVE)

    def read(session: Session, at: datetime) -> Listing:
        row = destroying.find(session, desk.office_no, destruction)
        files = destroying.files_of(session, row)
        return file_destruction(desk.procedure, row, files, at.replace(microsecond=0))

    _, _, paper = await desk.read(read)
    return pdf(await press.print(await desk.letterhead(), paper))


@post("/archive/destruction/{destruction:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_destruction(
    destruction: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Record ANRI's answer, the destruction, or confirm it as its witness."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    number, dated, how = (
        form.text("anri_number"),
        iso_date(form.text("anri_date")),
        form.text("how"),
    )
    granted = form.text("granted") != "no"
    acts: dict[str, Callable[[Tx], object]] = {
        "answer": lambda tx: destroying.answer(
            tx, desk.procedure, destruction, number, dated, granted=granted
        ),
        "record": lambda tx: destroying.record(tx, destruction, how),
        "witness": lambda tx: destroying.witness(tx, desk.procedure, destruction),
    }
    chosen = acts.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    return await _done(desk, form, f"destruction {act}", chosen)


@post("/archive/{application:str}/open", request_max_body_size=FORM_LIMIT)
async def open_package(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Log the reason, then let the package be taken."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    reason = form.text("reason")
    return await _done(
        desk,
        form,
        "open package",
        lambda tx: keeping.open_package(tx, desk.procedure, application, reason),
        opened=application,
    )


@post("/archive/{application:str}/give", request_max_body_size=FORM_LIMIT)
async def give_file(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Give the file of a case that ended before its last step to the archive."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    given = Given(form.text("shelf"), form.text("receiver"), form.text("passport_here") == "yes")
    officer = desk.officer.actor
    _, _, package = await desk.read(
        lambda session, at: ended_files.prepare(
            session, desk.procedure, desk.office_no, application, given, at, officer
        )
    )
    return await _done(
        desk,
        form,
        "give file",
        lambda tx: ended_files.give(tx, desk.procedure, application, given, package),
    )


@post("/archive/{application:str}/seal", request_max_body_size=FORM_LIMIT)
async def seal_again(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Seal the package anew with what came to the case since."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    officer = desk.officer.actor
    _, _, package = await desk.read(
        lambda session, at: sealing.prepare(
            session, desk.procedure, desk.office_no, application, at, officer
        )
    )
    return await _done(
        desk,
        form,
        "seal package",
        lambda tx: sealing.seal_again(tx, desk.procedure, application, package),
    )


@post("/archive/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_file(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Check, label, shelve, lend, take back, retire or propose for destruction."""
    must_look(desk, ARCHIVE)
    form = await read_form(request, desk.officer.csrf)
    if act not in STEPS:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    done = Act(act, form.text("place"), iso_date(form.text("due_on")), form.text("note"))
    return await _done(
        desk, form, f"archive {act}", lambda tx: keeping.move(tx, desk.procedure, application, done)
    )


async def _done(
    desk: Desk, form: Form, name: str, act: Callable[[Tx], object], *, opened: str = ""
) -> Response[str] | Redirect:
    """Do one act of the archive and go on; a refusal stands above what was typed."""
    try:
        await desk.command(act, form, name)
    except Refused as refused:
        return await _page(desk, refused, form, number=form.number("page") or 1)
    said = {"opened": opened, "page": str(form.number("page") or "")}
    query = urlencode({name: text for name, text in said.items() if text})
    return back(f"/archive?{query}" if query else "/archive")


async def _page(
    desk: Desk,
    refused: Refused | None = None,
    form: Form | None = None,
    *,
    opened: str = "",
    number: int = 1,
    lists: tuple[int, int, int] = (1, 1, 1),
) -> Response[str]:
    def read(session: Session, at: datetime) -> ArchivePage:
        states = {before for before, _ in STEPS.values()}
        files = keeping.filed(session, desk.office_no, desk.procedure, at, number)
        return ArchivePage(
            list=files,
            on_lists=transferring.waiting_lists(session, desk.office_no),
            outgrown=sealing.outgrown(session, desk.office_no, [one.package for one in files.rows]),
            transfers=transferring.transfers(session, desk.office_no, lists[0]),
            destructions=destroying.listed(session, desk.office_no, lists[1]),
            next_acts={
                state: tuple(name for name, (before, _) in STEPS.items() if before == state)
                for state in states
            },
            archivist="archivist" in desk.officer.roles,
            may_open=bool(keeping.MAY_OPEN & desk.officer.roles),
            me=desk.officer.id,
            opened=opened,
            opened_code=_code_of(session, desk, opened),
            unfiled=ended_files.unfiled(session, desk.procedure, desk.office_no, lists[2]),
            gives=bool(ended_files.may_give(desk.procedure) & desk.officer.roles),
            receivers=tuple(
                (one.login, one.name)
                for one in ended_files.receivers(session, desk.office_no, desk.officer.id)
            ),
            may_record=bool(destroying.MAY_RECORD & desk.officer.roles),
            may_witness=bool(destroying.MAY_WITNESS & desk.officer.roles),
        )

    return await show(desk, ARCHIVE, "archive.html", read, refused=refused, form=form)


def _code_of(session: Session, desk: Desk, application: str) -> str:
    """Return the code of the opened case; nothing for a case that is not in the archive."""
    package = archive.package_row(session, desk.office_no, application) if application else None
    row = session.get(Application, (desk.office_no, application)) if package else None
    return row.case_code if row else ""


routes = [
    show_archive,
    print_list,
    give_list,
    receive_list,
    take_back_list,
    take_package,
    propose_destruction,
    print_destruction,
    act_on_destruction,
    open_package,
    give_file,
    seal_again,
    act_on_file,
]
