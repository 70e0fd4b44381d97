"""One office and one case on every paper: the specimen person of ICAO Doc 9303."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from outline_portrait import outline_portrait

from hub.letters import (
    ApplicationReceipt,
    ArchiveLabel,
    CollectionSlip,
    EndorsementText,
    HandedItem,
    Imprint,
    Letterhead,
    MissingItem,
    MissingList,
    PaymentProof,
    PermitPeriod,
    ReceivedDocument,
    Signer,
    SkimCard,
    SkimLetter,
)
from hub.sop import load_sop
from hub.wire import Words

NAME = "ERIKSSON, ANNA MARIA"
NATURALISATION = load_sop().purposes[0]
PRINTED = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)
PAYLOAD = (
    "LKT1:" + "6BF5YP3Z8L0QWE4$T%R7A9/ND:K2CX.HM+GJS*VU-1BO "[:45] * 3 + "7KQ2M9XA4HTDW3PEZZ00"
)
WORDS = {
    "passport": Words(id="Paspor kebangsaan", en="National passport"),
    "letter": Words(id="Surat Keterangan Keimigrasian", en="SKIM letter"),
    "card": Words(id="Kartu SKIM", en="SKIM card"),
}
PERIODS = (
    PermitPeriod(
        permit="ITAS (izin pertama)",
        number="2C00AA0001-V",
        start=date(2019, 6, 2),
        end=date(2021, 6, 1),
    ),
    PermitPeriod(
        permit="ITAS (perpanjangan)",
        number="2C00AA0001-W",
        start=date(2021, 6, 2),
        end=date(2024, 6, 1),
    ),
    PermitPeriod(
        permit="ITAP", number="2D00AA0000-X", start=date(2024, 6, 2), end=date(2026, 11, 23)
    ),
)


@pytest.fixture
def head() -> Letterhead:
    return Letterhead(
        lines=(
            "Kementerian Imigrasi dan Pemasyarakatan Republik Indonesia",
            "Direktorat Jenderal Imigrasi",
            "Kantor Wilayah Provinsi Contoh",
        ),
        office="Kantor Imigrasi Kelas I Kota Contoh (CONTOH)",
        address="Jalan Contoh Nomor 1, Kota Contoh 00000 · Telepon (000) 000 0000",
        contact="Laman contoh.example · Surel kanim@contoh.example",
        place="Kota Contoh",
        zone="Asia/Jakarta",
        complaints=Words(
            id="LAPOR! (lapor.go.id) · WhatsApp pengaduan 0800 0000 0000 · meja pengaduan di lobi",
            en="LAPOR! (lapor.go.id) · complaints by WhatsApp 0800 0000 0000 · desk in the lobby",
        ),
    )


@pytest.fixture
def imprint() -> Imprint:
    return Imprint(
        case_code="KC0-261123-0007-K",
        paper_number="L-1",
        printed_at=PRINTED,
        payload=PAYLOAD,
        short_code="7KQ2-M9XA-4HTD",
    )


@pytest.fixture
def receipt(imprint: Imprint) -> ApplicationReceipt:
    documents = (
        ("Paspor kebangsaan", "National passport", True, True, True),
        ("Kartu ITAP", "ITAP card", True, True, False),
        ("Surat permohonan dari penjamin", "Letter of application", True, False, True),
        ("Surat jaminan bermeterai", "Guarantee letter with duty stamp", True, False, True),
        ("NPWP", "Tax number", True, True, False),
        ("Foto berwarna latar putih", "Colour photo, white background", False, False, True),
        ("Akta perkawinan", "Marriage certificate", True, True, False),
    )
    return ApplicationReceipt(
        imprint=imprint,
        applicant=NAME,
        passport="L898902C3 (UTO)",
        application=Words(id="SKIM, Pewarganegaraan", en="SKIM, naturalisation"),
        guarantor="PT CONTOH MAJU",
        received_at=PRINTED,
        notify="+00 800 0000 000",
        promised_on=date(2026, 12, 14),
        promise=Words(
            id="15 hari kerja setelah foto dan sidik jari",
            en="15 working days after photo and fingerprints",
        ),
        fee_rupiah=3_000_000,
        documents=tuple(
            ReceivedDocument(name=Words(id=a, en=b), original_seen=c, copy=d, kept=e)
            for a, b, c, d, e in documents
        ),
        officer="PETUGAS CONTOH",
        counter=3,
    )


@pytest.fixture
def proof(imprint: Imprint) -> PaymentProof:
    return PaymentProof(
        imprint=imprint,
        number="BB-2026-00041",
        applicant=NAME,
        amount_rupiah=3_000_000,
        purpose=Words(id="PNBP Surat Keterangan Keimigrasian", en="Fee for the SKIM"),
        billing_code="820261207465628",
        ntpn="A1B2C3D4E5F6G7H8",
        bank="BANK CONTOH",
        paid_on=date(2026, 12, 4),
        token="7KQ2-M9XA",
        issued_on=date(2026, 12, 7),
        treasurer=Signer(
            name="BENDAHARA CONTOH",
            nip="19850101 201003 2 000",
            capacity=Words(id="Bendahara Penerimaan", en="Treasurer"),
        ),
    )


@pytest.fixture
def signer() -> Signer:
    return Signer(
        name="NAMA PEJABAT (CONTOH)",
        nip="19700101 199503 1 000",
        capacity=Words(id="Kepala Kantor,", en="Head of Office"),
    )


@pytest.fixture
def letter(imprint: Imprint, signer: Signer) -> SkimLetter:
    return SkimLetter(
        imprint=imprint,
        number="W00.IMI.IMI.0-GR.01.14-0007/2026",
        route="5Y_CONSEC",
        purpose=NATURALISATION.letter,
        full_name=NAME,
        sex="F",
        birth_place="ZENITH",
        birth_date="12 Agustus 1974",
        nationality="UTOPIA (UTO)",
        passport_number="L898902C3",
        passport_expiry=date(2032, 4, 15),
        permit="ITAP 2D00AA0000-X",
        permit_expiry=date(2031, 6, 1),
        address="Jalan Contoh 12 RT 003/RW 005, Kelurahan Contoh, Kota Contoh 00000",
        photo_jpeg=outline_portrait(),
        periods=PERIODS,
        issued_on=date(2026, 12, 7),
        signer=signer,
    )


@pytest.fixture
def card(imprint: Imprint, signer: Signer) -> SkimCard:
    return SkimCard(
        imprint=imprint,
        number="W00.IMI.IMI.0-GR.01.14-0007/2026",
        blank_serial="000123",
        full_name=NAME,
        sex="F",
        birth_place="ZENITH",
        birth_date="12-08-1974",
        nationality="UTOPIA (UTO)",
        passport_number="L898902C3",
        permit="ITAP 2D00AA0000-X",
        periods=PERIODS,
        route="5Y_CONSEC",
        purpose=NATURALISATION.words,
        issued_on=date(2026, 12, 7),
        signer=signer,
        photo_jpeg=outline_portrait(),
    )


@pytest.fixture
def slip(imprint: Imprint) -> CollectionSlip:
    def officer(name: str, nip: str) -> Signer:
        return Signer(name=name, nip=nip, capacity=Words(id="Petugas", en="Officer"))

    return CollectionSlip(
        imprint=imprint,
        number="BP-2026-00038",
        applicant=NAME,
        passport="L898902C3 (UTO)",
        payment_proof="BB-2026-00041 (asli)",
        collected_by=Words(id="Sendiri", en="in person"),
        checked_by=Words(id="Sidik jari 1:1", en="finger 1:1"),
        items=(
            HandedItem(name=WORDS["passport"], number="L898902C3"),
            HandedItem(name=WORDS["letter"], number="W00.IMI.IMI.0-GR.01.14-0007/2026"),
            HandedItem(name=WORDS["card"], number="Blangko 000123"),
        ),
        handed_at=datetime(2026, 12, 14, 3, 5, tzinfo=UTC),
        receiver=NAME,
        officer=officer("PETUGAS SATU (CONTOH)", "19900101 201503 1 000"),
        contents=Words(id="38 lembar, 9 pindaian", en="38 sheets, 9 scans"),
        classification="GR.01.14, permanen sampai ditetapkan",
        shelf="Ruang A / Rak 02 / Boks 017",
        file_giver=officer("PETUGAS DUA (CONTOH)", "19910101 201603 2 000"),
        archivist=officer("ARSIPARIS (CONTOH)", "19920101 201703 1 000"),
    )


@pytest.fixture
def missing(imprint: Imprint) -> MissingList:
    def item(what: tuple[str, str], where: tuple[str, str]) -> MissingItem:
        return MissingItem(
            what=Words(id=what[0], en=what[1]), where=Words(id=where[0], en=where[1])
        )

    complete = (
        ("Surat permohonan", "Letter of application"),
        ("Kartu ITAP", "ITAP card"),
        ("NPWP", "Tax number"),
        ("Foto latar putih", "Photo, white background"),
        ("Akta perkawinan", "Marriage certificate"),
        ("KTP penjamin", "Guarantor's ID card"),
    )
    return MissingList(
        imprint=imprint,
        queue_number="A017",
        applicant=NAME,
        service=Words(id="SKIM, Pewarganegaraan, dasar Keluarga", en="SKIM, naturalisation"),
        checked_at=PRINTED,
        counter=3,
        back_before="14.30",
        missing=(
            item(
                ("Surat jaminan bermeterai", "Guarantee letter with duty stamp"),
                (
                    "Ditandatangani penjamin di atas meterai. Contoh surat di meja informasi.",
                    "Signed by the guarantor across the duty stamp. Sample at the desk.",
                ),
            ),
            item(
                ("Bukti pelaporan perkawinan", "Report of foreign marriage"),
                (
                    "Dari Dinas Kependudukan dan Pencatatan Sipil, asli dan salinan.",
                    "From the civil registry, original and copy.",
                ),
            ),
            item(
                ("Paspor berlaku 2 tahun lagi", "Passport valid for 2 more years"),
                (
                    "Perpanjang di kedutaan atau minta petugas menjelaskan.",
                    "Renew it at your embassy, or ask the officer to explain.",
                ),
            ),
        ),
        complete=tuple(Words(id=a, en=b) for a, b in complete),
        checklist=Words(
            id="daftar persyaratan kantor versi 3, berlaku 1 Oktober 2026",
            en="the office's checklist version 3, in force since 1 October 2026",
        ),
        officer="PETUGAS CONTOH",
    )


@pytest.fixture
def endorsement(imprint: Imprint, signer: Signer) -> EndorsementText:
    return EndorsementText(
        imprint=imprint,
        number="W00.IMI.IMI.0-GR.01.14-0007/2026",
        full_name=NAME,
        passport_number="L898902C3",
        purpose=NATURALISATION.words,
        issued_on=date(2026, 12, 7),
        signer=signer,
    )


@pytest.fixture
def label(imprint: Imprint) -> ArchiveLabel:
    return ArchiveLabel(
        imprint=imprint,
        number="W00.IMI.IMI.0-GR.01.14-0007/2026",
        applicant=NAME,
        classification="GR.01.14, permanen sampai ditetapkan",
        contents=Words(id="38 lembar, 9 pindaian", en="38 sheets, 9 scans"),
        shelf="Ruang A / Rak 02 / Boks 017",
        archived_on=date(2026, 12, 14),
    )
