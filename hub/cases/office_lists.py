"""Lists and minutes of the office as papers: closing list, hand-over lists, minutes."""

from __future__ import annotations

from datetime import datetime

from hub.cases.payments.day_book import DayList
from hub.letters import Column, Fact, Imprint, Listing, Signing
from hub.letters.wording import indonesian_date, rupiah
from hub.procedure import Procedure
from hub.wire import Words

HOW = {"statement": "rekening koran", "slip": "slip dipindai", "": "belum"}
TOTAL = Words(id="Jumlah hari ini", en="Total of the day")
HEAD_SEEN = Words(id="Mengetahui, Kepala Kantor", en="Seen, head of office")


def closing_list(
    procedure: Procedure, day: DayList, treasurer: str, nip: str, at: datetime
) -> Listing:
    """Return the treasurer's list of a day with its sum per tariff, to be signed and locked."""
    written = indonesian_date(day.day)
    return Listing(
        imprint=Imprint(
            case_code=procedure.office.office.code,
            paper_number=f"BEND-{day.day.isoformat()}",
            printed_at=at,
            payload=f"LOKET:D:{day.day.isoformat()}:{day.digest.upper()}",
            short_code=day.digest.upper(),
        ),
        title=Words(id="Daftar Penutupan Penerimaan", en="Closing list of receipts"),
        number=f"BEND-{day.day.isoformat()}",
        facts=(
            Fact(label=Words(id="Hari", en="Day"), value=written),
            Fact(label=Words(id="Kantor", en="Office"), value=procedure.office.office.name.id),
        ),
        columns=(
            Column(head=Words(id="Nomor bukti", en="Proof number"), share=2.2),
            Column(head=Words(id="Tarif", en="Tariff"), share=0.7),
            Column(head=Words(id="Diverifikasi", en="Verified"), share=1.4),
            Column(head=Words(id="Jumlah", en="Amount"), share=1.2, figures=True),
        ),
        rows=(
            *((t.proof_number, t.tariff, HOW[t.verified_how], rupiah(t.amount)) for t in day.taken),
            *(
                (c.proof_number, c.tariff, f"lawan: {c.reason}", _signed(c.amount))
                for c in day.corrections
            ),
        ),
        totals=(
            *(
                Fact(
                    label=Words(
                        id=f"{one.tariff}, {one.count} pembayaran",
                        en=f"{one.tariff}, {one.count} payments",
                    ),
                    value=_signed(one.total),
                )
                for one in day.sums
            ),
            Fact(
                label=Words(id="Jumlah hari ini", en="Total of the day"), value=_signed(day.total)
            ),
        ),
        note=Words(
            id="Daftar ini terkunci sejak ditutup; koreksi hanya dengan pembukuan lawan beralasan.",
            en="This list is locked once closed; corrections only by counter-entry with a reason.",
        ),
        signatures=(
            Signing(
                role=Words(id="Bendahara Penerimaan", en="Treasurer"),
                name=treasurer,
                detail=f"NIP {nip}" if nip else "",
            ),
            Signing(role=HEAD_SEEN),
        ),
    )


def _signed(amount: int) -> str:
    return rupiah(amount) if amount >= 0 else f"−{rupiah(-amount)}"
