"""The papers of a case as values for the press: what the case knows, said as each paper says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.cases import (
    applicant_letters,
    archive,
    blanks,
    ending_letters,
    finger_match,
    official_papers,
    payments,
    public_page,
)
from hub.cases.applications import must_find, receipt_payload
from hub.cases.checklists import COPY, papers_of
from hub.cases.codes import read_secret
from hub.cases.history_paper import letterhead as letterhead
from hub.cases.opened import OpenedCase, is_latin, opened_case
from hub.cases.papers_due import must_be_due
from hub.cases.payments import lost_proofs
from hub.cases.purposes import purpose_of
from hub.cases.undone import undone_times
from hub.errors import NotFound
from hub.letters import (
    ApplicationReceipt,
    CollectionSlip,
    EndorsementText,
    HandedItem,
    Paper,
    PaymentProof,
    ReceivedDocument,
    Sex,
    SkimCard,
    SkimLetter,
)
from hub.letters.short_names import shorter_names
from hub.letters.wording import indonesian_date
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Actor

SKIM = "LOKET:S:"
SLIP = "LOKET:C:"
TREASURER = Words(id="Bendahara Penerimaan", en="Treasurer")
ON_CARD = 22
"""How many signs of a nationality fit on the card."""
PASSPORT = "passport"
"""The checklist's item of which custody is taken."""
HANDOVER = Words(id="Petugas Penyerahan", en="Hand-over officer")
FILE_GIVER = Words(id="Yang menyerahkan berkas", en="File handed over by")
ARCHIVIST = Words(id="Penerima berkas (arsip)", en="File received by (archive)")
COLLECTORS = {
    "SELF": Words(id="Pemohon sendiri", en="The applicant"),
    "FAMILY": Words(id="Keluarga", en="Family"),
    "ATTORNEY": Words(id="Kuasa", en="Attorney"),
}
SEXES: Mapping[str, Sex] = {"M": "M", "F": "F", "X": "X"}
PROMISE = Words(id="hari kerja setelah berkas lengkap", en="working days once the file is complete")


def paper(
    session: Session,
    office: int,
    procedure: Procedure,
    application: str,
    kind: str,
    at: datetime,
    *,
    officer: Actor,
    counter: int = 0,
) -> Paper:
    """Return the paper `kind` of a case. Raises NotFound, BadInput `paper_not_due`, Conflict.

    The kinds are those of `papers_due`.
    """
    if kind not in _PAPERS:
        text = "There is no such paper."
        raise NotFound("paper_unknown", text, id="Kertas ini tidak ada.")
    case = must_find(session, office, procedure, application)
    must_be_due(session, procedure, case, kind, at)
    opened = opened_case(session, office, procedure, application, kind, at, officer, counter)
    return _PAPERS[kind](opened)


def _receipt(opened: OpenedCase) -> ApplicationReceipt:
    case, office = opened.case, opened.procedure.office
    payload = receipt_payload(case, opened.person)
    tariff = opened.procedure.fee_on(opened.today)
    ticked = opened.values.get(opened.procedure.sop.doing("receive"), {})
    days = office.office.promised_working_days
    return ApplicationReceipt(
        imprint=opened.imprint(case.case_code, payload, read_secret(payload)),
        applicant=opened.person.name or "–",
        passport=opened.person.value("passport_number"),
        application=_applied_for(opened),
        guarantor=opened.person.value("guarantor") or "–",
        received_at=case.received_at or opened.at,
        notify=opened.person.value("phone") or "–",
        promised_on=case.promised_on or office.working_day_after(opened.today, days),
        promise=Words(id=f"{days} {PROMISE.id}", en=f"{days} {PROMISE.en}"),
        fee_rupiah=tariff.amount if tariff else 0,
        documents=tuple(
            ReceivedDocument(
                name=item.name,
                original_seen=bool(ticked.get(f"checklist.{item.code}")),
                copy=bool(ticked.get(f"checklist.{item.code}{COPY}")),
                kept=_stays(item.code, ticked, office.office.custody),
            )
            for item in papers_of(opened.procedure, case, opened.today)
            if ticked.get(f"checklist.{item.code}") or ticked.get(f"checklist.{item.code}{COPY}")
        ),
        officer=opened.officer.name,
        counter=opened.counter,
        on_record=opened.signature_on_record(),
        page=public_page.url_of(opened.procedure.keyring, office.office.public_url, case.id),
    )


def _applied_for(opened: OpenedCase) -> Words:
    sop = opened.procedure.sop
    issued, purpose = sop.issued.brief, sop.purpose(opened.case.purpose)
    if purpose is None:
        return issued
    return Words(id=f"{issued.id}, {purpose.words.id}", en=purpose.words.en.lower())


def _stays(code: str, ticked: Mapping[str, str], custody: str) -> bool:
    """Say whether the paper itself stays here: not what was seen and copied, but the passport."""
    if code == PASSPORT:
        return custody == "office"
    return not ticked.get(f"checklist.{code}{COPY}")


def _payment_proof(opened: OpenedCase) -> PaymentProof:
    payment = opened.payment()
    known = payments.facts(opened.procedure.keyring, opened.case, payment)
    issued = opened.procedure.sop.issued.brief
    return PaymentProof(
        imprint=opened.imprint(
            payment.proof_number,
            payments.proof_payload(opened.procedure.keyring, payment, known),
            known.secret,
        ),
        number=payment.proof_number,
        applicant=opened.person.name,
        amount_rupiah=payment.amount,
        purpose=Words(id=f"Penerbitan {issued.id}", en=f"Issue: {issued.en}"),
        billing_code=known.billing_code,
        ntpn=known.ntpn,
        bank=known.bank or "–",
        paid_on=payment.paid_on,
        token=known.secret,
        issued_on=opened.office_day(lost_proofs.issued_at(opened.session, payment)),
        treasurer=opened.officer_as(payment.by, payment.by_name, TREASURER),
    )


def _skim_letter(opened: OpenedCase) -> SkimLetter:
    number, person = opened.number(), opened.person
    purpose = purpose_of(opened.procedure.sop, opened.case)
    return SkimLetter(
        imprint=opened.imprint(number.number, registered_code(opened), opened.case.case_code),
        number=number.number,
        route=opened.route(),
        purpose=purpose.letter or purpose.words,
        full_name=opened.full_name(),
        sex=SEXES.get(person.value("sex"), "X"),
        birth_place=person.value("birth_place"),
        birth_date=_written(person.value("birth_date")),
        nationality=opened.nationality(),
        passport_number=person.value("passport_number"),
        passport_expiry=date.fromisoformat(person.value("passport_expiry")),
        permit=opened.permit(),
        permit_expiry=date.fromisoformat(person.value("permit_expiry")),
        address=person.value("address"),
        photo_jpeg=opened.photo(),
        periods=opened.periods(),
        issued_on=opened.issued_on,
        signer=opened.signer(opened.issued_on),
        native_name="" if is_latin(whole := person.value("full_name")) else whole,
    )


def _skim_card(opened: OpenedCase) -> SkimCard:
    number, person = opened.number(), opened.person
    surname, given = person.value("surname"), person.value("given_names")
    blank = blanks.of_case(opened.session, opened.case.office, opened.case.id)
    return SkimCard(
        imprint=opened.imprint(number.number, registered_code(opened), opened.case.case_code),
        number=number.number,
        blank_serial=blank.serial if blank else "–",
        full_name=opened.full_name(),
        sex=SEXES.get(person.value("sex"), "X"),
        birth_place=person.value("birth_place"),
        birth_date=_written(person.value("birth_date")),
        nationality=opened.nationality(ON_CARD),
        passport_number=person.value("passport_number"),
        permit=opened.permit(),
        periods=opened.periods(),
        route=opened.route(),
        purpose=purpose_of(opened.procedure.sop, opened.case).words,
        issued_on=opened.issued_on,
        signer=opened.signer(opened.issued_on),
        photo_jpeg=opened.photo(),
        shorter_names=tuple(
            shorter_names(surname, given or ("" if surname else opened.full_name()))
        ),
    )


def registered_code(opened: OpenedCase) -> str:
    """Return the barcode of a SKIM: it says *registered*, signed; legalised it cannot say.

    LOKET:S:NUMBER:CASE:YYMMDD:SIGNATURE
    """
    number = opened.number()
    day = opened.procedure.office.today(number.given_at)
    text = f"{SKIM}{number.number}:{opened.case.case_code}:{day:%y%m%d}"
    return opened.procedure.keyring.sign(text)


def _endorsement(opened: OpenedCase) -> EndorsementText:
    number = opened.number()
    return EndorsementText(
        imprint=opened.imprint(number.number, registered_code(opened), opened.case.case_code),
        number=number.number,
        full_name=opened.full_name(),
        passport_number=opened.person.value("passport_number"),
        purpose=purpose_of(opened.procedure.sop, opened.case).words,
        issued_on=opened.issued_on,
        signer=opened.signer(opened.issued_on),
    )


def _collection_slip(opened: OpenedCase) -> CollectionSlip:
    case, payment, number = opened.case, opened.payment(), opened.number()
    handover = opened.procedure.sop.doing("close_custody")
    undone = undone_times(opened.session, case.office, case.id, handover)
    slip = f"{case.case_code}-C{1 + len(undone)}"
    collector = opened.said(handover, "collector")
    passport = opened.person.value("passport_number")
    blank = blanks.of_case(opened.session, case.office, case.id)
    package = archive.package_row(opened.session, case.office, case.id)
    return CollectionSlip(
        imprint=opened.imprint(slip, f"{SLIP}{slip}", case.case_code),
        number=slip,
        applicant=opened.person.name,
        passport=passport,
        payment_proof=payment.proof_number,
        collected_by=COLLECTORS.get(collector, COLLECTORS["SELF"]),
        checked_by=_seen(opened, handover),
        items=(
            HandedItem(name=Words(id="Paspor", en="Passport"), number=passport),
            *_issued(opened, number.number, blank.serial if blank else ""),
        ),
        handed_at=opened.at,
        receiver=opened.said(handover, "collector_name") or opened.person.name,
        officer=opened.officer_as(opened.officer.id, opened.officer.name, HANDOVER),
        contents=official_papers.contents_of(opened.procedure.sop),
        classification=opened.procedure.office.register.classification,
        shelf=opened.said(opened.procedure.sop.doing("archive"), "shelf"),
        file_giver=opened.officer_of(package.given_by, FILE_GIVER) if package else None,
        archivist=opened.officer_of(package.received_by, ARCHIVIST) if package else None,
        on_record=opened.signature_on_record() if collector in ("", "SELF") else None,
    )


def _issued(opened: OpenedCase, number: str, blank: str) -> Iterator[HandedItem]:
    """Return what was issued: the letter and the card that the procedure prints, else its name."""
    sop = opened.procedure.sop
    brief, card = sop.issued.brief, f"Blangko {blank}" if blank else "–"
    if not sop.prints("skim_letter") and not sop.prints("skim_card"):
        yield HandedItem(name=brief, number=number)
    if sop.prints("skim_letter"):
        name = Words(id=f"Surat {brief.id}", en=f"{brief.en} letter")
        yield HandedItem(name=name, number=number)
    if sop.prints("skim_card"):
        yield HandedItem(name=Words(id=f"Kartu {brief.id}", en=f"{brief.en} card"), number=card)


def _seen(opened: OpenedCase, handover: str) -> Words:
    """Return how the collector was known: by a finger, else by which document."""
    by_finger = finger_match.in_words(
        finger_match.kept_of(opened.session, opened.procedure, opened.case)
    )
    if by_finger is not None:
        return by_finger
    stage = opened.procedure.sop.stage(handover)
    rule = stage.rule("collector_document_kind") if stage else None
    choice = rule.choice(opened.said(handover, rule.key)) if rule else None
    return choice.words if choice else Words(id="Dokumen identitas", en="Identity document")


_PAPERS: Mapping[str, Callable[[OpenedCase], Paper]] = {
    "application_receipt": _receipt,
    "payment_proof": _payment_proof,
    "skim_letter": _skim_letter,
    "skim_card": _skim_card,
    "endorsement": _endorsement,
    "collection_slip": _collection_slip,
    "custody_receipt": official_papers.custody_receipt,
    "billing_slip": official_papers.billing_slip,
    "rejection_letter": applicant_letters.rejection_letter,
    "ending_letter": ending_letters.ending_letter,
    "cover_letter": official_papers.cover_letter,
    "nonconformity_letter": applicant_letters.nonconformity_letter,
    "notify_letter": applicant_letters.notify_letter,
    "archive_label": official_papers.archive_label,
    "case_history": official_papers.history_of,
}


def _written(iso: str) -> str:
    try:
        return indonesian_date(date.fromisoformat(iso))
    except ValueError:
        return iso
