"""The step that legalises: who signs, in which capacity, and how it is recorded.

own         the signer confirms by their own login, one case or a reviewed batch
wet         Tata Usaha records the signature on paper with its scan; recorder ≠ signer
electronic  the letter itself is signed (PAdES) besides the signer's own confirmation
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import blanks, documents, evidence, segregation
from hub.cases.signers import printed_signer, signer_of
from hub.errors import BadInput, Conflict
from hub.events.correspondence import CaseLegalised, LegalisationVoided
from hub.models.application import Application
from hub.models.correspondence import Legalisation
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.office import Signer
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Actor, Tx

OWN, WET, ELECTRONIC = "own", "wet", "electronic"
SCAN = "wet_signature"
SIGNED = "signed_letter"
"""What the signing desk says besides the step's rows: the stored letter, electronically signed."""


def legalise(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    """Record the legalisation that the step leaves; the duty of that step.

    Raises Conflict `other_signer` | `sign_at_desk`, BadInput `scan_missing`, NotAllowed
    `segregation`.
    """
    day = procedure.office.today(tx.at)
    signer = signer_of(procedure.office, values["nip"], day)
    issued = procedure.sop.doing("issue")
    said = values_at(tx.session, procedure, application, issued)
    printed = printed_signer(tx.session, procedure, application, said)
    if signer is None or (printed is not None and printed.nip != signer.nip):
        name = printed.name if printed else "–"
        raise Conflict(
            "other_signer",
            f"The paper was printed for {name}: open step {issued} again, print it for who signs.",
            id=f"Dokumen dicetak untuk {name}: buka kembali langkah {issued} dan cetak untuk "
            "penanda tangan ini.",
        )
    mode = _mode(tx, procedure, signer, values)
    _must_be_apart(tx, procedure, application, signer)
    number = blanks.number_of(tx.session, tx.office, application.id)
    before = of_case(tx.session, tx.office, application.id)
    if before is not None:
        before.voided_at, before.void_reason = tx.at, "legalised again"
        tx.session.flush()
    tx.session.add(
        Legalisation(
            office=tx.office,
            id=new_id(),
            application=application.id,
            number=number.number if number else "",
            mode=mode,
            signer_name=signer.name,
            signer_nip=signer.nip,
            capacity=signer.capacity,
            letter=signer.letter,
            blob=_file(tx, procedure, application, mode, values),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(CaseLegalised(application.id, mode), subject=application.id)


def void(tx: Tx, application: str, reason: str) -> None:
    """Void the legalisation of a case, if it has one: its paper is printed and signed anew."""
    row = of_case(tx.session, tx.office, application)
    if row is None:
        return
    row.voided_at, row.void_reason = tx.at, reason
    tx.session.flush()
    tx.emit(LegalisationVoided(application), subject=application)


def of_case(session: Session, office: int, application: str) -> Legalisation | None:
    """Return the valid legalisation of a case, or None."""
    return session.scalar(
        select(Legalisation).where(
            Legalisation.office == office,
            Legalisation.application == application,
            Legalisation.voided_at.is_(None),
        )
    )


def own_nip(session: Session, officer: Actor, office: int) -> str:
    """Return the staff number of an officer, or an empty text."""
    row = session.get(Officer, (office, officer.id))
    return row.nip if row else ""


def _mode(tx: Tx, procedure: Procedure, signer: Signer, values: Mapping[str, str]) -> str:
    if own_nip(tx.session, tx.actor, tx.office) == signer.nip:
        if procedure.office.signature.mode != "pades":
            return OWN
        if values.get(SIGNED):
            return ELECTRONIC
        raise Conflict(
            "sign_at_desk",
            "This office signs the letter electronically: confirm it at the signing desk.",
            id="Kantor ini menandatangani surat secara elektronik: sahkan di meja pengesahan.",
        )
    if values.get(SCAN):
        return WET
    fault = FieldFault(field=SCAN, code="missing", message="wajib dipindai / must be scanned")
    raise BadInput(
        "scan_missing",
        "Only the signer confirms by login; a signature on paper is recorded with its scan.",
        id="Hanya penanda tangan yang memastikan lewat login; tanda tangan basah dicatat dengan "
        "pindaiannya.",
        fields=[fault],
    )


def _must_be_apart(tx: Tx, procedure: Procedure, application: Application, signer: Signer) -> None:
    """Judge the segregation of the signer even when somebody else records the signature."""
    query = select(Officer.id).where(Officer.office == tx.office, Officer.nip == signer.nip)
    acts = segregation.acts_of(tx.session, tx.office, application.id)
    step = procedure.sop.doing("legalise")
    for officer in tx.session.scalars(query):
        segregation.enforce(procedure.office, acts, step, officer, sop=application.sop)


def values_at(
    session: Session, procedure: Procedure, row: Application, step: str
) -> Mapping[str, str]:
    """Return what a step left, by key."""
    return evidence.values_of(session, procedure, row).get(step, {})


def _file(
    tx: Tx, procedure: Procedure, application: Application, mode: str, values: Mapping[str, str]
) -> str | None:
    """Return the file that shows the signature: the signed letter, or the scan of the ink."""
    step = procedure.sop.doing("legalise")
    if mode == ELECTRONIC:
        letter = values[SIGNED]
        item = f"{step}.{SIGNED}"
        documents.keep(tx, application.id, kind="print", item=item, blob=letter, step=step)
        return letter
    if mode == OWN:
        return None
    files = documents.of_case(tx.session, tx.office, application.id)
    scans = [file.blob for file in files if file.item == f"{step}.{SCAN}"]
    return scans[-1] if scans else None
