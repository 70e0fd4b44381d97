"""What the forms on the page of a case do: steps, device requests, files, prints, branches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import blobs, jobs, officer_cards
from hub.cases import (
    applying,
    branches,
    case_view,
    correcting,
    documents,
    keeping,
    letters_sent,
    nonconformity,
    qualifications,
    returning,
    steps,
)
from hub.cases import papers as case_papers
from hub.cases.applications import must_find
from hub.cases.views import CaseView, EvidenceRow, PaperLine
from hub.errors import BadInput, Conflict, NotFound
from hub.letters import MissingList, Paper
from hub.letters.press import Press
from hub.models.queue import TicketRow
from hub.queue.line import finish
from hub.tickets import AT_COUNTER, number_of
from hub.web.desk import Desk
from hub.web.forms import Form
from hub.web.typed_dates import iso_date, typed_moment
from hub.web.uploads import media_of
from hub.wire import FieldFault, Job, JobKind
from hub.writer import Tx

JOB_KINDS: Mapping[str, JobKind] = {
    "scan": "scan",
    "photo": "take_photo",
}
FINAL = frozenset({"issue", "legalise"})
"""Duties that cannot be taken back: a number and a blank are used up, a case is legalised."""


async def look(desk: Desk, application: str) -> CaseView:
    """Return the case as it stands now. Raises NotFound, NotAllowed."""
    _, _, view = await desk.read(
        lambda session, at: case_view(
            session, desk.office_no, desk.procedure, application, desk.officer.actor, at
        )
    )
    return view


def row_of(view: CaseView, key: str) -> EvidenceRow:
    """Return an evidence row of the current step. Raises NotFound `row_unknown`."""
    rows = view.current.evidence if view.current else ()
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise NotFound(
            "row_unknown",
            "The case has moved on; this row is no longer asked for.",
            id="Permohonan sudah maju; isian ini tidak diminta lagi.",
        )
    return found


def posted(view: CaseView, form: Form, *, confirmed: str) -> dict[str, str]:
    """Return what the form says to each row; of a password or card only how it `confirmed`."""
    values: dict[str, str] = {}
    for row in view.current.evidence if view.current else ():
        if row.kind == "login":
            if confirmed:
                values[row.key] = confirmed
        elif row.key in form.values:
            values[row.key] = _typed(row, form)
    return values


def _typed(row: EvidenceRow, form: Form) -> str:
    typed = form.text(row.key)
    return iso_date(typed) if row.kind == "date" else typed


def passwords(view: CaseView, form: Form) -> list[str]:
    """Return the passwords typed to confirm the step."""
    rows = view.current.evidence if view.current else ()
    return [form.text(row.key) for row in rows if row.kind == "login" and form.text(row.key)]


def confirms(view: CaseView) -> bool:
    """Return whether the current step asks the officer to confirm with password or card."""
    return any(row.kind == "login" for row in (view.current.evidence if view.current else ()))


def purpose(view: CaseView, step: str) -> str:
    """Return what a card signs for: this step of this case."""
    return officer_cards.purpose_of(step, [view.id])


async def complete(desk: Desk, view: CaseView, step: str, form: Form, *, confirmed: str) -> None:
    """Complete the step with what the form says. Raises Refused, naming every row."""
    values = posted(view, form, confirmed=confirmed)
    officer = desk.officer.actor
    _, _, prepared = await desk.read(
        lambda session, at: steps.prepare(
            session, desk.office_no, desk.procedure, view.id, step, values, at, officer
        )
    )
    await desk.command(_completion(desk, view, step, form, prepared), form, f"step {step}")


def _completion(
    desk: Desk, view: CaseView, step: str, form: Form, values: Mapping[str, str]
) -> Callable[[Tx], steps.StepDone]:
    """Return the command that completes a step with what the form says. Raises BadInput."""
    remark = form.text("remark")
    paper = _on_paper(desk, form)
    revision = form.number("revision")
    cards = _cards(desk, form) | applying.differing(form.typed())

    def command(tx: Tx) -> steps.StepDone:
        if any(cards.values()):
            keeping.keep(tx, desk.procedure, view.id, step, cards, revision or 0)
        return steps.complete(
            tx,
            desk.procedure,
            view.id,
            step,
            values,
            remark,
            paper=paper,
            revision=revision,
        )

    return command


async def asks_again(desk: Desk, view: CaseView, step: str, form: Form) -> bool:
    """Say whether this press must be repeated: what it does cannot be undone.

    Whatever would refuse the second press refuses this one. Raises Refused.
    """
    stage = desk.procedure.sop.stage(step)
    if stage is None or not FINAL & set(stage.does) or form.text("sure") == step:
        return False
    await desk.rehearse(_completion(desk, view, step, form, posted(view, form, confirmed="")))
    return True


async def asks_first(desk: Desk, view: CaseView, form: Form) -> str:
    """Return the row whose saving uses up a number and must be pressed twice; else nothing.

    The second press is for the value that was asked about: another one is asked about anew. What
    cannot be is refused at the first press. Raises Refused.
    """
    key = form.text("evidence")
    if view.current is None:
        return ""
    rows = view.current.evidence
    found = next((row for row in rows if row.key == key and row.first and not row.supplied), None)
    is_sure = form.text("sure") == key and form.text("sure_of") == form.text(key)
    if not found or not form.text(key) or is_sure:
        return ""
    value = form.text(key)
    await desk.rehearse(lambda tx: steps.supply(tx, desk.procedure, view.id, key, value))
    return key


def _cards(desk: Desk, form: Form) -> dict[str, str]:
    """Return what stands on the permit card, as the officer read it."""
    found = {}
    for name in form.values:
        field = desk.procedure.sop.field(name.removeprefix("card."))
        if field is not None and name.startswith("card."):
            text = form.text(name)
            found[name] = iso_date(text) if field.kind == "date" else text
    return found


def _on_paper(desk: Desk, form: Form) -> steps.Paper:
    """Return how the step is kept, and when it was begun and done on paper. Raises BadInput."""
    begun, day = form.text("begun_at"), form.text("done_at")
    done_at = _moment(desk, "done_at", day, form.text("done_at_time"))
    begun_at = _moment(desk, "begun_at", day, begun) if begun else None
    return steps.Paper(_medium(form), form.text("paper_at"), done_at, begun_at)


def _moment(desk: Desk, field: str, day: str, clock: str) -> datetime | None:
    """Return a moment of the paper form, if the step is entered only now. Raises BadInput."""
    try:
        typed = typed_moment(day, clock)
    except ValueError as error:
        message = "tulis hari dan jam, 23-11-2026 09.10 / write day and time, 23-11-2026 09.10"
        fault = FieldFault(field=field, code="wrong", message=message)
        raise BadInput(
            "done_at_wrong",
            "When was it done on paper? Write day and time.",
            id="Kapan dikerjakan di kertas? Tulis hari dan jam.",
            fields=[fault],
        ) from error
    return typed.replace(tzinfo=desk.office.zone) if typed else None


def _medium(form: Form) -> steps.Medium:
    said = form.text("medium")
    return "electronic" if said == "electronic" else "paper" if said == "paper" else "both"


async def keep_typed(desk: Desk, view: CaseView, form: Form) -> bool:
    """Save what was typed beside a device's button; return whether all of it could be kept."""
    rows = [
        row
        for row in (view.current.evidence if view.current else ())
        if row.kind in ("text", "reference", "date", "money", "choice", "checkbox", "lines")
        and not row.first
        and _typed(row, form) not in ("", row.value)
    ]
    if chosen := applying.differing(form.typed()):
        await _settle(desk, view, chosen)
    kept = True
    for row in rows:
        try:
            await _supply(desk, view.id, row.key, _typed(row, form))
        except BadInput:
            kept = False
    return kept


async def _settle(desk: Desk, view: CaseView, chosen: Mapping[str, str]) -> None:
    stage, revision = view.current.key if view.current else "", view.findings.revision
    await desk.writer.run(
        lambda tx: keeping.keep(tx, desk.procedure, view.id, stage, chosen, revision),
        actor=desk.officer.actor,
        name="settle purpose",
    )


async def _supply(desk: Desk, application: str, key: str, value: str) -> None:
    await desk.writer.run(
        lambda tx: steps.supply(tx, desk.procedure, application, key, value),
        actor=desk.officer.actor,
        name=f"supply {key}",
    )


async def ask_device(desk: Desk, view: CaseView, form: Form) -> None:
    """Ask the counter's device for what one row needs. Raises Refused."""
    row = row_of(view, form.text("evidence"))
    kind = JOB_KINDS.get(row.kind)
    if kind is None:
        raise NotFound("row_unknown", "No device supplies this.", id="Tidak ada perangkatnya.")
    counter = counter_of(desk, form)
    await desk.command(
        lambda tx: jobs.ask(
            tx, counter=counter, kind=kind, application=view.id, evidence=row.evidence
        ),
        form,
        f"job {row.key}",
    )


async def attach(desk: Desk, view: CaseView, form: Form, key: str = "") -> None:
    """Store an uploaded file and supply it as the row's evidence. Raises BadInput."""
    key = key or form.text("evidence")
    file = form.files.get(f"file-{key}")
    media = await asyncio.to_thread(media_of, key, file)
    assert file is not None  # noqa: S101 — media_of refuses an empty place
    stored = await asyncio.to_thread(desk.procedure.blobs.put, file.content)

    def command(tx: Tx) -> str:
        blobs.register(tx, stored, media)
        return steps.supply(tx, desk.procedure, view.id, key, stored.id)

    await desk.command(command, form, f"document {key}")


async def print_paper(desk: Desk, view: CaseView, kind: str, form: Form, press: Press) -> None:
    """Set a paper and ask the counter's printer for it. Raises Refused, Unprintable."""
    line = _line_of(view, kind)
    counter = counter_of(desk, form)
    _, _, (paper, said) = await desk.read(
        lambda session, at: _paper(session, desk, view.id, kind, at, counter)
    )
    pdf = await press.print(await desk.letterhead(view.id), paper)
    stored = await asyncio.to_thread(desk.procedure.blobs.put, pdf)

    def command(tx: Tx) -> Job:
        blobs.register(tx, stored, "application/pdf")
        letters_sent.enter(tx, desk.procedure, view.id, kind, paper, file=stored.id)
        return jobs.ask(
            tx,
            counter=counter,
            kind="print_document",
            application=view.id,
            evidence=line.evidence,
            blob=stored.id,
            options={"title": kind, **said},
        )

    await desk.command(command, form, f"print {kind}")


async def letter(desk: Desk, view: CaseView, kind: str, press: Press) -> bytes:
    """Set a letter to the applicant, enter it in the agenda and return it for the browser to print.

    An office without a printer at its counters writes its letters so. Raises Refused, Unprintable.
    """
    if not _line_of(view, kind).letter:
        raise _unknown()
    _, _, (paper, _) = await desk.read(
        lambda session, at: _paper(session, desk, view.id, kind, at, counter=0)
    )
    pdf = await press.print(await desk.letterhead(view.id), paper)
    stored = await asyncio.to_thread(desk.procedure.blobs.put, pdf)

    def command(tx: Tx) -> str:
        blobs.register(tx, stored, "application/pdf")
        return letters_sent.enter(tx, desk.procedure, view.id, kind, paper, file=stored.id)

    # its number makes it once: a copy is no other command
    await desk.writer.run(command, actor=desk.officer.actor, name="letter")
    return pdf


def _line_of(view: CaseView, kind: str) -> PaperLine:
    line = next((paper for paper in view.papers if paper.kind == kind), None)
    if line is None:
        raise _unknown()
    return line


def _unknown() -> NotFound:
    return NotFound(
        "paper_unknown",
        "This case cannot print that paper now.",
        id="Permohonan ini belum dapat mencetak kertas itu.",
    )


def _paper(
    session: Session, desk: Desk, application: str, kind: str, at: datetime, counter: int
) -> tuple[Paper, dict[str, str]]:
    """Return a paper, and what its print remembers of the case."""
    paper = case_papers.paper(
        session,
        desk.office_no,
        desk.procedure,
        application,
        kind,
        at.replace(microsecond=0),  # a paper's clock shows no fractions
        officer=desk.officer.actor,
        counter=counter,
    )
    case = must_find(session, desk.office_no, desk.procedure, application)
    return paper, applying.printed_for(case)


async def return_file(desk: Desk, view: CaseView, form: Form, press: Press) -> None:
    """Give an incomplete file back: print what is missing, end the ticket's call as incomplete."""
    counter = form.number("counter") or desk.officer.counter
    _, _, (ticket, paper) = await desk.read(
        lambda session, at: _missing(session, desk, view.id, at.replace(microsecond=0), counter)
    )
    pdf = await press.print(await desk.letterhead(view.id), paper)
    stored = await asyncio.to_thread(desk.procedure.blobs.put, pdf)
    note = form.text("note")

    def command(tx: Tx) -> str:
        blobs.register(tx, stored, "application/pdf")
        done = returning.return_file(tx, desk.procedure, view.id, note, ticket)
        item = f"{view.current.key if view.current else ''}.{returning.LIST}"
        step = view.current.key if view.current else ""
        documents.keep(tx, view.id, kind="print", item=item, blob=stored.id, step=step)
        if counter is not None:
            jobs.ask(
                tx,
                counter=counter,
                kind="print_document",
                application=view.id,
                evidence=item,
                blob=stored.id,
                options={"title": returning.LIST},
            )
        if ticket:
            finish(tx, ticket=ticket, outcome="incomplete", note=note)
        return done

    await desk.command(command, form, "return file")


def _missing(
    session: Session, desk: Desk, application: str, at: datetime, counter: int | None
) -> tuple[str, MissingList]:
    """Return the ticket that is served here for the case, and the paper."""
    line = session.execute(
        select(TicketRow.id, TicketRow.prefix, TicketRow.serial).where(
            TicketRow.office == desk.office_no,
            TicketRow.application == application,
            TicketRow.state.in_(AT_COUNTER),
            TicketRow.counter == desk.officer.counter,
        )
    ).first()
    number = number_of(line.prefix, line.serial) if line else ""
    paper = returning.missing_list(
        session,
        desk.office_no,
        desk.procedure,
        application,
        at,
        desk.officer.actor,
        counter=counter or 0,
        number=number,
    )
    return (line.id if line else ""), paper


def divert(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Send the case to another procedure. Raises Refused."""
    to, reason, nature = form.text("to"), form.text("reason"), form.text("nature")
    return branches.divert(tx, desk.procedure, application, to, reason, nature)


def resume(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Bring the case back to its step. Raises Refused."""
    return nonconformity.resume(
        tx, desk.procedure, application, form.text("outcome"), form.text("reason")
    )


def move(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Carry a nonconformity on. Raises Refused."""
    state, note = form.text("state"), form.text("note")
    return nonconformity.move(tx, desk.procedure, application, state, note)


def correct(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Correct one value inside the branch. Raises Refused."""
    name, value = form.text("field"), form.text("value")
    field = desk.procedure.sop.field(name)
    if field is not None and field.kind == "date":
        value = iso_date(value)
    return nonconformity.correct(tx, desk.procedure, application, name, value, form.text("reason"))


def state_correction(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """State a correction after printing, for a second person to confirm. Raises Refused."""
    name, value = form.text("field"), form.text("value")
    rule = desk.procedure.sop.field(name)
    if rule is not None and rule.kind == "date":
        value = iso_date(value)
    return correcting.state(tx, desk.procedure, application, name, value, form.text("cause"))


def settle_correction(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Confirm or refuse the stated correction as a second person. Raises Refused."""
    agree = form.text("agree") == "yes"
    reason = form.text("reason")
    return correcting.settle(tx, desk.procedure, application, agree=agree, reason=reason)


def leave(tx: Tx, desk: Desk, application: str, form: Form) -> object:
    """Let an officer work on the case in spite of a lacking qualification. Raises Refused."""
    login, reason = form.text("login"), form.text("reason")
    return qualifications.give_leave(tx, desk.procedure, application, login, reason)


def counter_of(desk: Desk, form: Form) -> int:
    """Return the counter whose devices are asked. Raises Conflict `counter_missing`."""
    counter = form.number("counter") or desk.officer.counter
    if counter is None:
        raise Conflict(
            "counter_missing",
            "You do not sit at a counter: open one first, its devices do this.",
            id="Anda belum duduk di loket: buka loket dahulu, perangkatnya yang mengerjakan.",
        )
    return counter
