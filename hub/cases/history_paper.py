"""The history of a case as a paper, for the counter and for the archive; and the letterhead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.cases import blanks, custody, legalising, payments, persons
from hub.cases.checklists import checklist_of
from hub.cases.current import officer_names
from hub.cases.history import history
from hub.cases.views import HistoryLine
from hub.confirming import papers_are_specimens
from hub.letters import Column, Fact, Imprint, Letterhead, Listing
from hub.letters.wording import clock_time, indonesian_date, local_day, short_date, staff_number
from hub.models.application import Application
from hub.models.correspondence import Legalisation
from hub.office.confirmations import checklist_key
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Actor


def headed(
    session: Session, office_no: int, procedure: Procedure, at: datetime, application: str = ""
) -> Letterhead:
    """Return the letterhead of a paper set at `at`: a specimen until all is confirmed it rests on.

    A paper of a case rests on the checklist the case was received with, too.
    """
    case = session.get(Application, (office_no, application)) if application else None
    also = [checklist_key(case.sop, checklist_of(procedure, case).version)] if case else []
    connection, office = session.connection(), procedure.office
    specimen = papers_are_specimens(connection, office_no, office, office.today(at), *also)
    return letterhead(procedure, specimen=specimen)


def letterhead(procedure: Procedure, *, specimen: bool = True) -> Letterhead:
    """Return the office's letterhead; its papers are specimens unless somebody looked."""
    office, head = procedure.office.office, procedure.office.letterhead
    return Letterhead(
        lines=head.lines[:-1],
        office=head.lines[-1],
        address=head.address,
        contact=head.contact,
        place=office.city,
        zone=office.timezone,
        complaints=Words(id=office.complaints, en=office.complaints),
        accent=head.accent,
        emblem_svg=procedure.emblem,
        specimen=specimen,
    )


def case_history(
    session: Session,
    procedure: Procedure,
    case: Application,
    at: datetime,
    officer: Actor,
    copy: bool = False,
) -> Listing:
    """Return everything that happened to the case, as a list; SOP Cekal is not in it."""
    zone = procedure.office.office.timezone
    person = persons.read(session, procedure.keyring, case)
    names = officer_names(session, case.office)
    lines = history(session, procedure, case, names, sees_cekal=False)
    return Listing(
        imprint=Imprint(
            case_code=case.case_code,
            paper_number=f"{case.case_code}-H",
            printed_at=at,
            payload=f"LOKET:H:{case.case_code}",
            short_code=case.case_code,
            copy=copy,
        ),
        title=Words(id="Riwayat Permohonan", en="History of the case"),
        number=case.case_code,
        facts=(
            _fact("Pemohon", "Applicant", person.name or "–"),
            _fact("Nomor paspor", "Passport number", person.value("passport_number") or "–"),
            _fact("SOP", "Procedure", procedure.sop.number),
            _fact("Dicetak oleh", "Printed by", officer.name or "–"),
        ),
        columns=(
            Column(head=Words(id="Waktu", en="When"), share=1.12),
            Column(head=Words(id="Yang terjadi", en="What happened"), share=2.6),
            Column(head=Words(id="Oleh", en="By"), share=1.23),
        ),
        rows=tuple(
            (
                f"{short_date(local_day(line.at, zone))} {clock_time(line.at, zone)}",
                _said(line),
                line.by or "–",
            )
            for line in lines
        ),
    )


def case_record_paper(
    session: Session, procedure: Procedure, case: Application, at: datetime, officer: Actor
) -> Listing:
    """Return the whole case to be read: the data that count, its numbers, and its history."""
    person = persons.read(session, procedure.keyring, case)
    number = blanks.number_of(session, case.office, case.id)
    blank = blanks.of_case(session, case.office, case.id)
    payment = payments.of_case(session, case.office, case.id)
    signed = legalising.of_case(session, case.office, case.id)
    whole = case_history(session, procedure, case, at, officer)
    found = (
        ("Nomor register", "Register number", number.number if number else ""),
        ("Blangko", "Blank", blank.serial if blank else ""),
        ("Tanda bukti bayar", "Proof of payment", payment.proof_number if payment else ""),
        ("Disahkan oleh", "Legalised by", _signer(signed) if signed else ""),
        ("Berakhir", "Ended", _ended(procedure, case)),
        ("Alasan", "Reason", person.values.get("end_reason", {}).get(persons.INNER, "")),
        ("Dasar hukum", "Legal basis", person.values.get("legal_basis", {}).get(persons.INNER, "")),
        ("Paspor", "Passport", _passport(session, procedure, case)),
    )
    return replace(
        whole,
        title=Words(id="Catatan Permohonan", en="Record of the case"),
        facts=(
            *whole.facts,
            *(_fact(*one) for one in found if one[2]),
            *(
                Fact(label=field.label, value=_written(person.value(field.name)))
                for field in procedure.sop.fields
                if field.kind != "stays"
                and field.name != "passport_number"  # it stands above
                and person.value(field.name)
            ),
        ),
    )


def _ended(procedure: Procedure, case: Application) -> str:
    """Return how and when a case ended; nothing while it goes on, or at its last step."""
    known = procedure.sop.state(case.state)
    if case.ended_at is None or case.state == "ARCHIVED" or known is None:
        return ""
    day = indonesian_date(procedure.office.today(case.ended_at))
    return f"{known.name.id} / {known.name.en}, {day}"


def _passport(session: Session, procedure: Procedure, case: Application) -> str:
    """Return where the passport is: in the office, lent, or given back against what."""
    known = custody.records(session, case.office, case.id)
    if not known:
        return ""
    last = known[-1]
    if last.ended_at is None:
        if last.released:
            return "dipinjam pemiliknya / lent to its owner"
        return f"masih di kantor: {last.location} / still in the office"
    day = indonesian_date(procedure.office.today(last.ended_at))
    against = f" ({last.against})" if last.against else ""
    return f"dikembalikan / given back, {day}{against}"


def _written(value: str) -> str:
    try:
        return indonesian_date(date.fromisoformat(value))
    except ValueError:
        return value


def _signer(signed: Legalisation) -> str:
    letter = f", {signed.letter}" if signed.letter else ""
    return f"{signed.signer_name}, NIP {staff_number(signed.signer_nip)}, {signed.capacity}{letter}"


def _said(line: HistoryLine) -> str:
    """Return what happened in both languages, with what was remarked."""
    kept = f" · {line.kept.id} / {line.kept.en}" if line.kept else ""
    return _in_both(line.what) + (f" · {line.remark}" if line.remark else "") + kept


def _in_both(what: Words) -> str:
    """Return both languages, a step's number or the number that an act was about once."""
    number, dot, title = what.en.partition(" · ")
    if dot and number.isdecimal():
        return f"{what.id} / {title}"
    indonesian, colon, about = what.id.partition(": ")
    english, _, same = what.en.partition(": ")
    if colon and about == same:
        return f"{indonesian} / {english}: {about}"
    return f"{what.id} / {what.en}"


def _fact(indonesian: str, english: str, value: str) -> Fact:
    return Fact(label=Words(id=indonesian, en=english), value=value)
