"""From hand to hand: offered to a section, accepted there by scan; lent to its owner and back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.blobs import StoredFile, register
from hub.cases import documents, telling
from hub.cases.applications import ENDED, must_be_open, must_find, must_have_role
from hub.cases.custody.keeping import (
    end,
    give_back,
    must_hold,
    open_record,
    receipt_of,
    take,
)
from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.applications import CustodyMoved
from hub.models.application import Application, CustodyRecord, StepRecord
from hub.models.officer import Officer
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

APPLICANT = "Pemohon / applicant"
MAY_HOLD = frozenset(
    {
        "counter_officer",
        "data_operator",
        "watchlist_examiner",
        "document_examiner",
        "scan_operator",
        "issuing_officer",
        "administration",
        "handover_officer",
        "legaliser",
    }
)
MAY_GIVE_OUT = frozenset({"counter_officer", "handover_officer"})


def units_of(office: OfficeConfig, roles: frozenset[str]) -> frozenset[str]:
    """Return the sections in which officers with `roles` work and may hold passports."""
    known = (office.role(code) for code in roles & MAY_HOLD)
    return frozenset(role.unit for role in known if role is not None)


def at_hand(
    session: Session, office: OfficeConfig, record: CustodyRecord, roles: frozenset[str]
) -> bool:
    """Say whether a passport lies in a section where officers with `roles` work, or with nobody."""
    holder = session.get(Officer, (record.office, record.holder))
    if holder is None or not holder.active:
        return True
    return bool(units_of(office, frozenset(holder.roles.split())) & units_of(office, roles))


def offer(tx: Tx, procedure: Procedure, application: str, to: str) -> str:
    """Hand the passport over to the section `to`; it stays with its holder until accepted.

    Raises NotAllowed `not_the_holder`, Conflict `on_the_way` | `with_applicant`, BadInput.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    current = must_hold(tx, row.id)
    _must_be_mine(tx, current)
    units = {role.unit for role in procedure.office.roles if role.code in MAY_HOLD}
    if to not in units:
        fault = FieldFault(field="to", code="wrong", message="pilih bagian / choose a section")
        raise BadInput(
            "section_unknown",
            "There is no such section.",
            id="Bagian itu tidak ada.",
            fields=[fault],
        )
    if current.offered_to:
        who, to = by_whom(tx, current.offered_by), current.offered_to
        raise Conflict(
            "on_the_way",
            f"This passport was handed over to {to} already{who.en}; it waits there.",
            id=f"Paspor ini sudah diserahkan ke {to}{who.id}; menunggu diterima.",
        )
    current.offered_to, current.offered_by, current.offered_at = to, tx.actor.id, tx.at
    tx.session.flush()
    tx.emit(CustodyMoved(row.id, current.id, "offered"), subject=row.id)
    return current.id


def take_back_offer(tx: Tx, procedure: Procedure, application: str) -> str:
    """Keep the passport after all. Raises Conflict `not_offered`, NotAllowed."""
    row = must_find(tx.session, tx.office, procedure, application)
    current = must_hold(tx, row.id)
    _must_be_mine(tx, current)
    _must_be_offered(current)
    current.offered_to, current.offered_by, current.offered_at = "", "", None
    tx.session.flush()
    tx.emit(CustodyMoved(row.id, current.id, "kept"), subject=row.id)
    return current.id


def accept(tx: Tx, procedure: Procedure, scanned: str, location: str, *, of: str = "") -> str:
    """Take over the passport whose case code or receipt was scanned; return the case's id.

    `of` is the case whose passport is meant, where it is known. Raises BadInput `not_scanned` |
    `other_passport` | `location_missing`, Conflict `not_offered`, NotAllowed `other_section`.
    """
    must_have_role(tx, MAY_HOLD)
    if not scanned.strip():
        raise _scan_wrong("missing", "wajib diisi / required", "not_scanned", *_SCAN_IT)
    row = must_find(tx.session, tx.office, procedure, scanned)
    if of and of != row.id:
        raise _scan_wrong(
            "wrong", "milik permohonan lain / another case", "other_passport", *_NOT_IT
        )
    current = must_hold(tx, row.id)
    _must_be_offered(current)
    if current.offered_to not in units_of(procedure.office, tx.actor.roles):
        raise NotAllowed(
            "other_section",
            "This passport was handed over to another section.",
            id="Paspor ini diserahkan ke bagian lain.",
        )
    if current.offered_by == tx.actor.id:
        raise NotAllowed(
            "same_person",
            "Who hands a passport over and who accepts it must be two persons.",
            id="Yang menyerahkan dan yang menerima paspor harus dua orang.",
        )
    end(tx, current, "moved", "")
    open_record(tx, row.id, location, "accepted")
    return row.id


_SCAN_IT = (
    "Scan the code of the passport that is in your hand.",
    "Pindai kode paspor yang diterima.",
)
_NOT_IT = (
    "The scanned code belongs to another case: take its passport, or open that case's page.",
    "Kode yang dipindai milik permohonan lain: ambil paspor yang benar, atau buka halamannya.",
)


def _scan_wrong(code: str, message: str, refusal: str, text: str, indonesian: str) -> BadInput:
    fault = FieldFault(field="scanned", code=code, message=message)
    return BadInput(refusal, text, id=indonesian, fields=[fault])


def release(
    tx: Tx, procedure: Procedure, application: str, due_on: str, signed: StoredFile, media: str
) -> str:
    """Lend the passport to its owner against a signature, until `due_on`. Raises BadInput."""
    must_have_role(tx, MAY_GIVE_OUT)
    row = must_find(tx.session, tx.office, procedure, application)
    current = must_hold(tx, row.id)
    _must_be_here(current)
    _must_be_mine(tx, current)
    day = _due_day(due_on, procedure.office.today(tx.at))
    telling.give_back(tx, procedure, row, "moved_on", place="end")
    end(tx, current, "released", receipt_of(tx.session, row))
    out = open_record(tx, row.id, APPLICANT, "released")
    out.holder, out.holder_name = "", APPLICANT
    out.released, out.due_on = True, day
    _keep_signature(tx, row, out, signed, media)
    return out.id


def come_back(tx: Tx, procedure: Procedure, application: str, location: str) -> str:
    """Take a lent passport back. Raises Conflict `not_lent`, BadInput `location_missing`."""
    must_have_role(tx, MAY_GIVE_OUT)
    row = must_find(tx.session, tx.office, procedure, application)
    current = must_hold(tx, row.id)
    if not current.released:
        raise Conflict(
            "not_lent",
            f"This passport is not with its owner: {current.holder_name} holds it.",
            id=f"Paspor ini tidak sedang dipinjam pemiliknya: dipegang {current.holder_name}.",
        )
    end(tx, current, "back", "")
    return open_record(tx, row.id, location, "back").id


def take_again(tx: Tx, procedure: Procedure, application: str, location: str) -> str:
    """Take the passport of an open case at a later visit, or after its hand-over was undone.

    Raises Conflict `custody_open` | `not_received` | `handed_over` | `case_ended`, BadInput
    `location_missing`.
    """
    must_have_role(tx, MAY_GIVE_OUT)
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    if row.received_at is None:
        raise Conflict(
            "not_received",
            "The application was not received yet: step 1 takes the passport.",
            id="Permohonan belum diterima: paspor diterima pada langkah 1.",
        )
    _must_not_be_handed_over(tx, procedure, row)
    return take(tx, row.id, location)


def handed_over(session: Session, procedure: Procedure, row: Application) -> bool:
    """Say whether the step that hands the passport over is done, and was not opened again."""
    done = select(StepRecord.step).where(
        StepRecord.office == row.office,
        StepRecord.application == row.id,
        StepRecord.step == procedure.sop.doing("close_custody"),
        StepRecord.completed_at.is_not(None),
    )
    return session.scalar(done) is not None


def _must_not_be_handed_over(tx: Tx, procedure: Procedure, row: Application) -> None:
    """What was handed over comes back only after that step was opened again."""
    if handed_over(tx.session, procedure, row):
        step = procedure.sop.doing("close_custody")
        raise Conflict(
            "handed_over",
            f"The passport was handed over: a supervisor opens step {step} again first.",
            id=f"Paspor sudah diserahkan: supervisor membuka kembali langkah {step} dahulu.",
        )


def give_back_after_end(
    tx: Tx, procedure: Procedure, application: str, signed: StoredFile, media: str
) -> str:
    """Give the passport back against a signature: the case has ended, or the visit has.

    Raises Conflict `case_goes_on` while an office that keeps passports still works on the case,
    `on_the_way` between two sections; NotAllowed `other_section` while another section holds it.
    """
    must_have_role(tx, MAY_GIVE_OUT)
    row = must_find(tx.session, tx.office, procedure, application)
    if row.state not in ENDED and procedure.office.office.custody == "office":
        raise Conflict(
            "case_goes_on",
            "The case goes on: lend the passport, or hand it over at step 11.",
            id="Permohonan masih berjalan: lepas sementara, atau serahkan pada langkah 11.",
        )
    current = _must_be_at_hand(tx, procedure, row)
    telling.give_back(tx, procedure, row, "moved_on", place="end")
    _keep_signature(tx, row, current, signed, media)
    return give_back(tx, row.id, receipt_of(tx.session, row))


def hand_over(tx: Tx, procedure: Procedure, case: Application, against: str) -> str:
    """Give the passport to who collects, `against` a paper; the section of the officer has it.

    Raises Conflict `custody_not_open` | `on_the_way`, NotAllowed `other_section`.
    """
    _must_be_at_hand(tx, procedure, case)
    return give_back(tx, case.id, against)


def _must_be_at_hand(tx: Tx, procedure: Procedure, case: Application) -> CustodyRecord:
    current = must_hold(tx, case.id)
    if at_hand(tx.session, procedure.office, current, tx.actor.roles):
        return current
    raise NotAllowed(
        "other_section",
        f"Another section holds this passport: {current.holder_name}. "
        "Let it be handed over and accepted first.",
        id=f"Paspor ini dipegang bagian lain: {current.holder_name}. "
        "Minta diserahkan, lalu terima dengan pindai.",
    )


def _must_be_mine(tx: Tx, current: CustodyRecord) -> None:
    _must_be_here(current)
    if current.holder != tx.actor.id:
        raise NotAllowed(
            "not_the_holder",
            f"Only its holder gives this passport away: {current.holder_name}.",
            id=f"Hanya pemegangnya yang menyerahkan paspor ini: {current.holder_name}.",
        )


def _must_be_here(current: CustodyRecord) -> None:
    if current.released:
        text = "This passport is with its owner."
        raise Conflict("with_applicant", text, id="Paspor ini sedang dipegang pemiliknya.")


def _must_be_offered(current: CustodyRecord) -> None:
    if not current.offered_to:
        raise Conflict(
            "not_offered",
            f"Nobody handed this passport over; {current.holder_name} holds it.",
            id=f"Paspor ini belum diserahkan; dipegang {current.holder_name}.",
        )


def _due_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = today
    if day <= today:
        fault = FieldFault(
            field="due_on", code="wrong", message="hari setelah hari ini / a day after today"
        )
        words = "Say on which day the passport comes back."
        raise BadInput("due_wrong", words, id="Sebutkan hari paspor kembali.", fields=[fault])
    return day


def _keep_signature(
    tx: Tx, case: Application, record: CustodyRecord, signed: StoredFile, media: str
) -> None:
    register(tx, signed, media)
    step = case.position if case.position and case.state not in ENDED else "end"
    documents.keep(tx, case.id, kind="scan", item="custody.signature", blob=signed.id, step=step)
    record.signature = signed.id
    tx.session.flush()
