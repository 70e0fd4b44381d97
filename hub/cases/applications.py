"""A SKIM application from the kiosk's draft to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from hub.blobs import StoredFile, register
from hub.cases import blanks, documents, drafts, persons, search, stated, telling
from hub.cases.codes import RECEIPT, case_code, new_secret, payload, read_case_code, read_secret
from hub.cases.doers import by_whom
from hub.cases.passports import PassportFacts, examine, keep
from hub.cases.purposes import first_answers
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.applications import (
    ApplicationOpened,
    ApplicationRejected,
    ApplicationWithdrawn,
    DraftConfirmed,
)
from hub.events.correspondence import LegalisationVoided
from hub.models.application import Application, ArchivePackage, CaseSeries, Diversion, PersonalValue
from hub.models.correspondence import Legalisation
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.wire import DraftOpened, FieldFault, PassportInput, Preregistration, Words
from hub.writer import Tx

_ENDINGS = {
    "ARCHIVED": Words(id="diarsipkan", en="archived"),
    "REJECTED": Words(id="ditolak", en="rejected"),
    "WITHDRAWN": Words(id="ditarik", en="withdrawn"),
    "EXPIRED_UNPAID": Words(id="batas waktu pembayaran lewat", en="not paid in time"),
    "UNCOLLECTED": Words(id="tidak diambil", en="not collected"),
}
ENDED = tuple(_ENDINGS)
UNDECIDED = frozenset({"WITHDRAWN", "EXPIRED_UNPAID", "UNCOLLECTED"})
"""How a case ends of which nobody decided: by its applicant, or by a deadline."""
CHIP_FILES = "application/x-loket-chip"
MAY_CONFIRM = frozenset({"counter_officer", "data_operator"})
MAY_REJECT = frozenset({"approver", "legaliser"})
MAY_WITHDRAW = frozenset({"counter_officer", "approver"})
_ASKED = {
    "reason": Words(id="Alasan", en="Reason"),
    "legal_basis": Words(id="Dasar hukum", en="Legal basis"),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """A passport as the hub found it: the facts, and its chip's files on the disk."""

    facts: PassportFacts
    chip: StoredFile | None = None


def examine_passport(procedure: Procedure, passport: PassportInput, at: datetime) -> Examined:
    """Read and judge a passport and store its chip's files; call in a thread before `open_draft`.

    Signatures take longer than a command may hold the writer. Raises BadInput naming the field.
    """
    facts = examine(passport, procedure.trust, on=procedure.office.today(at), at=at)
    if passport.chip is None:
        return Examined(facts)
    return Examined(facts, procedure.blobs.put(keep(passport.chip, facts, at)))


def open_draft(
    tx: Tx, procedure: Procedure, preregistration: Preregistration, examined: Examined
) -> DraftOpened:
    """Open a draft with what the hub itself found in the passport. Raises BadInput."""
    facts, chip = examined.facts, examined.chip
    purpose, basis = first_answers(procedure.sop, preregistration.purpose, preregistration.basis)
    application = new_case(
        tx,
        procedure,
        purpose=purpose,
        basis=basis,
        language=preregistration.language,
        notice_version=preregistration.notice_version,
        passport_number=facts.number,
        passport_source=facts.source,
        chip_access=facts.chip_access,
        chip_verdict=facts.chip_verdict,
    )
    for source, values in facts.values.items():
        persons.write(tx, procedure.keyring, application, source, values)
    if preregistration.phone:
        typed = {"phone": preregistration.phone}
        persons.write(tx, procedure.keyring, application, "typed", typed)
    if chip is not None:
        register(tx, chip, CHIP_FILES)
        documents.keep(tx, application.id, kind="chip", item="chip", blob=chip.id, step="draft")
    search.index(tx, procedure.keyring, application)
    tx.emit(ApplicationOpened(application.id), subject=application.id)
    return DraftOpened(
        id=application.id, case_code=application.case_code, chip_verdict=facts.chip_verdict
    )


def confirm_draft(tx: Tx, procedure: Procedure, application: str, values: Mapping[str, str]) -> str:
    """Store what an officer confirmed or corrected, field by field. Raises BadInput, NotAllowed."""
    row = must_find(tx.session, tx.office, procedure, application)
    must_have_role(tx, MAY_CONFIRM)
    must_be_open(tx, row)
    unknown = [field for field in values if procedure.sop.field(field) is None]
    if unknown:
        faults = [FieldFault(field=f, code="unknown_field", message="") for f in unknown]
        text = "There is no such field."
        raise BadInput("field_unknown", text, id="Isian ini tidak ada.", fields=faults)
    changed = persons.write(tx, procedure.keyring, row, persons.OFFICER, values)
    search.index(tx, procedure.keyring, row)
    tx.emit(DraftConfirmed(row.id, changed), subject=row.id)
    return row.id


def agree(tx: Tx, procedure: Procedure, application: str, field: str, value: str) -> str:
    """Confirm the draft's `value` of a field as it was shown beside the original.

    Raises Conflict `value_changed`, BadInput, NotAllowed.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    if persons.read(tx.session, procedure.keyring, row).value(field) != value:
        raise Conflict(
            "value_changed",
            "This value was changed meanwhile: compare it again.",
            id="Isian ini berubah: bandingkan lagi.",
        )
    return confirm_draft(tx, procedure, application, {field: value})


def find(session: Session, office: int, procedure: Procedure, reference: str) -> Application | None:
    """Return a case by id, case code, or the code on its receipt; None if there is none."""
    receipt = procedure.keyring.blind("receipt", read_secret(reference))
    for name in (*_names(reference), Application.receipt_index == receipt):
        query = select(Application).where(Application.office == office, name)
        if (found := session.scalar(query)) is not None:
            return found
    return None


def resolve(session: Session, office: int, reference: str) -> str | None:
    """Return the id of the case that an id or a case code names, or None."""
    for name in _names(reference):
        query = select(Application.id).where(Application.office == office, name)
        if (found := session.scalar(query)) is not None:
            return found
    return None


def _names(reference: str) -> Iterator[ColumnElement[bool]]:
    """Yield what a reference can name, the id first; each is asked for by itself.

    For an OR over several indexes SQLite reads every case of the office: 2.2 ms of 10,000.
    """
    text = reference.strip()
    yield Application.id == text
    codes = read_case_code(text)
    if codes:
        yield Application.case_code.in_(codes)


def must_find(session: Session, office: int, procedure: Procedure, reference: str) -> Application:
    """Return a case as `find` does. Raises NotFound `case_unknown`."""
    found = find(session, office, procedure, reference)
    if found is None:
        text = "There is no case with this code. Check every character."
        indonesian = "Tidak ada permohonan dengan kode ini. Periksa setiap karakter."
        raise NotFound("case_unknown", text, id=indonesian)
    return found


def is_of_another_office(office: OfficeConfig, reference: str) -> bool:
    """Say whether `reference` is a whole case code, none of its readings of this office."""
    readings = read_case_code(reference)
    return bool(readings) and not any(one.startswith(f"{office.office.code}-") for one in readings)


def must_be_open(tx: Tx, application: Application) -> None:
    """Raise Conflict `case_ended`, naming who ended it, for a case that has come to its end."""
    if application.state not in ENDED:
        return
    who, how = by_whom(tx, _ended_by(tx, application)), _ENDINGS[application.state]
    raise Conflict(
        "case_ended",
        f"This case has ended: {how.en}{who.en}.",
        id=f"Permohonan ini sudah berakhir: {how.id}{who.id}.",
    )


def _ended_by(tx: Tx, application: Application) -> str:
    """Return who gave the reason of an ending, or the finished file to the archive."""
    reason = select(PersonalValue.by).where(
        PersonalValue.office == tx.office,
        PersonalValue.application == application.id,
        PersonalValue.source == "system",
        PersonalValue.field == "end_reason",
    )
    given = select(ArchivePackage.given_by).where(
        ArchivePackage.office == tx.office, ArchivePackage.application == application.id
    )
    return tx.session.scalar(given if application.state == "ARCHIVED" else reason) or ""


def must_have_role(tx: Tx, roles: frozenset[str]) -> None:
    """Raise NotAllowed `role_missing` unless an officer with one of `roles` commands."""
    if tx.actor.kind != "officer" or not roles & tx.actor.roles:
        raise role_missing(roles, tx.role_names)


def role_missing(roles: Iterable[str], names: Mapping[str, Words]) -> NotAllowed:
    """Return the refusal of who has none of `roles`, said as the office calls them (`names`)."""
    called = [names.get(code, Words(id=code, en=code)) for code in sorted(roles)]
    return NotAllowed(
        "role_missing",
        f"This needs one of the roles: {', '.join(words.en for words in called)}.",
        id=f"Diperlukan salah satu peran: {', '.join(words.id for words in called)}.",
    )


def reject(tx: Tx, procedure: Procedure, application: str, reason: str, legal_basis: str) -> str:
    """End a case by rejection, with its legal basis. Raises BadInput, Conflict, NotAllowed."""
    must_have_role(tx, MAY_REJECT)
    _must_be_given({"reason": reason, "legal_basis": legal_basis})
    row = must_find(tx.session, tx.office, procedure, application)
    _must_decide_branch(tx, procedure, row)
    end(tx, procedure, row, "REJECTED", {"end_reason": reason, "legal_basis": legal_basis})
    tx.emit(ApplicationRejected(row.id), subject=row.id)
    return row.id


def withdraw(tx: Tx, procedure: Procedure, application: str, reason: str) -> str:
    """End a case because the applicant withdrew. Raises BadInput, Conflict, NotAllowed."""
    must_have_role(tx, MAY_WITHDRAW)
    _must_be_given({"reason": reason})
    row = must_find(tx.session, tx.office, procedure, application)
    end(tx, procedure, row, "WITHDRAWN", {"end_reason": reason})
    tx.emit(ApplicationWithdrawn(row.id), subject=row.id)
    return row.id


def receipt_payload(application: Application, person: persons.Person) -> str:
    """Return the text of the barcode on the application receipt."""
    secret = person.values.get("receipt_code", {}).get("system", "")
    return payload(RECEIPT, application.case_code, secret)


def new_case(
    tx: Tx,
    procedure: Procedure,
    *,
    purpose: str,
    basis: str,
    language: str,
    passport_number: str,
    passport_source: str,
    notice_version: str = "",
    chip_access: str = "",
    chip_verdict: str = "",
) -> Application:
    """Return a new draft with a code, a data key and the secret of its receipt."""
    identity = new_id()
    keyring = procedure.keyring
    secret = new_secret()
    day = procedure.office.today(tx.at)
    application = Application(
        office=tx.office,
        id=identity,
        case_code=case_code(procedure.office.office.code, day, _next_serial(tx, day)),
        sop=procedure.sop.number,
        state="DRAFT",
        position=procedure.sop.stages[0].name,
        moved_at=tx.at,
        purpose=purpose,
        basis=basis,
        language=language,
        notice_version=notice_version,
        passport_source=passport_source,
        chip_access=chip_access,
        chip_verdict=chip_verdict,
        data_key=keyring.wrap(keyring.new_data_key(), persons.key_place(tx.office, identity)),
        passport_index=keyring.blind("passport", passport_number),
        receipt_index=keyring.blind("receipt", secret),
        revision=0,
        opened_at=tx.at,
    )
    tx.session.add(application)
    tx.session.flush()
    persons.write(tx, keyring, application, "system", {"receipt_code": secret})
    return application


def _next_serial(tx: Tx, day: date) -> int:
    series = tx.session.get(CaseSeries, (tx.office, day))
    if series is None:
        series = CaseSeries(office=tx.office, day=day, last=0)
        tx.session.add(series)
    series.last += 1
    tx.session.flush()
    return series.last


def end(
    tx: Tx, procedure: Procedure, row: Application, state: str, words: Mapping[str, str]
) -> None:
    """End a case: its branch is closed, its number and blank are void. Raises Conflict."""
    must_be_open(tx, row)
    persons.write(tx, procedure.keyring, row, "system", words)
    row.state, row.ended_at = state, tx.at
    _leave_branch(tx, row, state)
    search.forget_names(tx, row)
    drafts.forget(tx, row)
    why = _ENDINGS[state]
    blanks.void(tx, row.id, f"{why.id} / {why.en}")
    _void_legalisation(tx, row, state)
    stated.drop(tx, row.id)
    telling.give_back(tx, procedure, row, "ended")


def _void_legalisation(tx: Tx, row: Application, state: str) -> None:
    """What was legalised for a case that ends otherwise is void with its number."""
    query = select(Legalisation).where(
        Legalisation.office == tx.office,
        Legalisation.application == row.id,
        Legalisation.voided_at.is_(None),
    )
    for signed in tx.session.scalars(query):
        signed.voided_at, signed.void_reason = tx.at, state
        tx.session.flush()
        tx.emit(LegalisationVoided(row.id), subject=row.id)


def _must_decide_branch(tx: Tx, procedure: Procedure, row: Application) -> None:
    """Raise NotAllowed if the branch that holds the case reserves its rejection to others."""
    for diversion in tx.session.scalars(_open_branches(row)):
        related = procedure.sop.related(diversion.to)
        if related is not None and related.rejects:
            must_have_role(tx, frozenset(related.rejects))


def _open_branches(row: Application) -> Select[Diversion]:
    return select(Diversion).where(
        Diversion.office == row.office,
        Diversion.application == row.id,
        Diversion.closed_at.is_(None),
    )


def _leave_branch(tx: Tx, row: Application, outcome: str) -> None:
    for diversion in tx.session.scalars(_open_branches(row)):
        diversion.outcome, diversion.closed_at = outcome, tx.at
        diversion.closed_by, diversion.closed_by_name = tx.actor.id, tx.actor.name
    tx.session.flush()


def _must_be_given(values: Mapping[str, str]) -> None:
    missing = [field for field, text in values.items() if not text.strip()]
    if missing:
        faults = [
            FieldFault(
                field=name,
                code="missing",
                message=f"{_ASKED[name].id}: wajib diisi / {_ASKED[name].en}: required",
            )
            for name in missing
        ]
        text = "Something is missing; see the named fields."
        raise BadInput("missing", text, id="Ada yang belum diisi.", fields=faults)
