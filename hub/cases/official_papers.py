"""The official papers of a case: passport receipt, billing slip, cover letter, label, history."""

from __future__ import annotations

from datetime import date

from hub.cases import agenda, archive, blanks, custody
from hub.cases.archive import keeping
from hub.cases.history_paper import case_history
from hub.cases.opened import OpenedCase
from hub.cases.payments import billing
from hub.errors import Conflict
from hub.letters import (
    ArchiveLabel,
    BillingSlip,
    CustodyReceipt,
    Fact,
    Listing,
    OfficialLetter,
)
from hub.letters.wording import indonesian_date
from hub.models.application import ArchivePackage
from hub.procedure import Procedure
from hub.sop import Sop
from hub.wire import Words

CUSTODY = "LOKET:P:"
TREASURER = Words(id="Bendahara Penerimaan", en="Treasurer")
_BACK_TODAY = Words(
    id="Dikembalikan pada akhir kunjungan hari ini.",
    en="Returned at the end of today's visit.",
)


def custody_receipt(opened: OpenedCase) -> CustodyReceipt:
    """Return the receipt for the passport. Raises Conflict `custody_not_open`."""
    case = opened.case
    kept = custody.holder(opened.session, case.office, case.id)
    if kept is None:
        text = "The office does not hold this passport."
        raise Conflict("custody_not_open", text, id="Kantor tidak memegang paspor ini.")
    count, taken_at = custody.present_stay(custody.records(opened.session, case.office, case.id))
    number = f"{case.case_code}-P{count}"
    whole = opened.procedure.office.office.custody == "office"
    return CustodyReceipt(
        imprint=opened.imprint(number, f"{CUSTODY}{number}", case.case_code),
        number=number,
        applicant=opened.person.name,
        passport=opened.person.value("passport_number"),
        passport_expiry=_written(opened.person.value("passport_expiry")),
        place=kept.location,
        taken_at=taken_at,
        returned_when=_back(opened.procedure.sop) if whole else _BACK_TODAY,
        officer=opened.officer.name,
        counter=opened.counter,
        on_record=opened.signature_on_record(),
    )


def billing_slip(opened: OpenedCase) -> BillingSlip:
    """Return the slip of the billing code. Raises Conflict `billing_missing`."""
    case, keyring = opened.case, opened.procedure.keyring
    code = billing.in_force(opened.session, case.office, case.id)
    if code is None or code.expires_on < opened.today:
        raise Conflict(
            "billing_missing",
            "There is no valid billing code: enter a new one from SIMPONI.",
            id="Tidak ada kode billing yang berlaku: masukkan kode baru dari SIMPONI.",
        )
    digits = billing.code_of(keyring, case, code)
    issued = opened.procedure.sop.issued.brief
    return BillingSlip(
        imprint=opened.imprint(f"{case.case_code}-K", digits, case.case_code),
        applicant=opened.person.name,
        billing_code=digits,
        amount_rupiah=code.amount,
        purpose=Words(id=f"PNBP penerbitan {issued.id}", en=f"State fee: {issued.en}"),
        issued_on=code.issued_on,
        expires_on=code.expires_on,
        treasurer=opened.officer_as(code.by, code.by_name, TREASURER),
    )


def cover_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter to Kanwil or Ditjen as the agenda has it. Raises Conflict."""
    case = opened.case
    row = agenda.cover_letter_of(opened.session, case.office, case.id)
    if row is None:
        text = "Enter the outgoing letter in the agenda first."
        raise Conflict("letter_missing", text, id="Masukkan surat keluar di agenda dahulu.")
    sop = opened.procedure.sop
    return OfficialLetter(
        imprint=opened.imprint(row.number, f"LOKET:L:{case.case_code}", case.case_code),
        number=row.number,
        dated=row.dated,
        attachment=Words(id="1 (satu) berkas", en="1 file"),
        subject=Words(
            id=f"Permohonan persetujuan penerbitan {sop.issued.brief.id}",
            en=f"Request for approval: {sop.issued.brief.en}",
        ),
        addressee=tuple(line.strip() for line in row.party.split(",")),
        opening=(
            Words(
                id=f"Bersama ini kami sampaikan berkas permohonan {sop.issued.whole.id} untuk "
                "mendapat persetujuan, atas nama:",
                en=f"We submit for approval the file of an application ({sop.issued.whole.en}), "
                "in the name of:",
            ),
        ),
        facts=_person(opened),
        heading=Words(id="Pemeriksaan berkas", en="Examination of the file"),
        points=(
            Words(
                id="Kelengkapan berkas, dokumen, dan penjamin telah diteliti menurut SOP "
                f"{sop.number}.",
                en=f"Completeness, documents and guarantor were examined under SOP {sop.number}.",
            ),
            Words(
                id="Foto dan sidik jari pemohon telah direkam.",
                en="The applicant's photo and fingerprints were captured.",
            ),
        ),
        closing=(
            Words(
                id="Mohon jawaban dengan menyebut nomor surat ini. Atas perhatian Bapak/Ibu kami "
                "ucapkan terima kasih.",
                en="Please answer quoting the number of this letter. We thank you for your "
                "attention.",
            ),
        ),
        signer=opened.signer(),
        copies=("Arsip",),
    )


def archive_label(opened: OpenedCase) -> ArchiveLabel:
    """Return the label for the file on the shelf. Raises Conflict `not_archived`."""
    case = opened.case
    package = archive.package_row(opened.session, case.office, case.id)
    if package is None:
        text = "This case is not in the archive yet."
        raise Conflict("not_archived", text, id="Permohonan ini belum di arsip.")
    number = blanks.number_of(opened.session, case.office, case.id)
    return ArchiveLabel(
        imprint=opened.imprint(case.case_code, f"LOKET:A:{case.case_code}", case.case_code),
        number=number.number if number else "–",
        applicant=opened.person.name,
        classification=f"{package.retention} · {_kept(opened.procedure, package)}",
        contents=_contents(opened),
        shelf=package.shelf,
        archived_on=opened.procedure.office.today(package.at),
    )


def history_of(opened: OpenedCase) -> Listing:
    """Return everything that happened to the case, as a list; SOP Cekal is not in it."""
    return case_history(
        opened.session, opened.procedure, opened.case, opened.at, opened.officer, opened.copy
    )


def contents_of(sop: Sop) -> Words:
    """Return what a file of the procedure is, as its label says."""
    brief = sop.issued.brief
    return Words(id=f"Berkas permohonan {brief.id}", en=f"File of the {brief.en} application")


def _contents(opened: OpenedCase) -> Words:
    """Return what the file is; of a case that ended before its last step also how it ended."""
    known = opened.procedure.sop.state(opened.case.state)
    contents = contents_of(opened.procedure.sop)
    if opened.case.state == "ARCHIVED" or known is None:
        return contents
    return Words(
        id=f"{contents.id} · {known.name.id}",
        en=f"{contents.en} · {known.name.en}",
    )


def _back(sop: Sop) -> Words:
    brief = sop.issued.brief
    return Words(
        id=f"Dikembalikan saat {brief.id} diambil, atau bila permohonan berakhir.",
        en=f"Returned when the {brief.en} is collected, or when the application ends.",
    )


def _kept(procedure: Procedure, package: ArchivePackage) -> str:
    until = package.retain_until or keeping.kept_until(procedure, package)
    return f"s.d. {indonesian_date(until)}" if until else "tetap / permanent"


def _person(opened: OpenedCase) -> tuple[Fact, ...]:
    person = opened.person
    permit = f"{opened.permit()}, s.d. {_written(person.value('permit_expiry'))}"
    return (
        _fact("Nama", "Name", person.name or "–"),
        _fact("Kewarganegaraan", "Nationality", opened.nationality() or "–"),
        _fact("Nomor paspor", "Passport number", person.value("passport_number") or "–"),
        _fact("Izin tinggal", "Stay permit", permit if person.value("permit_number") else "–"),
        _fact("Kode permohonan", "Case code", opened.case.case_code),
    )


def _fact(indonesian: str, english: str, value: str) -> Fact:
    return Fact(label=Words(id=indonesian, en=english), value=value)


def _written(iso: str) -> str:
    try:
        return indonesian_date(date.fromisoformat(iso))
    except ValueError:
        return iso or "–"
