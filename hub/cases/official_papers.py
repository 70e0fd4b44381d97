"""The official papers of a case: passport receipt, billing slip, letters, label, history."""

from __future__ import annotations

from datetime import date

from hub.cases import agenda, archive, blanks, branches, custody
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
from hub.letters.wording import in_words, indonesian_date
from hub.models.application import Diversion
from hub.wire import Words

CUSTODY = "LOKET:P:"
NONCONFORMITY = "nonconformity"
TREASURER = Words(id="Bendahara Penerimaan", en="Treasurer")
NOTHING = Words(id="–", en="–")
_SKIM = Words(id="PNBP penerbitan SKIM", en="State fee for issuing a SKIM")
_BACK = Words(
    id="Dikembalikan saat SKIM diambil, atau bila permohonan berakhir.",
    en="Returned when the SKIM is collected, or when the application ends.",
)
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
    first = custody.records(opened.session, case.office, case.id)[0]
    number = f"{case.case_code}-P1"
    whole = opened.procedure.office.office.custody == "office"
    return CustodyReceipt(
        imprint=opened.imprint(number, f"{CUSTODY}{number}", case.case_code),
        number=number,
        applicant=opened.person.name,
        passport=opened.person.value("passport_number"),
        passport_expiry=_written(opened.person.value("passport_expiry")),
        place=kept.location,
        taken_at=first.taken_at,
        returned_when=_BACK if whole else _BACK_TODAY,
        officer=opened.officer.name,
        counter=opened.counter,
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
    return BillingSlip(
        imprint=opened.imprint(f"{case.case_code}-K", digits, case.case_code),
        applicant=opened.person.name,
        billing_code=digits,
        amount_rupiah=code.amount,
        purpose=_SKIM,
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
    sop = opened.procedure.sop.number
    return OfficialLetter(
        imprint=opened.imprint(row.number, f"LOKET:L:{case.case_code}", case.case_code),
        number=row.number,
        dated=row.dated,
        attachment=Words(id="1 (satu) berkas", en="1 file"),
        subject=Words(
            id="Permohonan persetujuan penerbitan SKIM", en="Request for approval to issue a SKIM"
        ),
        addressee=tuple(line.strip() for line in row.party.split(",")),
        opening=(
            Words(
                id="Bersama ini kami sampaikan berkas permohonan Surat Keterangan Keimigrasian "
                "(SKIM) untuk mendapat persetujuan, atas nama:",
                en="We submit the file of an application for an Immigration Certificate (SKIM) "
                "for approval, in the name of:",
            ),
        ),
        facts=_person(opened),
        heading=Words(id="Pemeriksaan berkas", en="Examination of the file"),
        points=(
            Words(
                id=f"Kelengkapan berkas, dokumen, dan penjamin telah diteliti menurut SOP {sop}.",
                en=f"Completeness, documents and guarantor were examined under SOP {sop}.",
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


def rejection_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter that tells the applicant of the rejection. Raises Conflict."""
    case = opened.case
    if case.state != "REJECTED" or case.ended_at is None:
        text = "This case was not rejected."
        raise Conflict("not_rejected", text, id="Perkara ini tidak ditolak.")
    ended = opened.procedure.office.today(case.ended_at)
    number = f"{case.case_code}-T1"
    return OfficialLetter(
        imprint=opened.imprint(number, f"LOKET:J:{number}", case.case_code),
        number=number,
        dated=ended,
        attachment=NOTHING,
        subject=Words(
            id="Pemberitahuan penolakan permohonan SKIM",
            en="Notice of rejection of the SKIM application",
        ),
        addressee=tuple(
            line for line in (opened.person.name, opened.person.value("address")) if line
        ),
        opening=(
            Words(
                id="Permohonan Surat Keterangan Keimigrasian (SKIM) Saudara dengan data berikut "
                "tidak dapat kami kabulkan:",
                en="We cannot grant your application for an Immigration Certificate (SKIM) with "
                "the following data:",
            ),
        ),
        facts=(
            _fact("Kode permohonan", "Case code", case.case_code),
            _fact("Dasar hukum", "Legal basis", _system(opened, "legal_basis")),
            _fact("Alasan", "Reason", _system(opened, "end_reason")),
        ),
        heading=Words(id="Hak Saudara", en="Your rights"),
        points=(
            Words(
                id="Mengajukan keberatan tertulis kepada Kepala Kantor dengan menyebut kode "
                "permohonan.",
                en="You may object in writing to the head of office, quoting the case code.",
            ),
            Words(
                id="Paspor Saudara dikembalikan di loket pengambilan dengan tanda tangan.",
                en="Your passport is given back at the collection counter against your signature.",
            ),
        ),
        closing=(),
        signer=opened.signer(),
        public=True,
    )


def nonconformity_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter that asks the applicant to mend what does not agree. Raises Conflict."""
    case = opened.case
    branch = branches.open_diversion(opened.session, case)
    if branch is None or branch.to != NONCONFORMITY:
        text = "This case is not in the nonconformity procedure."
        raise Conflict("not_diverted", text, id="Perkara ini tidak dalam ketidaksesuaian.")
    number = f"{case.case_code}-N1"
    reason = branches.reason_of(opened.procedure, case, branch)
    return OfficialLetter(
        imprint=opened.imprint(number, f"LOKET:N:{number}", case.case_code),
        number=number,
        dated=opened.today,
        attachment=NOTHING,
        subject=Words(
            id="Pemberitahuan ketidaksesuaian permohonan SKIM",
            en="Notice: something in the SKIM application does not agree",
        ),
        addressee=tuple(
            line for line in (opened.person.name, opened.person.value("address")) if line
        ),
        opening=(
            Words(
                id="Pada permohonan Surat Keterangan Keimigrasian (SKIM) Saudara ditemukan hal "
                "yang perlu diperbaiki atau dijelaskan:",
                en="In your application for an Immigration Certificate (SKIM) something must be "
                "corrected or explained:",
            ),
        ),
        facts=(
            _fact("Kode permohonan", "Case code", case.case_code),
            _fact("Ditemukan", "Found on", indonesian_date(opened.office_day(branch.opened_at))),
            _fact("Yang perlu diperbaiki", "To be corrected", reason),
            *_branch_facts(opened, branch),
        ),
        heading=Words(id="Yang perlu Saudara lakukan", en="What you should do"),
        points=(
            Words(
                id="Datang ke loket permohonan dengan surat ini dan dokumen aslinya; antrean "
                "memakai kode permohonan.",
                en="Come to the application counter with this letter and the original documents; "
                "the queue takes your case code.",
            ),
            Words(
                id="Permohonan tetap terdaftar selama perbaikan; tidak perlu mengajukan ulang.",
                en="Your application stays registered meanwhile; you need not apply again.",
            ),
            _after_the_deadline(branch),
        ),
        closing=(),
        signer=opened.signer(),
        public=True,
    )


def _branch_facts(opened: OpenedCase, branch: Diversion) -> tuple[Fact, ...]:
    """Return kind, decision, deadline and legal basis of a nonconformity."""
    rules = opened.procedure.sop.related(branch.to)
    nature = rules.nature(branch.nature) if rules else None
    now = rules.move(branch.stage) if rules else None
    basis = rules.basis if rules else None
    until = indonesian_date(branch.deadline_on) if branch.deadline_on else "–"
    return (
        _fact("Jenis ketidaksesuaian", "Kind", _in_both(nature.words if nature else None)),
        _fact("Keputusan", "Decision", _in_both(now.words if now else None)),
        _fact("Batas waktu", "Deadline", until),
        _fact("Dasar hukum", "Legal basis", _in_both(basis)),
    )


def _in_both(words: Words | None) -> str:
    return f"{words.id} / {words.en}" if words else "–"


def _after_the_deadline(branch: Diversion) -> Words:
    day = in_words(branch.deadline_on)
    return Words(
        id=f"Bila sampai {day.id} hal ini tidak diperbaiki, Kepala Kantor dapat menolak permohonan "
        "dengan menyebut dasar hukumnya; paspor dikembalikan.",
        en=f"If this is not mended by {day.en}, the head of office may reject the application, "
        "naming the legal basis; the passport is given back.",
    )


def archive_label(opened: OpenedCase) -> ArchiveLabel:
    """Return the label for the file on the shelf. Raises Conflict `not_archived`."""
    case = opened.case
    package = archive.package_row(opened.session, case.office, case.id)
    if package is None:
        text = "This case is not in the archive yet."
        raise Conflict("not_archived", text, id="Perkara ini belum di arsip.")
    number = blanks.number_of(opened.session, case.office, case.id)
    return ArchiveLabel(
        imprint=opened.imprint(case.case_code, f"LOKET:A:{case.case_code}", case.case_code),
        number=number.number if number else "–",
        applicant=opened.person.name,
        classification=package.retention,
        contents=Words(id="Berkas permohonan SKIM", en="File of the SKIM application"),
        shelf=package.shelf,
        archived_on=opened.procedure.office.today(package.at),
    )


def history_of(opened: OpenedCase) -> Listing:
    """Return everything that happened to the case, as a list; SOP Cekal is not in it."""
    return case_history(
        opened.session, opened.procedure, opened.case, opened.at, opened.officer, opened.copy
    )


def _person(opened: OpenedCase) -> tuple[Fact, ...]:
    person = opened.person
    permit = f"{opened.permit()}, s.d. {_written(person.value('permit_expiry'))}"
    return (
        _fact("Nama", "Name", person.name or "–"),
        _fact("Kewarganegaraan", "Nationality", person.value("nationality") or "–"),
        _fact("Nomor paspor", "Passport number", person.value("passport_number") or "–"),
        _fact("Izin tinggal", "Stay permit", permit if person.value("permit_number") else "–"),
        _fact("Kode permohonan", "Case code", opened.case.case_code),
    )


def _system(opened: OpenedCase, field: str) -> str:
    return opened.person.values.get(field, {}).get("system", "–")


def _fact(indonesian: str, english: str, value: str) -> Fact:
    return Fact(label=Words(id=indonesian, en=english), value=value)


def _written(iso: str) -> str:
    try:
        return indonesian_date(date.fromisoformat(iso))
    except ValueError:
        return iso or "–"
