"""The page of a case and its forms; the work list."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from hub import jobs, officer_cards
from hub.cases import applications, doubts, reopen, stay_acts, steps, vouching
from hub.cases.proof import BY_CARD, BY_PASSWORD
from hub.cases.views import CaseView
from hub.errors import NotFound, Refused
from hub.feed import Feed
from hub.letters.press import Press
from hub.web.confirming import confirmed, confirmed_by_card, octets
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.officer import case_acts
from hub.web.officer.card_confirming import confirmed_at_reader
from hub.web.officer.case_places import back, paper_place, place_after, row_place
from hub.web.officer.case_reading import read_case
from hub.web.rendering import page
from hub.web.reprint import settle
from hub.web.typed_dates import iso_date
from hub.writer import Tx

_WORKPLACES = ("biometrics", "pages")
"""Pages beside the case's own that an act may lead back to."""
FILE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Content-Disposition": "inline",
}
"""A file of a case is shown and forgotten, and can do nothing in the browser."""
Act = Callable[[Tx, Desk, str, Form], object]


def _begin(tx: Tx, desk: Desk, application: str, _form: Form) -> object:
    return steps.begin(tx, desk.procedure, application)


def _pause(tx: Tx, desk: Desk, application: str, _form: Form) -> object:
    return steps.pause(tx, desk.procedure, application)


def _supply(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    key = form.text("evidence")
    return steps.supply(tx, desk.procedure, application, key, form.text(key))


def _still_hold(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    return vouching.say_they_hold(tx, desk.procedure, application, form.text("evidence"))


def _agree(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    field, value = form.text("field"), form.text("value")
    return applications.agree(tx, desk.procedure, application, field, value)


def _reject(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    reason, basis = form.text("reason"), form.text("legal_basis")
    return applications.reject(tx, desk.procedure, application, reason, basis)


def _withdraw(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    return applications.withdraw(tx, desk.procedure, application, form.text("reason"))


def _reopen(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    return reopen.reopen(tx, desk.procedure, application, form.text("step"), form.text("reason"))


def _doubt(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    code, reason = form.text("code"), form.text("reason")
    return doubts.answer(tx, desk.procedure, application, code, reason)


def _stay(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    said = form.typed()
    said |= {name: iso_date(said.get(name, "")) for name in ("start", "end")}
    return stay_acts.add(tx, desk.procedure, application, said)


def _strike_stay(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    return stay_acts.strike(tx, desk.procedure, application, form.typed())


ACTS: Mapping[str, Act] = {
    "begin": _begin,
    "pause": _pause,
    "supply": _supply,
    "still-hold": _still_hold,
    "agree": _agree,
    "divert": case_acts.divert,
    "resume": case_acts.resume,
    "reject": _reject,
    "withdraw": _withdraw,
    "leave": case_acts.leave,
    "move": case_acts.move,
    "correct": case_acts.correct,
    "state-correction": case_acts.state_correction,
    "settle-correction": case_acts.settle_correction,
    "reopen": _reopen,
    "doubt": _doubt,
    "stay": _stay,
    "strike-stay": _strike_stay,
}


@get("/case/{application:str}")
async def show_case(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show a case with its twelve steps. Raises NotFound, NotAllowed."""
    return await show_again(desk, application)


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
    return Response(content, media_type=found.media_type, headers=FILE_HEADERS)


@post(
    ["/case/{application:str}/step/{step:str}", "/case/{application:str}/gate/{step:str}"],
    request_max_body_size=FORM_LIMIT,
)
async def complete_step(
    application: FromPath[str],
    step: FromPath[str],
    desk: NamedDependency[Desk],
    feed: NamedDependency[Feed],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Complete the current step or gate; a refusal names every row that is wrong or missing."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        if await case_acts.asks_again(desk, view, step, form):
            return await show_again(desk, application, form=form, sure=step)
        how = await _confirmed(desk, feed, view, step, form)
        await case_acts.complete(desk, view, step, form, confirmed=how)
    except Refused as refused:
        return await show_again(desk, application, refused, form, step=step)
    return back(view.id)


async def _confirmed(desk: Desk, feed: Feed, view: CaseView, step: str, form: Form) -> str:
    """Return how the officer confirmed: password, card in the reader or elsewhere; else nothing."""
    purpose = case_acts.purpose(view, step)
    if await confirmed(desk, case_acts.passwords(view, form)):
        return BY_PASSWORD
    if case_acts.confirms(view) and await confirmed_at_reader(desk, feed, form, purpose):
        return BY_CARD
    challenge, signature = octets(form.text("card_challenge")), octets(form.text("card_signature"))
    return BY_CARD if await confirmed_by_card(desk, purpose, challenge, signature) else ""


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
        return await show_again(desk, application, refused, form)
    return (
        back(view.id, row_place(form)) if kept else await show_again(desk, application, form=form)
    )


@post("/case/{application:str}/job/{job:str}/cancel", request_max_body_size=FORM_LIMIT)
async def cancel_device(
    application: FromPath[str], job: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Stop a capture or scan that nobody wants any more."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    asked = form.text("to")
    workplace = asked if asked.partition("/")[0] in _WORKPLACES else ""
    try:
        await desk.command(
            lambda tx: jobs.cancel(tx, job=job, application=view.id), form, "cancel job"
        )
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    if workplace:
        return Redirect(f"/case/{view.id}/{workplace}", status_code=303)
    return back(view.id, row_place(form))


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
        return await show_again(desk, application, refused, form)
    return (
        back(view.id, row_place(form)) if kept else await show_again(desk, application, form=form)
    )


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
        listed = form.text("from") == "papers"
        kept = listed or await case_acts.keep_typed(desk, view, form)
        await case_acts.print_paper(desk, view, paper, form, press)
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    place = paper_place(paper) if listed else row_place(form)
    return back(view.id, place) if kept else await show_again(desk, application, form=form)


@post(
    "/case/{application:str}/letter/{paper:str}", request_max_body_size=FORM_LIMIT, status_code=200
)
async def give_letter(
    application: FromPath[str],
    paper: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    press: NamedDependency[Press],
) -> Response[bytes] | Response[str]:
    """Give a letter to the applicant for the browser to print, and enter it in the agenda."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        content = await case_acts.letter(desk, view, paper, press)
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return Response(content, media_type="application/pdf", headers=headers)


@post("/case/{application:str}/paper/{job:str}", request_max_body_size=FORM_LIMIT)
async def settle_paper(
    application: FromPath[str], job: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Record whether the paper of an uncertain print came out; if not, print it again."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    came = form.text("came") == "yes"
    try:
        await desk.command(
            lambda tx: settle(tx, job=job, came=came, application=view.id), form, "settle paper"
        )
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    return back(view.id, row_place(form))


@post("/case/{application:str}/return", request_max_body_size=FORM_LIMIT)
async def return_file(
    application: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
    press: NamedDependency[Press],
) -> Response[str] | Redirect:
    """Give an incomplete file back with the printed list of what is missing."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        await case_acts.return_file(desk, view, form, press)
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    return back(view.id)


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
        if act == "supply" and (row := await case_acts.asks_first(desk, view, form)):
            return await show_again(desk, application, form=form, sure=row)
        await desk.command(lambda tx: chosen(tx, desk, view.id, form), form, f"case {act}")
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    if form.text("from") == "counter" and desk.officer.counter:
        return Redirect(f"/counter/{desk.officer.counter}", status_code=303)
    return back(view.id, place_after(act, form))


async def show_again(
    desk: Desk,
    application: str,
    refused: Refused | None = None,
    form: Form | None = None,
    *,
    sure: str = "",
    step: str = "",
) -> Response[str]:
    """Answer with the page of a case, what was refused and what was typed; `sure` asks again.

    `step` is the one that the form was to complete: what was typed belongs to no other.
    """
    seq, at, view = await desk.read(
        lambda session, at: replace(
            read_case(session, desk, application, at, refused=refused, form=form, step=step),
            sure=sure,
        )
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


routes = [
    show_case,
    show_file,
    complete_step,
    challenge_card,
    ask_device,
    cancel_device,
    upload_document,
    print_paper,
    give_letter,
    settle_paper,
    return_file,
    act_on_case,
]
