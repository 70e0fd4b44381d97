"""Lists and minutes of the office as papers: closing list, hand-over lists, minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hub.cases.official_papers import contents_of
from hub.cases.payments.day_book import DayList
from hub.letters import Column, Fact, Imprint, Listing, Signing
from hub.letters.wording import indonesian_date, rupiah, staff_number
from hub.models.application import Blank
from hub.models.correspondence import Destruction, TransferList
from hub.procedure import Procedure
from hub.wire import Words

HOW = {"statement": "rekening koran", "slip": "slip dipindai", "": "belum"}
TOTAL = Words(id="Jumlah hari ini", en="Total of the day")
_TAKEN_BACK = Words(
    id="Daftar ini ditarik kembali oleh yang menyerahkan: tidak ada berkas yang dipindahkan.",
    en="This list was taken back by its giver: no file was transferred.",
)
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
                detail=f"NIP {staff_number(nip)}" if nip else "",
            ),
            Signing(role=HEAD_SEEN),
        ),
    )


def transfer_list(procedure: Procedure, transfer: TransferList, at: datetime) -> Listing:
    """Return the list of files handed over, with the places where both sign."""
    office, contents = procedure.office, contents_of(procedure.sop)
    return Listing(
        imprint=_imprint(procedure, transfer.number, f"LOKET:T:{transfer.number}", at),
        title=Words(id="Daftar Pemindahan Berkas", en="Transfer list of files"),
        number=transfer.number,
        facts=(
            _fact("Diserahkan", "Handed over", indonesian_date(office.today(transfer.given_at))),
            _fact("Klasifikasi", "Class", office.register.classification),
        ),
        columns=(
            Column(head=Words(id="Kode permohonan", en="Case code"), share=2.0),
            Column(head=Words(id="Isi", en="Contents"), share=2.0),
        ),
        rows=tuple((code, f"{contents.id} / {contents.en}") for code in transfer.files.split()),
        totals=(_fact("Jumlah berkas", "Files", str(len(transfer.files.split()))),),
        note=_TAKEN_BACK if transfer.taken_back else None,
        signatures=(
            Signing(role=Words(id="Yang menyerahkan", en="Given by"), name=transfer.given_by_name),
            Signing(
                role=Words(id="Yang menerima", en="Received by"),
                name="" if transfer.taken_back else transfer.received_by_name,
            ),
        ),
    )


def destruction_minutes(
    procedure: Procedure, destroyed: Sequence[Blank], day: date, at: datetime
) -> Listing:
    """Return the minutes of blanks destroyed on a day, by whom and before whom."""
    number = f"BAP-{day.isoformat()}"
    by = sorted({one.destroy_by_name for one in destroyed})
    seen = sorted({one.witness_name for one in destroyed})
    return Listing(
        imprint=_imprint(procedure, number, f"LOKET:M:{number}", at),
        title=Words(id="Berita Acara Pemusnahan Blangko", en="Minutes: destruction of blanks"),
        number=number,
        facts=(
            _fact("Hari", "Day", indonesian_date(day)),
            _fact("Jumlah", "Count", str(len(destroyed))),
        ),
        columns=(
            Column(head=Words(id="Nomor seri", en="Serial number"), share=1.2),
            Column(head=Words(id="Alasan", en="Reason"), share=2.0),
            Column(head=Words(id="Diusulkan oleh", en="Proposed by"), share=1.2),
            Column(head=Words(id="Saksi", en="Witness"), share=1.2),
        ),
        rows=tuple(
            (one.serial, one.reason or "–", one.destroy_by_name, one.witness_name)
            for one in destroyed
        ),
        note=Words(
            id="Blangko di atas dimusnahkan di hadapan dua orang; nomor serinya tidak dipakai "
            "lagi.",
            en="These blanks were destroyed before two persons; their serials are never used "
            "again.",
        ),
        signatures=(
            Signing(role=Words(id="Yang memusnahkan", en="Destroyed by"), name=", ".join(by) or ""),
            Signing(role=Words(id="Saksi", en="Witness"), name=", ".join(seen) or ""),
            Signing(role=HEAD_SEEN),
        ),
    )


def file_destruction(
    procedure: Procedure, row: Destruction, files: Sequence[tuple[str, str, str]], at: datetime
) -> Listing:
    """Return a list of files to be destroyed, as proposal or as minutes when they are.

    `files` are case code, shelf and retention of each.
    """
    done = row.state == "DESTROYED"
    number = row.number.replace("UM-", "BA-") if done else row.number
    asked = row.anri_date
    return Listing(
        imprint=_imprint(procedure, number, f"LOKET:M:{number}", at),
        title=(
            Words(id="Berita Acara Pemusnahan Arsip", en="Minutes: destruction of archived files")
            if done
            else Words(id="Daftar Arsip Usul Musnah", en="Files proposed for destruction")
        ),
        number=number,
        facts=(
            _fact("Jumlah berkas", "Files", str(len(files))),
            _fact("Persetujuan ANRI", "ANRI's approval", row.anri_number or "–"),
            _fact("Tanggal surat", "Date of the letter", indonesian_date(asked) if asked else "–"),
            *((_fact("Cara", "How", row.how),) if row.how else ()),
        ),
        columns=(
            Column(head=Words(id="Kode permohonan", en="Case code"), share=1.4),
            Column(head=Words(id="Tempat simpan", en="Shelf"), share=1.6),
            Column(head=Words(id="Disimpan sampai", en="Kept until"), share=1.2),
        ),
        rows=tuple(files),
        note=Words(
            id="Yang dimusnahkan hanya kertasnya. Catatan permohonan, riwayat, dan paket arsip "
            "bertanda tangan tetap disimpan.",
            en="Only the paper is destroyed. The case's record, its history and its signed "
            "package are kept.",
        ),
        signatures=_who_signs(row, done=done),
    )


def _who_signs(row: Destruction, *, done: bool) -> tuple[Signing, ...]:
    """A proposal is signed by who proposes it; minutes by the two who saw the paper go."""
    seen = Signing(role=HEAD_SEEN)
    if not done:
        proposer = Words(id="Yang mengusulkan", en="Proposed by")
        return Signing(role=proposer, name=row.proposed_by_name), seen
    gone = Words(id="Yang memusnahkan", en="Destroyed by")
    witness = Signing(role=Words(id="Saksi", en="Witness"), name=row.witness_name)
    return Signing(role=gone, name=row.done_by_name), witness, seen


def _imprint(procedure: Procedure, number: str, payload: str, at: datetime) -> Imprint:
    return Imprint(
        case_code=procedure.office.office.code,
        paper_number=number,
        printed_at=at,
        payload=payload,
        short_code=number,
    )


def _fact(indonesian: str, english: str, value: str) -> Fact:
    return Fact(label=Words(id=indonesian, en=english), value=value)


def _signed(amount: int) -> str:
    return rupiah(amount) if amount >= 0 else f"−{rupiah(-amount)}"
