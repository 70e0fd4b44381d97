"""The work list: by role, found by what is at hand, as a file; and what stands still for all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import applications, search, stoppages, work_list
from hub.cases.open_cases import Asked, listed, whole_list
from hub.cases.overview import must_see_cases
from hub.cases.qualifications import SUPERVISORS
from hub.cases.views import CaseRow, WorkList
from hub.errors import NotFound
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, fresh_key, read_form
from hub.web.officer.case_page import WorkListPage
from hub.web.officer.list_files import as_csv, as_xlsx
from hub.web.rendering import page
from hub.web.words import Speech
from hub.wire import Words

_FILES: dict[str, tuple[Callable[[tuple[CaseRow, ...], Speech], bytes], str]] = {
    "csv": (as_csv, "text/csv"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@get("/cases")
async def show_work_list(
    desk: NamedDependency[Desk],
    role: FromQuery[str] = "",
    late: FromQuery[str] = "",
    number: Annotated[int, QueryParameter(name="page")] = 1,
) -> Response[str]:
    """Show what waits for this officer."""
    asked = Asked(_known_role(desk, role), late == "yes", max(1, number))
    seq, at, (listed, stopped) = await desk.read(
        lambda session, at: (
            work_list(session, desk.office_no, desk.procedure, desk.officer.actor, at, asked),
            _stopped(session, desk),
        )
    )
    return _page(desk, seq, at, _view(desk, listed, stopped, asked))


@post("/cases/search", request_max_body_size=FORM_LIMIT)
async def search_cases(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Lead to the case that a code, number or name means: posted, never in an address."""
    form = await read_form(request, desk.officer.csrf)
    sought = form.text("q")
    if not sought:
        return Redirect("/cases", status_code=303)

    seq, at, (found, listed, stopped) = await desk.read(
        lambda session, at: (
            found := _sought(session, desk, sought),
            _found(session, desk, found, at),
            _stopped(session, desk),
        )
    )
    if len(found) == 1:
        return Redirect(f"/case/{found[0]}", status_code=303)
    refused = None if found else _unknown_code()
    view = replace(_view(desk, listed, stopped, Asked()), sought=sought, refused=refused)
    return _page(desk, seq, at, view)


@get([f"/cases/list.{kind}" for kind in _FILES])
async def download_list(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    role: FromQuery[str] = "",
    late: FromQuery[str] = "",
) -> Response[bytes]:
    """Give the work list as the file that the address names."""
    kind = request.url.path.rpartition(".")[2]
    asked = Asked(_known_role(desk, role), late == "yes")
    _, at, rows = await desk.read(
        lambda session, at: tuple(
            whole_list(session, desk.office_no, desk.procedure, desk.officer.actor, at, asked)
        )
    )
    write, media = _FILES[kind]
    content = await asyncio.to_thread(write, rows, desk.speech)
    name = f"loket-{asked.role or 'cases'}-{desk.office.today(at):%Y-%m-%d}.{kind}"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media, headers=headers)


@post("/cases/stoppage", request_max_body_size=FORM_LIMIT)
async def note_stoppage(desk: NamedDependency[Desk], request: AnyRequest) -> Redirect:
    """Note that the national system or the power is gone, or back."""
    form = await read_form(request, desk.officer.csrf)
    kind, over = form.text("kind"), form.text("over") == "yes"
    await desk.command(
        lambda tx: stoppages.end(tx, kind) if over else stoppages.begin(tx, kind),
        form,
        "stoppage",
    )
    return Redirect("/cases", status_code=303)


def _view(
    desk: Desk, listed: WorkList, stopped: tuple[tuple[str, datetime], ...], asked: Asked
) -> WorkListPage:
    return WorkListPage(
        listed,
        asked,
        roles=_roles(desk),
        stopped=stopped,
        key=fresh_key(),
        may_stop=bool(stoppages.MAY_STOP & desk.officer.roles),
        supervises=bool(SUPERVISORS & desk.officer.roles),
    )


def _page(desk: Desk, seq: int, at: datetime, view: WorkListPage) -> Response[str]:
    address = view.address(view.asked.page)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("nav_cases"),
        section="cases",
        here=f"/cases?{address}" if address else "/cases",
        stream="" if view.sought else "cases",  # what was found stays as it was found
    )
    return page("cases.html", frame, view, live=desk.live, status=404 if view.refused else 200)


def _found(session: Session, desk: Desk, found: tuple[str, ...], at: datetime) -> WorkList:
    """Return the cases that were found as a list of one page; none: the officer's own list."""
    office, actor = desk.office_no, desk.officer.actor
    if not found:
        return work_list(session, office, desk.procedure, actor, at, Asked())
    rows = listed(session, office, desk.procedure, actor, at, found)
    mine = tuple(row for row in rows if row.mine)
    others = tuple(row for row in rows if not row.mine)
    return WorkList(
        mine=mine, others=others, mine_count=len(mine), others_count=len(others), page=1, pages=1
    )


def _stopped(session: Session, desk: Desk) -> tuple[tuple[str, datetime], ...]:
    return tuple((one.kind, one.began_at) for one in stoppages.running(session, desk.office_no))


def _known_role(desk: Desk, role: str) -> str:
    return role if role in {code for code, _ in _roles(desk)} else ""


def _roles(desk: Desk) -> tuple[tuple[str, Words], ...]:
    """Return the roles that some stage of the procedure waits for."""
    codes = {code for stage in desk.procedure.sop.stages for code in stage.roles}
    return tuple((role.code, role.name) for role in desk.office.roles if role.code in codes)


def _sought(session: Session, desk: Desk, text: str) -> tuple[str, ...]:
    """Return the cases that a code, a number, a scanned barcode or a name leads to.

    Raises NotAllowed: who sees no cases does not learn either who has one.
    """
    must_see_cases(desk.procedure, desk.officer.actor)
    office, keyring = desk.office_no, desk.procedure.keyring
    named = applications.find(session, office, desk.procedure, text)
    if named is not None:
        return (named.id,)
    return search.by_number(session, office, keyring, text) or search.by_name(
        session, office, keyring, text
    )


def _unknown_code() -> NotFound:
    return NotFound(
        "case_unknown",
        "No case has this code, number or name. Names are found only while the case is open.",
        id="Tidak ada permohonan dengan kode, nomor, atau nama ini. Nama hanya pada yang terbuka.",
    )


routes = [show_work_list, search_cases, download_list, note_stoppage]
