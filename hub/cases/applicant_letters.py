"""Letters to the applicant: what does not agree, the rejection, the notice to come."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

from hub import opening
from hub.cases import branches, inviting, letters_sent, nonconformity, notifying
from hub.cases.notifying import ToNotify
from hub.cases.opened import OpenedCase
from hub.cases.persons import INNER
from hub.errors import Conflict
from hub.letters import Fact, LetterAppointment, OfficialLetter
from hub.letters.wording import clock_time, dated_weekday, in_words, indonesian_date
from hub.models.application import Diversion
from hub.wire import Words

NOTHING = Words(id="–", en="–")
_WITH_CASE_CODE = Words(
    id="Di kios ruang tunggu: pindai kode QR di bawah, atau ketik kode permohonan.",
    en="At the kiosk in the hall: scan the QR code below, or type the case code.",
)
_WITH_APPOINTMENT = Words(
    id="Di kios: “Saya punya janji temu”, pindai QR atau ketik kode. Yang terlambat antre biasa.",
    en="At the kiosk: “I have an appointment”, scan the QR or type the code. Who is late waits as "
    "usual.",
)
NONCONFORMITY = "nonconformity"
_BRING: Mapping[str, Words] = {
    "EXPIRED_UNPAID": Words(
        id="Bawa tanda terima permohonan; kode billing diberikan di loket pembayaran.",
        en="Bring the application receipt; the billing code is given at the payment counter.",
    ),
    "UNCOLLECTED": Words(
        id="Bawa tanda bukti bayar dan identitas asli; tanpa tanda bukti bayar dokumen tidak "
        "dapat diserahkan.",
        en="Bring the proof of payment and your original identity document; without the proof "
        "the document cannot be handed over.",
    ),
}
_OTHERWISE = Words(
    id="Bawa tanda terima permohonan dan dokumen aslinya.",
    en="Bring the application receipt and the original documents.",
)


def nonconformity_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter that asks the applicant to mend what does not agree. Raises Conflict."""
    branch = branches.open_diversion(opened.session, opened.case)
    if branch is None or branch.to != NONCONFORMITY:
        text = "This case is not in the nonconformity procedure."
        raise Conflict("not_diverted", text, id="Permohonan ini tidak dalam ketidaksesuaian.")
    asked = nonconformity.times_asked(opened.session, opened.procedure, opened.case)
    found_on = indonesian_date(opened.office_day(branch.opened_at))
    reason = branches.reason_of(opened.procedure, opened.case, branch)
    issued = opened.procedure.sop.issued
    return to_applicant(
        opened,
        f"N{max(1, len(asked))}",
        opened.office_day(asked[-1]) if asked else opened.today,
        Words(
            id=f"Pemberitahuan ketidaksesuaian permohonan {issued.brief.id}",
            en=f"Notice: something in the {issued.brief.en} application does not agree",
        ),
        Words(
            id=f"Pada permohonan {issued.whole.id} Saudara ditemukan hal yang perlu diperbaiki "
            "atau dijelaskan:",
            en=f"In your application ({issued.whole.en}) something must be corrected or explained:",
        ),
        (
            fact("Ditemukan", "Found on", found_on),
            fact("Yang perlu diperbaiki", "To be corrected", reason),
            *_branch_facts(opened, branch),
        ),
        Words(id="Yang perlu Saudara lakukan", en="What you should do"),
        (
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
            _or_rejected(branch.deadline_on),
        ),
    )


def rejection_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter that tells the applicant of the rejection. Raises Conflict."""
    case = opened.case
    if case.state != "REJECTED" or case.ended_at is None:
        text = "This case was not rejected."
        raise Conflict("not_rejected", text, id="Permohonan ini tidak ditolak.")
    issued = opened.procedure.sop.issued
    return to_applicant(
        opened,
        "T1",
        opened.office_day(case.ended_at),
        Words(
            id=f"Pemberitahuan penolakan permohonan {issued.brief.id}",
            en=f"Notice of rejection of the {issued.brief.en} application",
        ),
        Words(
            id=f"Permohonan {issued.whole.id} Saudara dengan data berikut tidak dapat kami "
            "kabulkan:",
            en=f"We cannot grant your application ({issued.whole.en}) with the following data:",
        ),
        (
            fact("Dasar hukum", "Legal basis", kept(opened, "legal_basis")),
            fact("Alasan", "Reason", kept(opened, "end_reason")),
        ),
        Words(id="Hak Saudara", en="Your rights"),
        (
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
    )


def notify_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter for a case on the list to notify. Raises Conflict `nobody_to_notify`."""
    row = notifying.must_wait(opened.session, opened.procedure, opened.case, opened.at)
    since = max(row.since, row.last_contact or row.since)
    case, procedure = opened.case, opened.procedure
    issued = procedure.sop.issued
    count = letters_sent.notice_count(opened.session, procedure, case, since, opened.at)
    letter = to_applicant(
        opened,
        f"U{count}",
        opened.today,
        Words(
            id="Pemberitahuan untuk datang ke Kantor Imigrasi",
            en="Notice to come to the immigration office",
        ),
        Words(
            id=f"Sehubungan dengan permohonan {issued.whole.id} Saudara, kami mohon Saudara "
            "datang untuk:",
            en=f"In your application ({issued.whole.en}), we ask you to come for the following:",
        ),
        _called_for(opened, row),
        Words(id="Yang perlu Saudara ketahui", en="What you should know"),
        _to_know(opened, row),
    )
    return dataclasses.replace(letter, appointment=_appointment(opened, row))


def _appointment(opened: OpenedCase, row: ToNotify) -> LetterAppointment | None:
    """Return the booked time as the letter prints it; one for which nobody should come is not."""
    now = opening.now_of(opened.session.connection(), opened.case.office)
    booked = inviting.booked_time(opened.procedure, row.booked, opened.at, now)
    if booked is None or not booked.stands:
        return None
    return LetterAppointment(
        code=booked.code,
        day=dated_weekday(opened.office_day(booked.at)),
        time=clock_time(booked.at, opened.procedure.office.office.timezone),
        service=booked.service,
    )


def to_applicant(
    opened: OpenedCase,
    letter: str,
    dated: date,
    subject: Words,
    opening: Words,
    facts: Sequence[Fact],
    heading: Words,
    points: Sequence[Words],
) -> OfficialLetter:
    """Return a letter to the applicant's address; `letter` is its kind and count, as in `N1`."""
    code = opened.case.case_code
    number = f"{code}-{letter}"
    return OfficialLetter(
        imprint=opened.imprint(number, f"LOKET:{letter[0]}:{number}", code),
        number=number,
        dated=dated,
        attachment=NOTHING,
        subject=subject,
        addressee=tuple(
            line for line in (opened.person.name, opened.person.value("address")) if line
        ),
        opening=(opening,),
        facts=(fact("Kode permohonan", "Case code", code), *facts),
        heading=heading,
        points=tuple(points),
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
        fact("Jenis ketidaksesuaian", "Kind", in_both(nature.words if nature else None)),
        fact("Keputusan", "Decision", in_both(now.words if now else None)),
        fact("Batas waktu", "Deadline", until),
        fact("Dasar hukum", "Legal basis", in_both(basis)),
    )


def _or_rejected(deadline: date | None) -> Words:
    day = in_words(deadline)
    return Words(
        id=f"Bila sampai {day.id} hal ini tidak diperbaiki, Kepala Kantor dapat menolak permohonan "
        "dengan menyebut dasar hukumnya; paspor dikembalikan.",
        en=f"If this is not mended by {day.en}, the head of office may reject the application, "
        "naming the legal basis; the passport is given back.",
    )


def _called_for(opened: OpenedCase, row: ToNotify) -> tuple[Fact, ...]:
    since = indonesian_date(opened.office_day(row.since))
    facts = [fact("Keperluan", "What for", in_both(row.what))]
    if row.booked is None:  # a letter with its appointment stays on one sheet
        facts.append(fact("Menunggu sejak", "Waiting since", since))
    if row.deadline is not None:
        facts.append(fact("Batas waktu", "Deadline", indonesian_date(row.deadline)))
    if row.comes_on is not None and row.booked is None:
        facts.append(fact("Janji kedatangan", "Appointment", indonesian_date(row.comes_on)))
    return tuple(facts)


def _to_know(opened: OpenedCase, row: ToNotify) -> tuple[Words, ...]:
    ending = notifying.lapses(opened.procedure.sop).get(row.stage, "")
    booked = _appointment(opened, row) is not None
    points = [
        _BRING.get(ending, _OTHERWISE),
        _WITH_APPOINTMENT if booked else _WITH_CASE_CODE,
    ]
    if row.deadline is not None:
        points.append(_or_ended(row.deadline))
    return tuple(points)


def _or_ended(deadline: date) -> Words:
    day = in_words(deadline)
    return Words(
        id=f"Bila Saudara tidak datang sampai {day.id}, permohonan dapat diakhiri; paspor selalu "
        "dikembalikan dengan tanda tangan.",
        en=f"If you do not come by {day.en}, the application may be ended; the passport is always "
        "given back against your signature.",
    )


def kept(opened: OpenedCase, field: str) -> str:
    """Return what the ending of the case left in `field`, or a dash."""
    return opened.person.values.get(field, {}).get(INNER, "–")


def in_both(words: Words | None) -> str:
    """Return a value in both languages, or a dash for nothing."""
    return f"{words.id} / {words.en}" if words else "–"


def fact(indonesian: str, english: str, value: str) -> Fact:
    """Return a line of a letter: its label in both languages and its value."""
    return Fact(label=Words(id=indonesian, en=english), value=value)
