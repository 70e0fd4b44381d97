"""The sheet's qualifications, officer by officer, with their dates; a counter's equipment check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from hub.cases import equipment, qualifications
from hub.cases.qualifications import Held
from hub.errors import BadInput, NotAllowed, Refused
from hub.officers import must_serve
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.rendering import page
from hub.web.typed_dates import iso_date
from hub.wire import FieldFault, Words


@dataclass(frozen=True, slots=True)
class SkillsPage:
    """Officers and the dates of each qualification."""

    lines: tuple[Words, ...]
    held: tuple[Held, ...]
    key: str
    today: date
    refused: Refused | None = None


@get("/qualifications")
async def show_skills(desk: NamedDependency[Desk]) -> Response[str]:
    """Show who holds which qualification. Raises NotAllowed `role_missing`."""
    return await _page(desk)


@post("/qualifications", request_max_body_size=FORM_LIMIT)
async def note_skill(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str] | Redirect:
    """Note one qualification of one officer."""
    form = await read_form(request, desk.officer.csrf)
    try:
        first, last = _day(form, "valid_from"), _day(form, "valid_to")
        login, number = form.text("login"), form.number("number") or 0
        await desk.command(
            lambda tx: qualifications.note(tx, desk.procedure, login, number, first, last),
            form,
            "qualification",
        )
    except Refused as refused:
        return await _page(desk, refused)
    return Redirect("/qualifications", status_code=303)


@post("/counter/{number:int}/equipment", request_max_body_size=FORM_LIMIT)
async def check_equipment(
    number: FromPath[int], desk: NamedDependency[Desk], request: AnyRequest
) -> Redirect:
    """Record the counter's opening check against the sheet's equipment lines."""
    must_serve(desk.officer)
    form = await read_form(request, desk.officer.csrf)
    lines = range(1, len(desk.procedure.sop.sheet.equipment) + 1)
    works = {line: form.text(f"line-{line}") == "yes" for line in lines}
    note = form.text("note")
    await desk.command(
        lambda tx: equipment.check(tx, desk.procedure, number, works, note), form, "equipment"
    )
    return Redirect(f"/counter/{number}", status_code=303)


async def _page(desk: Desk, refused: Refused | None = None) -> Response[str]:
    if not qualifications.SUPERVISORS & desk.officer.roles:
        text = "Only a supervisor notes qualifications."
        raise NotAllowed("role_missing", text, id="Hanya supervisor yang mencatat kualifikasi.")
    seq, at, held = await desk.read(
        lambda session, _at: qualifications.all_held(session, desk.procedure, desk.office_no)
    )
    view = SkillsPage(
        desk.procedure.sop.sheet.qualification, held, fresh_key(), desk.office.today(at), refused
    )
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("qualifications"),
        section="supervisor",
        here="/qualifications",
        stream="",
    )
    return page("skills.html", frame, view, status=refused.status if refused else 200)


def _day(form: Form, name: str) -> date | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(iso_date(text))
    except ValueError as error:
        fault = FieldFault(field=name, code="wrong", message="HH-BB-TTTT / DD-MM-YYYY")
        said = "This is no date."
        raise BadInput("date_wrong", said, id="Ini bukan tanggal.", fields=[fault]) from error


routes = [show_skills, note_skill, check_equipment]
