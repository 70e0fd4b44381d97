"""The letter that asks the applicant to come: what for, until when, with which papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hub.cases import notifying
from hub.cases.notifying import ToNotify
from hub.cases.opened import OpenedCase
from hub.errors import Conflict
from hub.letters import Fact, OfficialLetter
from hub.letters.wording import in_words, indonesian_date
from hub.wire import Words

NOTHING = Words(id="–", en="–")
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


def notify_letter(opened: OpenedCase) -> OfficialLetter:
    """Return the letter for a case on the list to notify. Raises Conflict `nobody_to_notify`."""
    case = opened.case
    row = notifying.row_of(opened.session, opened.procedure, case, opened.at)
    if row is None:
        raise Conflict(
            "nobody_to_notify",
            "This case does not wait for its applicant.",
            id="Perkara ini tidak sedang menunggu pemohon.",
        )
    number = f"{case.case_code}-U{row.contacts + 1}"
    return OfficialLetter(
        imprint=opened.imprint(number, f"LOKET:U:{number}", case.case_code),
        number=number,
        dated=opened.today,
        attachment=NOTHING,
        subject=Words(
            id="Pemberitahuan untuk datang ke Kantor Imigrasi",
            en="Notice to come to the immigration office",
        ),
        addressee=tuple(
            line for line in (opened.person.name, opened.person.value("address")) if line
        ),
        opening=(
            Words(
                id="Sehubungan dengan permohonan Surat Keterangan Keimigrasian (SKIM) Saudara, "
                "kami mohon Saudara datang untuk:",
                en="In your application for an Immigration Certificate (SKIM), we ask you to "
                "come for the following:",
            ),
        ),
        facts=tuple(_facts(opened, row)),
        heading=Words(id="Yang perlu Saudara ketahui", en="What you should know"),
        points=tuple(_points(opened, row)),
        closing=(),
        signer=opened.signer(),
        public=True,
    )


def _facts(opened: OpenedCase, row: ToNotify) -> list[Fact]:
    facts = [
        Fact(label=Words(id="Kode permohonan", en="Case code"), value=row.case_code),
        Fact(label=Words(id="Keperluan", en="What for"), value=f"{row.what.id} / {row.what.en}"),
        Fact(
            label=Words(id="Menunggu sejak", en="Waiting since"),
            value=indonesian_date(opened.office_day(row.since)),
        ),
    ]
    if row.deadline is not None:
        label = Words(id="Batas waktu", en="Deadline")
        facts.append(Fact(label=label, value=indonesian_date(row.deadline)))
    if row.comes_on is not None:
        label = Words(id="Janji kedatangan", en="Appointment")
        facts.append(Fact(label=label, value=indonesian_date(row.comes_on)))
    return facts


def _points(opened: OpenedCase, row: ToNotify) -> list[Words]:
    ending = notifying.lapses(opened.procedure.sop).get(row.stage, "")
    points = [
        _BRING.get(ending, _OTHERWISE),
        Words(
            id="Antrean memakai kode permohonan di atas; kios di ruang tunggu membacanya.",
            en="The queue takes the case code above; the kiosk in the hall reads it.",
        ),
    ]
    if row.deadline is not None:
        points.append(_after(row.deadline))
    return points


def _after(deadline: date) -> Words:
    day = in_words(deadline)
    return Words(
        id=f"Bila Saudara tidak datang sampai {day.id}, permohonan dapat diakhiri; paspor selalu "
        "dikembalikan dengan tanda tangan.",
        en=f"If you do not come by {day.en}, the application may be ended; the passport is always "
        "given back against your signature.",
    )
