"""Wasdakim's work list and the page of one case: confirm, adjudicate, propose, decide, by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from hub import blobs
from hub.blobs import StoredFile
from hub.cases import documents
from hub.cases.applications import must_find
from hub.cases.screening import outcomes
from hub.cases.screening.national import MadeByHand, record_national
from hub.cases.screening.verdicts import Given, confirm_clear
from hub.errors import BadInput, NotAllowed, NotFound, Refused
from hub.events.cekal import CekalLookedAt
from hub.web.confirming import must_confirm
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.rendering import page
from hub.web.screener import Screener
from hub.web.typed_dates import typed_moment
from hub.web.uploads import media_of
from hub.web.wasdakim.ending import ending_count, standing_now
from hub.web.wasdakim.reading import CheckView, read_check
from hub.web.wasdakim.rights import must_see
from hub.web.wasdakim.work_reading import read_work
from hub.wire import FieldFault
from hub.writer import Tx

STREAM = "wasdakim"


@get("/wasdakim")
async def show_work(
    desk: NamedDependency[Desk], screener: NamedDependency[Screener]
) -> Response[str]:
    """Show what waits for Wasdakim. Raises NotAllowed `role_missing`."""
    must_see(desk)
    progress = screener.progress
    seq, at, view = await desk.read(lambda session, at: read_work(session, desk, at, progress))
    now = await standing_now(desk, screener, (one for row in view.held for one in row.holding))
    view = replace(
        view,
        ending=await ending_count(desk, screener),
        held=tuple(replace(row, over=_is_over(row.holding, now)) for row in view.held),
    )
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("wasdakim_work"),
        section="wasdakim",
        here="/wasdakim",
        stream=STREAM,
        place="Wasdakim",
    )
    return page("wasdakim.html", frame, view, live=desk.live)


def _is_over(holding: Collection[str], now: Mapping[str, str]) -> bool:
    return bool(holding) and all(now.get(one, "in_force") != "in_force" for one in holding)


@get("/wasdakim/case/{application:str}")
async def show_check(
    application: FromPath[str],
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    entry: FromQuery[str] = "",
) -> Response[str]:
    """Show a case beside the entries that its person may be; opening it is recorded."""
    must_see(desk)
    return await _page(desk, screener, application, entry=entry)


@post("/wasdakim/case/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_check(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Confirm, judge, propose, decide, or record a check made by hand."""
    must_see(desk)
    form = await read_form(request, desk.officer.csrf)
    chosen = ACTS.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    entry = form.text("entry")
    try:
        if act in CONFIRMED:
            await must_confirm(desk, form.text("password"), "password")
        run = await chosen(desk, application, form)
        await desk.command(run, form, f"cekal {act}")
    except Refused as refused:
        return await _page(desk, screener, application, entry=entry, refused=refused, form=form)
    back = f"/wasdakim/case/{application}"
    return Redirect(f"{back}?entry={entry}" if entry else back, status_code=303)


Run = Callable[[Tx], object]


async def _clear(desk: Desk, _application: str, form: Form) -> Run:
    check = form.text("check")
    return lambda tx: confirm_clear(tx, desk.procedure, check).id


async def _verdict(desk: Desk, _application: str, form: Form) -> Run:
    given = Given(
        form.text("entry"), form.text("choice"), form.text("reason"), form.every("compared")
    )
    check = form.text("check")
    return lambda tx: outcomes.adjudicate(tx, desk.procedure, check, given).id


async def _propose(desk: Desk, _application: str, form: Form) -> Run:
    check, outcome, reason = (form.text(name) for name in ("check", "outcome", "reason"))
    return lambda tx: outcomes.propose(tx, desk.procedure, check, outcome, reason)


async def _decide(desk: Desk, _application: str, form: Form) -> Run:
    check, agree = form.text("check"), form.text("choice") == "AGREED"
    reason, basis = form.text("reason"), form.text("legal_basis")
    return lambda tx: outcomes.decide(
        tx, desk.procedure, check, agree=agree, reason=reason, legal_basis=basis
    )


async def _by_hand(desk: Desk, application: str, form: Form) -> Run:
    """Record a check in the national system: officer, time, reference, result and its scan."""
    if not desk.officer.roles & set(desk.office.cekal.examine):
        text = "This needs the right to examine."
        raise NotAllowed("role_missing", text, id="Diperlukan hak memeriksa.")
    result = form.text("choice")
    if result not in ("CLEAR", "POSSIBLE_MATCH"):
        raise _fault("choice", "Pilih hasilnya / Choose the result")
    made_at, stored = _moment(desk, form), None
    file = form.files.get("scan")
    if file is not None and file.content:
        media = media_of("scan", file)
        stored = await asyncio.to_thread(desk.procedure.blobs.put, file.content), media

    def run(tx: Tx) -> str:
        case = must_find(tx.session, tx.office, desk.procedure, application)
        blob = _keep_scan(tx, case.id, case.position, stored) if stored else None
        made = MadeByHand(
            reference_no=form.text("reference_no"),
            found=result == "POSSIBLE_MATCH",
            made_by=form.text("made_by"),
            made_at=made_at,
            blob=blob,
            note=form.text("note"),
        )
        return record_national(tx, desk.procedure, case, made).id

    return run


def _keep_scan(tx: Tx, application: str, position: str, stored: tuple[StoredFile, str]) -> str:
    file, media = stored
    blobs.register(tx, file, media)
    item = f"{position}.national_check"
    documents.keep(tx, application, kind="cekal", item=item, blob=file.id, step=position)
    return file.id


def _moment(desk: Desk, form: Form) -> datetime | None:
    try:
        typed = typed_moment(form.text("made_at"), form.text("made_at_time"))
    except ValueError as error:
        raise _fault("made_at", "Tanggal atau jam tidak terbaca / No date or time") from error
    return typed.replace(tzinfo=desk.office.zone) if typed else None


def _fault(name: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=name, code="wrong", message=message)
    return BadInput("check_invalid", f"{english}.", id=f"{indonesian}.", fields=[fault])


Prepare = Callable[[Desk, str, Form], Awaitable[Run]]
ACTS: Mapping[str, Prepare] = {
    "clear": _clear,
    "verdict": _verdict,
    "propose": _propose,
    "decide": _decide,
    "by-hand": _by_hand,
}
CONFIRMED = frozenset({"verdict", "propose", "decide"})
"""What cannot be taken back needs the password once more."""


async def _page(
    desk: Desk,
    screener: Screener,
    application: str,
    *,
    entry: str = "",
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response[str]:
    typed = form.typed() if form else {}
    ticked = form.every("compared") if form else []
    seq, at, view = await desk.read(
        lambda session, _at: read_check(
            session,
            desk,
            application,
            entry=entry,
            refused=refused,
            typed=typed,
            ticked=ticked,
        )
    )
    now = await standing_now(desk, screener, view.held_for)
    view = replace(view, now=now, progress=screener.progress)
    if not desk.live:
        await _note_look(desk, view)
    here = f"/wasdakim/case/{view.application}"
    frame = desk.frame(
        seq,
        at,
        title=view.case_code,
        section="wasdakim_case",
        here=f"{here}?entry={entry}" if entry else here,
        stream=f"{STREAM}/{view.application}",
        place="Wasdakim",
    )
    return page(
        "wasdakim_case.html",
        frame,
        view,
        live=desk.live,
        status=refused.status if refused else 200,
    )


async def _note_look(desk: Desk, view: CheckView) -> None:
    """Record who opened which entries."""
    shown = tuple(one.reference for one in view.entries)
    looked = CekalLookedAt("case", view.application, shown)
    await desk.writer.run(
        lambda tx: tx.emit(looked, subject=view.application),
        actor=desk.officer.actor,
        name="look at entries",
    )


routes = [show_work, show_check, act_on_check]
