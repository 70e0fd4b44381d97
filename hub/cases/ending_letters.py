"""The letter that tells an applicant how the application ended other than by a decision on it.

Withdrawn, not paid or not collected in time: each says what ended it and when, what it means for
number, payment and passport, and what can still be done. A rejection has a letter of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from hub.cases import custody, notifying, payments
from hub.cases.applicant_letters import fact, kept, to_applicant
from hub.cases.opened import OpenedCase
from hub.errors import Conflict
from hub.letters import Fact, OfficialLetter
from hub.letters.wording import indonesian_date
from hub.models.application import RegisterNumber
from hub.sop import Issued
from hub.wire import Words

MOST_CONTACTS = 3
"""So many of the last tries to reach the applicant the letter names; it stays on one sheet."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What one ending says: the letter's subject and how it begins; in braces what was to issue."""

    subject: Words
    opening: Words

    def of(self, issued: Issued) -> tuple[Words, Words]:
        """Return subject and opening of a letter on what `issued` is."""
        brief, whole = issued.brief, issued.whole
        subject, opening = (
            Words(
                id=words.id.format(brief=brief.id, whole=whole.id),
                en=words.en.format(brief=brief.en, whole=whole.en),
            )
            for words in (self.subject, self.opening)
        )
        return subject, opening


_TOLD: Mapping[str, _Told] = {
    "WITHDRAWN": _Told(
        Words(
            id="Pemberitahuan: permohonan {brief} dicabut",
            en="Notice: the {brief} application was withdrawn",
        ),
        Words(
            id="Sesuai pernyataan Saudara, permohonan {whole} berikut kami catat sebagai dicabut:",
            en="As you stated, the following application ({whole}) is recorded as withdrawn:",
        ),
    ),
    "EXPIRED_UNPAID": _Told(
        Words(
            id="Pemberitahuan: permohonan {brief} berakhir karena tidak dibayar",
            en="Notice: the {brief} application ended unpaid",
        ),
        Words(
            id="Permohonan {whole} Saudara berakhir karena biayanya "
            "tidak dibayar sampai batas waktunya:",
            en="Your application ({whole}) ended because its fee was not paid in time:",
        ),
    ),
    "UNCOLLECTED": _Told(
        Words(
            id="Pemberitahuan: permohonan {brief} berakhir karena tidak diambil",
            en="Notice: the {brief} application ended uncollected",
        ),
        Words(
            id="Permohonan {whole} Saudara berakhir karena dokumennya "
            "tidak diambil sampai batas waktunya:",
            en="Your application ({whole}) ended because its document was not collected in time:",
        ),
    ),
}


def ending_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter that tells the applicant how the case ended. Raises Conflict."""
    case = opened.case
    told = _TOLD.get(case.state)
    if told is None or case.ended_at is None:
        text = "This case did not end by withdrawal or by a deadline."
        indonesian = "Permohonan ini tidak berakhir karena dicabut atau lewat batas waktu."
        raise Conflict("not_lapsed", text, id=indonesian)
    return to_applicant(
        opened,
        "E1",
        opened.office_day(case.ended_at),
        *told.of(opened.procedure.sop.issued),
        tuple(_facts(opened)),
        Words(id="Yang perlu Saudara ketahui", en="What you should know"),
        tuple(_to_know(opened)),
    )


def _facts(opened: OpenedCase) -> Iterator[Fact]:
    case = opened.case
    if case.received_at is not None:
        received = indonesian_date(opened.office_day(case.received_at))
        yield fact("Diterima pada", "Received on", received)
    if case.ended_at is not None:
        yield fact("Berakhir pada", "Ended on", indonesian_date(opened.office_day(case.ended_at)))
    yield fact("Alasan", "Reason", kept(opened, "end_reason"))
    if case.state == "WITHDRAWN":
        return
    tries = notifying.contacts_of(opened.session, case.office, case.id)[-MOST_CONTACTS:]
    if days := dict.fromkeys(indonesian_date(opened.office_day(one.at)) for one in tries):
        yield fact("Pemberitahuan sebelumnya", "You were told on", "; ".join(days))


def _to_know(opened: OpenedCase) -> Iterator[Words]:
    case, brief = opened.case, opened.procedure.sop.issued.brief
    for number in _void_numbers(opened):
        yield Words(
            id=f"{brief.id} nomor {number} batal; surat dan kartunya tidak berlaku.",
            en=f"{brief.en} number {number} is void; its letter and card are not valid.",
        )
    if payments.of_case(opened.session, case.office, case.id) is not None:
        yield Words(
            id="Pembayaran Saudara tetap tercatat pada kas negara; tanyakan kepada bendahara.",
            en="Your payment stays recorded with the state treasury; ask the treasurer about it.",
        )
    if custody.is_here(opened.session, case.office, case.id):
        yield Words(
            id="Paspor Saudara masih di kantor: ambil di loket pengambilan dengan tanda tangan.",
            en="Your passport is still in the office: collect it at the collection counter "
            "against your signature.",
        )
    yield Words(
        id="Saudara dapat mengajukan permohonan baru; yang ini tidak dapat dilanjutkan.",
        en="You may apply anew; this application cannot be continued.",
    )
    yield Words(
        id="Bila ini tidak benar, ajukan keberatan tertulis kepada Kepala Kantor dengan menyebut "
        "kode permohonan.",
        en="If this is not right, object in writing to the head of office, quoting the case code.",
    )


def _void_numbers(opened: OpenedCase) -> tuple[str, ...]:
    """Return the register number that the ending made void, if one had been given."""
    query = select(RegisterNumber.number).where(
        RegisterNumber.office == opened.case.office,
        RegisterNumber.application == opened.case.id,
        RegisterNumber.voided_at == opened.case.ended_at,
    )
    return tuple(opened.session.scalars(query))
