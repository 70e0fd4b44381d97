"""The page of a case and its forms; the work list."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from hub import officer_cards
from hub.cases import applications, steps, work_list
from hub.errors import NotFound, Refused
from hub.letters.press import Press
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.officer import case_acts
from hub.web.officer.case_page import WorkListPage
from hub.web.officer.case_reading import read_case
from hub.web.officer.confirming import confirmed, confirmed_by_card
from hub.web.officer.reprint import settle
from hub.web.rendering import page
from hub.writer import Tx

Act = Callable[[Tx, Desk, str, Form], object]


def _begin(tx: Tx, desk: Desk, application: str, _form: Form) -> object:
    return steps.begin(tx, desk.procedure, application)


def _pause(tx: Tx, desk: Desk, application: str, _form: Form) -> object:
    return steps.pause(tx, desk.procedure, application)


def _supply(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    key = form.text("evidence")
    return steps.supply(tx, desk.procedure, application, key, form.text(key))


def _reject(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    reason, basis = form.text("reason"), form.text("legal_basis")
    return applications.reject(tx, desk.procedure, application, reason, basis)


def _withdraw(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    return applications.withdraw(tx, desk.procedure, application, form.text("reason"))


ACTS: Mapping[str, Act] = {
    "begin": _begin,
    "pause": _pause,
    "supply": _supply,
    "divert": case_acts.divert,
    "resume": case_acts.resume,
    "reject": _reject,
    "withdraw": _withdraw,
}


@get("/case/{application:str}")
async def show_case(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show a case with its twelve steps. Raises NotFound, NotAllowed."""
    return await _page(desk, application)


@get("/case/{application:str}/file/{blob:str}")
async def show_file(
    application: FromPath[str], blob: FromPath[str], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """Show a file of the case. Raises NotFound `blob_unknown`."""
    view = await case_acts.look(desk, application)
    found = next((one for one in view.documents if one.blob == blob), None)
    if found is None or found.kind == "package":  # the archive's room opens it, with a reason
        raise NotFound("blob_unknown", "There is no such file.", id="Berkas itu tidak ada.")
    content = await asyncio.to_thread(desk.procedure.blobs.get, blob)
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Content-Disposition": "inline",
    }
    return Response(content, media_type=found.media_type, headers=headers)


@post(
    ["/case/{application:str}/step/{step:str}", "/case/{application:str}/gate/{step:str}"],
    request_max_body_size=FORM_LIMIT,
)
async def complete_step(
    application: FromPath[str],
    step: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Complete the current step or gate; a refusal names every row that is wrong or missing."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        verified = await confirmed(desk, case_acts.passwords(view, form)) or (
            await confirmed_by_card(
                desk,
                case_acts.purpose(view, step),
                form.text("card_challenge"),
                form.text("card_signature"),
            )
        )
        await case_acts.complete(desk, view, step, form, verified=verified)
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id)


@post("/case/{application:str}/card-challenge", request_max_body_size=FORM_LIMIT)
async def challenge_card(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> dict[str, str]:
    """Draw what the officer's card has to sign to confirm the current step, for two minutes."""
    await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    purpose = case_acts.purpose(view, view.current.key if view.current else "")
    drawn = officer_cards.challenge(
        desk.procedure.keyring, officer=desk.officer.id, purpose=purpose, at=desk.clock.now()
    )
    return {"purpose": purpose, "challenge": b64encode(drawn).decode()}


@post("/case/{application:str}/job", request_max_body_size=FORM_LIMIT)
async def ask_device(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Ask a device of the officer's counter for a scan, a photo or a finger."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        kept = await case_acts.keep_typed(desk, view, form)
        await case_acts.ask_device(desk, view, form)
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id) if kept else await _page(desk, application, form=form)


@post("/case/{application:str}/document", request_max_body_size=FORM_LIMIT)
async def upload_document(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Take a file in place of a scan or a photo."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        kept = await case_acts.keep_typed(desk, view, form)
        await case_acts.attach(desk, view, form)
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id) if kept else await _page(desk, application, form=form)


@post("/case/{application:str}/print/{paper:str}", request_max_body_size=FORM_LIMIT)
async def print_paper(
    application: FromPath[str],
    paper: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    press: NamedDependency[Press],
) -> Response[str] | Redirect:
    """Print a paper of the case at the officer's counter."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        kept = form.text("from") == "papers" or await case_acts.keep_typed(desk, view, form)
        await case_acts.print_paper(desk, view, paper, form, press)
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id) if kept else await _page(desk, application, form=form)


@post("/case/{application:str}/paper/{job:str}", request_max_body_size=FORM_LIMIT)
async def settle_paper(
    application: FromPath[str], job: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Record whether the paper of an uncertain print came out; if not, print it again."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    came = form.text("came") == "yes"
    try:
        await desk.command(lambda tx: settle(tx, job=job, came=came), form, "settle paper")
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id)


@post("/case/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_case(
    application: FromPath[str], act: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Start or stop the clock, save one row, divert, resume, reject or withdraw."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    chosen = ACTS.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    try:
        await desk.command(lambda tx: chosen(tx, desk, view.id, form), form, f"case {act}")
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return _back(view.id)


@get("/cases")
async def show_work_list(
    desk: NamedDependency[Desk], q: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """Show what waits for this officer; `q` is a case code and leads to its case."""
    seq, at, rows = await desk.read(
        lambda session, at: work_list(
            session, desk.office_no, desk.procedure, desk.officer.actor, at
        )
    )
    refused: Refused | None = None
    if q.strip():
        _, _, found = await desk.read(
            lambda session, _at: applications.resolve(session, desk.office_no, q)
        )
        if found is not None:
            return Redirect(f"/case/{found}", status_code=303)
        refused = _unknown_code()
    mine = tuple(row for row in rows if row.mine)
    others = tuple(row for row in rows if not row.mine)
    frame = desk.frame(
        seq, at, title=desk.speech.say("nav_cases"), section="cases", here="/cases", stream="cases"
    )
    return page(
        "cases.html",
        frame,
        WorkListPage(mine, others, q, refused),
        live=desk.live,
        status=404 if refused else 200,
    )


async def _page(
    desk: Desk, application: str, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    seq, at, view = await desk.read(
        lambda session, at: read_case(session, desk, application, at, refused=refused, form=form)
    )
    frame = desk.frame(
        seq,
        at,
        title=view.case.head.case_code,
        section="case",
        here=f"/case/{view.case.id}",
        stream=f"case/{view.case.id}",
    )
    return page("case.html", frame, view, live=desk.live, status=refused.status if refused else 200)


def _back(application: str) -> Redirect:
    return Redirect(f"/case/{application}", status_code=303)


def _unknown_code() -> NotFound:
    return NotFound(
        "case_unknown",
        "There is no case with this code. Check every character.",
        id="Tidak ada berkas dengan kode ini. Periksa setiap karakter.",
    )


routes = [
    show_case,
    show_file,
    complete_step,
    challenge_card,
    ask_device,
    upload_document,
    print_paper,
    settle_paper,
    act_on_case,
    show_work_list,
]
