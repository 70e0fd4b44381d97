"""The signing desk: cases that wait for legalisation, confirmed singly, in a batch, or on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hub.cases import custody, documents, persons, steps
from hub.cases.applications import ENDED, must_find, must_have_role
from hub.cases.legalising import (
    SCAN,
    SIGNED,
    own_nip,
    values_at,
)
from hub.cases.papers_needs import printing_row
from hub.cases.purposes import purpose_of
from hub.cases.signers import signer_named, signer_of
from hub.cases.void_files import withdrawals
from hub.errors import BadInput, Conflict, NotAllowed, Refused
from hub.models.application import (
    Application,
    Diversion,
    Evidence,
    RegisterNumber,
    StepRecord,
)
from hub.models.correspondence import Legalisation
from hub.models.queue import EventRow
from hub.office import Signer
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Actor, Tx

LEGALISER = frozenset({"legaliser"})


@dataclass(frozen=True, slots=True)
class ToSign:
    """A case on the signing desk: its summary, and who did each step before."""

    application: str
    case_code: str
    person: str
    passport: str
    permit: str
    purpose: Words
    number: str
    printed_for: str
    done_by: tuple[tuple[str, str], ...]
    waiting_since: datetime
    passport_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A legalisation as the desk lists it; `mode` is own, wet or electronic."""

    application: str
    case_code: str
    number: str
    mode: str
    signer: str
    capacity: str
    letter: str
    recorded_by: str
    at: datetime
    void: bool


def signing_desk(session: Session, office: int, procedure: Procedure) -> tuple[ToSign, ...]:
    """Return the cases that wait for legalisation, oldest first."""
    query = (
        select(Application, RegisterNumber)
        .outerjoin(
            RegisterNumber,
            (RegisterNumber.office == Application.office)
            & (RegisterNumber.application == Application.id)
            & RegisterNumber.voided_at.is_(None),
        )
        .where(
            Application.office == office,
            Application.position == procedure.sop.doing("legalise"),
            Application.state.not_in(ENDED),
            Application.id.not_in(_diverted(office)),
        )
        .order_by(Application.opened_at)
    )
    rows = session.execute(query).all()
    # all at once: one by one a desk of thirty cases takes 0.2 s
    done = _done(session, office, [row.id for row, _ in rows])
    named = _named(session, office, procedure, [row.id for row, _ in rows])
    return tuple(
        _to_sign(session, procedure, row, number, done.get(row.id, ()), row.id in named)
        for row, number in rows
    )


def _diverted(office: int) -> Select[str]:
    return select(Diversion.application).where(
        Diversion.office == office, Diversion.closed_at.is_(None)
    )


def _done(session: Session, office: int, cases: Sequence[str]) -> Mapping[str, list[StepRecord]]:
    query = select(StepRecord).where(
        StepRecord.office == office,
        StepRecord.application.in_(cases),
        StepRecord.completed_at.is_not(None),
    )
    found: dict[str, list[StepRecord]] = {}
    for record in session.scalars(query):
        found.setdefault(record.application, []).append(record)
    return found


def _named(
    session: Session, office: int, procedure: Procedure, cases: Sequence[str]
) -> frozenset[str]:
    """Return the cases whose paper was printed for a signer named where it was printed."""
    query = select(Evidence.application).where(
        Evidence.office == office,
        Evidence.application.in_(cases),
        Evidence.step == procedure.sop.doing("issue"),
        Evidence.key == "signer_nip",
        Evidence.voided_at.is_(None),
    )
    return frozenset(session.scalars(query))


def letter_of(session: Session, office: int, procedure: Procedure, application: str) -> str:
    """Return the stored letter as it was printed. Raises Conflict `letter_missing`."""
    case = must_find(session, office, procedure, application)
    voids = withdrawals(session, procedure, case)
    files = [f for f in documents.of_case(session, office, application) if not voids.since(f)]
    found = printing_row(procedure, "skim_letter")
    item = f"{found[0].name}.{found[1].key}" if found else ""
    letters = [file.blob for file in files if file.item == item]
    if not letters:
        raise Conflict(
            "letter_missing",
            f"{case.case_code}: the letter was printed elsewhere, so it is signed in ink and "
            "Tata Usaha records that; or step 8 is opened again and prints it here.",
            id=f"{case.case_code}: surat tidak dicetak lewat hub, jadi ditandatangani basah dan "
            "dicatat Tata Usaha; atau buka kembali langkah 8 dan cetak di sini.",
        )
    return letters[-1]


def sign_batch(
    tx: Tx,
    procedure: Procedure,
    applications: Sequence[str],
    nip: str,
    signed: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """The signer confirms reviewed cases by their own login; all of them or none.

    `nip` is the signed-in officer's own; `signed` names the stored letters that were signed
    electronically, by case, if the office signs so. Raises NotAllowed `no_signer`, BadInput
    `nothing_chosen`, and whatever refuses a case, its code first.
    """
    must_have_role(tx, LEGALISER)
    signer = signer_of(procedure.office, nip, procedure.office.today(tx.at))
    if signer is None:
        raise NotAllowed(
            "no_signer",
            "Your staff number is not among the officials who may sign today.",
            id="NIP Anda tidak termasuk pejabat yang berwenang hari ini.",
        )
    if not applications:
        text = "Choose the cases you have reviewed."
        raise BadInput("nothing_chosen", text, id="Pilih permohonan yang sudah Anda periksa.")
    refusals: list[tuple[Application, Refused]] = []
    for application in applications:
        row = must_find(tx.session, tx.office, procedure, application)
        try:
            _complete(tx, procedure, row.id, signer, (signed or {}).get(application, ""))
        except Refused as refused:
            refusals.append((row, refused))
    if refusals:
        raise _unsigned(refusals, len(applications))
    return tuple(applications)


def _unsigned(refusals: Sequence[tuple[Application, Refused]], chosen: int) -> Refused:
    """Return the refusal with every case that it is about: the signer takes those out."""
    row, first = refusals[0]
    if chosen == 1:
        english, indonesian = f"{row.case_code}: {first.en}", f"{row.case_code}: {first.id}"
        return type(first)(first.code, english, id=indonesian, fields=first.fields)
    return type(first)(
        first.code,
        f"Nothing was signed: {len(refusals)} of the {chosen} chosen are refused. Take them out, "
        "and sign the others.",
        id=f"Tidak ada yang disahkan: {len(refusals)} dari {chosen} yang dipilih ditolak. "
        "Keluarkan yang ditolak, lalu sahkan yang lain.",
        fields=[
            FieldFault(
                field=f"case-{one.id}",
                code=refused.code,
                message=f"{one.case_code}: {refused.id} / {one.case_code}: {refused.en}",
            )
            for one, refused in refusals
        ],
    )


def record_wet(
    tx: Tx, procedure: Procedure, application: str, nip: str, scan: str, *, seen: bool
) -> str:
    """Tata Usaha records a signature on paper; `scan` is a stored file.

    `seen`: the recorder saw document and passport signed. Raises BadInput `no_signer` |
    `not_seen`, NotAllowed `segregation`, and whatever refuses the step.
    """
    must_have_role(tx, frozenset({"administration"}))
    signer = signer_of(procedure.office, nip.replace(" ", ""), procedure.office.today(tx.at))
    if signer is None:
        fault = FieldFault(field="nip", code="wrong", message="pilih pejabat / choose the official")
        text = "This official may not sign today."
        raise BadInput(
            "no_signer", text, id="Pejabat ini tidak berwenang hari ini.", fields=[fault]
        )
    if own_nip(tx.session, tx.actor, tx.office) == signer.nip:
        raise NotAllowed(
            "segregation",
            "Who signed and who records it are two persons: confirm it yourself by login.",
            id="Penanda tangan dan pencatatnya harus dua orang: sahkan sendiri lewat login.",
        )
    if not seen:
        words = "centang bahwa Anda melihatnya / tick that you saw it"
        fault = FieldFault(field=f"seen-{application}", code="missing", message=words)
        text = "Say that you saw document and passport signed."
        indonesian = "Nyatakan bahwa Anda melihat dokumen dan paspor sudah ditandatangani."
        raise BadInput("not_seen", text, id=indonesian, fields=[fault])
    row = must_find(tx.session, tx.office, procedure, application)
    steps.supply(tx, procedure, row.id, SCAN, scan)
    _complete(tx, procedure, row.id, signer)
    return row.id


def lately_signed(session: Session, office: int, limit: int) -> tuple[Signed, ...]:
    """Return the last legalisations, newest first, with how each was recorded and by whom."""
    query = _legalised(office).order_by(Legalisation.at.desc(), Legalisation.id)
    return _as_listed(session, query.limit(limit))


def signed_by_act(session: Session, office: int, seq: int, officer: Actor) -> tuple[Signed, ...]:
    """Return what `officer` legalised or recorded by the act whose last event is `seq`."""
    act = session.get(EventRow, (office, seq))
    if act is None or act.actor != officer.reference:
        return ()
    mine = (Legalisation.by == officer.id) & (Legalisation.at == act.at)
    return _as_listed(session, _legalised(office).where(mine).order_by(Application.case_code))


def _legalised(office: int) -> Select[Legalisation, str]:
    return (
        select(Legalisation, Application.case_code)
        .join(
            Application,
            (Application.office == Legalisation.office)
            & (Application.id == Legalisation.application),
        )
        .where(Legalisation.office == office)
    )


def _as_listed(session: Session, query: Select[Legalisation, str]) -> tuple[Signed, ...]:
    return tuple(
        Signed(
            application=row.application,
            case_code=code,
            number=row.number,
            mode=row.mode,
            signer=row.signer_name,
            capacity=row.capacity,
            letter=row.letter,
            recorded_by=row.by_name,
            at=row.at,
            void=row.voided_at is not None,
        )
        for row, code in session.execute(query)
    )


def _complete(
    tx: Tx, procedure: Procedure, application: str, signer: Signer, letter: str = ""
) -> None:
    values = {
        "signer": signer.name,
        "nip": signer.nip,
        "capacity": signer.capacity,
        "signed": "yes",
        SIGNED: letter,
    }
    steps.complete(tx, procedure, application, procedure.sop.doing("legalise"), values)


def _to_sign(
    session: Session,
    procedure: Procedure,
    row: Application,
    number: RegisterNumber | None,
    records: Sequence[StepRecord],
    named: bool,
) -> ToSign:
    person = persons.read(session, procedure.keyring, row)
    given = number.given_at if number else row.opened_at
    said = values_at(session, procedure, row, procedure.sop.doing("issue")) if named else {}
    printed = signer_named(procedure.office, said, procedure.office.today(given))
    names = {record.step: record.completed_by_name for record in records}
    return ToSign(
        application=row.id,
        case_code=row.case_code,
        person=person.name,
        passport=person.value("passport_number"),
        permit=f"{person.value('permit_type')} {person.value('permit_number')}".strip(),
        purpose=purpose_of(procedure.sop, row).words,
        number=number.number if number else "",
        printed_for=printed.nip if printed else "",
        done_by=tuple((s.name, names[s.name]) for s in procedure.sop.stages if s.name in names),
        passport_away=custody.misses_passport(session, procedure, row, ["legalise"]),
        waiting_since=max((r.completed_at for r in records if r.completed_at), default=given),
    )
