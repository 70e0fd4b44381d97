"""A sample office, tickets and a walk over every screen, for the tests of the kiosk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from hub.wire import (
    Estimate,
    NeedState,
    OfficeState,
    PassportInput,
    SegmentState,
    ServiceState,
    Ticket,
    Words,
)

AT = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
KEY = "k" * 32
HOME_SETTINGS = {
    "large": "ScaleTouched",
    "contrast": "ContrastTouched",
    "low": "HeightTouched",
}


def service(code: str, prefix: str, name: tuple[str, str], about: tuple[str, str], icon: str,
            **more: Any) -> ServiceState:  # fmt: skip
    values: dict[str, Any] = {
        "open": True,
        "waiting": 3,
        "estimate": Estimate(low_min=10, high_min=15),
        "form": "none",
    }
    return ServiceState(
        code=code,
        prefix=prefix,
        lane=code,
        name=Words(id=name[0], en=name[1]),
        about=Words(id=about[0], en=about[1]),
        icon=icon,
        **{**values, **more},
    )


def office(**more: Any) -> OfficeState:
    """Return an office with eight services of all three forms; one is closed."""
    values: dict[str, Any] = {
        "seq": 1,
        "name": Words(id="Kantor Imigrasi Kelas I Contoh", en="Sample Immigration Office Class I"),
        "parent": Words(id="Direktorat Jenderal Imigrasi", en="Directorate General of Immigration"),
        "timezone": "Asia/Jakarta",
        "today": date(2026, 11, 23),
        "now": AT,
        "languages": ["id", "en"],
        "complaints": "LAPOR! 1708 · WA 0800 0000 000",
        "fee_notice": Words(
            id="Tidak ada biaya selain PNBP resmi.", en="No charges other than the official PNBP."
        ),
        "services": _services(),
        "counters": [1, 2, 3, 4],
        "segments": [
            SegmentState(
                code="priority",
                name=Words(id="Saya perlu didahulukan", en="I need to go first"),
                about=Words(
                    id="Lansia, hamil atau menyusui, penyandang disabilitas, membawa balita",
                    en="Elderly, pregnant or breastfeeding, with a disability or a small child",
                ),
            )
        ],
        "needs": [
            NeedState(code="step_free", name=Words(id="Loket tanpa undakan", en="Step-free")),
            NeedState(code="guide", name=Words(id="Petugas pengantar", en="Staff to guide me")),
            NeedState(code="written", name=Words(id="Bicara lewat tulisan", en="In writing")),
            NeedState(code="interpreter", name=Words(id="Juru bahasa", en="An interpreter")),
        ],
    }
    return OfficeState(**{**values, **more})


def _services() -> list[ServiceState]:
    return [
        service(
            "skim",
            "A",
            ("Permohonan SKIM", "SKIM application"),
            ("Surat keterangan keimigrasian, permohonan baru", "Certificate of immigration, new"),
            "file-check",
            form="passport",
            opens="skim",
            waiting=6,
            estimate=Estimate(low_min=18, high_min=25),
            requirements=[
                Words(id="Paspor kebangsaan asli", en="Original national passport"),
                Words(id="ITAP yang masih berlaku", en="Valid stay permit (ITAP)"),
                Words(id="Surat permohonan bermeterai", en="Application letter with duty stamp"),
            ],
        ),
        service(
            "information",
            "I",
            ("Informasi", "Information"),
            ("Bertanya dan berkonsultasi dengan petugas", "Ask an officer for advice"),
            "info",
            waiting=0,
            estimate=None,
        ),
        service(
            "biometrics",
            "B",
            ("Foto dan sidik jari", "Photo and fingerprints"),
            ("Perekaman biometrik dan wawancara", "Biometrics and interview"),
            "fingerprint",
            form="case",
            waiting=2,
        ),
        service(
            "payment",
            "P",
            ("Pembayaran", "Payment"),
            ("Bawa tanda terima permohonan", "Bring the application receipt"),
            "wallet",
            form="case",
        ),
        service(
            "collection",
            "C",
            ("Pengambilan dokumen", "Collection of documents"),
            ("Bawa tanda bukti bayar", "Bring the proof of payment"),
            "package-check",
            form="case",
            waiting=1,
            estimate=Estimate(low_min=3, high_min=5),
        ),
        service(
            "complaint",
            "K",
            ("Pengaduan", "Complaint"),
            ("Menyampaikan keluhan atau saran", "Tell us what went wrong"),
            "megaphone",
            waiting=0,
            estimate=None,
        ),
        service(
            "stay",
            "T",
            ("Izin tinggal", "Stay permit"),
            ("Perpanjangan ITK, ITAS, dan ITAP", "Extension of ITK, ITAS and ITAP"),
            "stamp",
            waiting=14,
            estimate=Estimate(low_min=45, high_min=60),
        ),
        service(
            "passport",
            "W",
            ("Paspor Indonesia", "Indonesian passport"),
            ("Permohonan baru dan penggantian", "New and replacement"),
            "book-user",
            open=False,
            closed_because=Words(id="kuota hari ini sudah habis", en="no numbers left today"),
        ),
    ]


def ticket(**more: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": "t" * 32,
        "number": "A-042",
        "service": "skim",
        "lane": "skim",
        "state": "waiting",
        "segment": "general",
        "needs": [],
        "language": "id",
        "issued_at": AT,
        "visit": "v" * 32,
        "ahead": 6,
        "estimate": Estimate(low_min=18, high_min=25),
    }
    return Ticket(**{**values, **more})


def chip_passport() -> PassportInput:
    """Return the specimen of ICAO 9303-4 as its chip tells it."""
    return PassportInput(
        source="chip",
        document_number="L898902C3",
        birth_date="1974-08-12",
        expiry_date="2012-04-15",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        sex="F",
        nationality="UTO",
        issuing_state="UTO",
    )


def walk(new: Callable[[], Any], language: str, settings: tuple[str, ...] = ()
         ) -> Iterator[tuple[str, Any]]:  # fmt: skip
    """Go over every screen and panel in `language`; yield (name, glass) at each."""
    from kiosk import events as on

    glass = new()
    set_up = [getattr(on, HOME_SETTINGS[name])() for name in settings]
    yield "closed", glass
    glass.tell(on.OfficeSeen(office()), on.PrinterSeen("ready"), on.ReaderSeen(ready=True), *set_up)
    yield "language", glass
    glass.tell(on.LanguageChosen(language, KEY))
    yield "service", glass
    glass.tell(on.PageTurned(1))
    yield "service-2", glass
    glass.tell(on.LinkChanged(online=False))
    yield "service-offline", glass
    glass.tell(on.LinkChanged(online=True), on.HelpTouched())
    yield "help", glass
    glass.tell(on.PanelClosed(), on.LanguagesTouched())
    yield "languages", glass
    glass.tell(on.PanelClosed(), on.ServiceChosen("payment"))
    yield "case", glass
    glass.tell(on.NextTouched())
    yield "case-empty", glass
    glass.tell(*[on.KeyTouched(sign) for sign in "KJ7Q2M"], on.NextTouched())
    yield "confirm-case", glass
    glass.tell(on.BackTouched(), on.BackTouched(), on.ServiceChosen("skim"))
    yield "notice", glass
    yield from _passport(glass, on)
    yield from _chip(glass, on)
    glass.tell(on.StartOverTouched(), on.ReaderSeen(ready=True), *set_up)
    glass.tell(on.LanguageChosen(language, KEY))
    yield from _last(glass, on)
    yield from _late(glass, on, language, set_up)
    yield from _alone(glass, on, language)
    glass.put_away()


def _passport(glass: Any, on: Any) -> Iterator[tuple[str, Any]]:
    glass.tell(on.NextTouched())
    yield "number", glass
    glass.tell(*[on.KeyTouched(sign) for sign in "L898902C37"], on.NextTouched())
    yield "number-fault", glass
    glass.tell(on.EraseTouched(), on.NextTouched())
    yield "birth", glass
    glass.tell(*[on.KeyTouched(sign) for sign in "12081974"], on.NextTouched())
    glass.tell(*[on.KeyTouched(sign) for sign in "1504"])
    yield "expiry", glass
    glass.tell(*[on.KeyTouched(sign) for sign in "2012"], on.NextTouched())


def _chip(glass: Any, on: Any) -> Iterator[tuple[str, Any]]:
    yield "lay", glass
    glass.tell(on.NextTouched(), on.ChipProgress(9000, 20000))
    yield "reading", glass
    glass.tell(on.ChipFailed("passport_wrong_key"))
    yield "chip-wrong-key", glass
    glass.tell(on.NextTouched(), on.ChipFailed("passport_removed"))
    yield "chip-failed-twice", glass
    glass.tell(on.NextTouched(), on.ChipFailed("device_silent"))
    yield "chip-failed-thrice", glass
    glass.tell(on.SkipTouched())
    yield "check-typed", glass


def _last(glass: Any, on: Any) -> Iterator[tuple[str, Any]]:
    glass.tell(on.ServiceChosen("skim"), on.NextTouched())
    for digits in ("L898902C3", "12081974", "15042012"):
        glass.tell(*[on.KeyTouched(sign) for sign in digits], on.NextTouched())
    glass.tell(on.NextTouched(), on.ChipRead(chip_passport()))
    yield "check", glass
    glass.tell(on.NextTouched())
    yield "confirm", glass
    glass.tell(on.SegmentTouched("priority"), on.PrinterSeen("paper_end"))
    yield "confirm-no-paper", glass
    glass.tell(on.AssistTouched(), on.NeedTouched("guide"))
    yield "assist", glass
    glass.tell(on.PanelClosed())
    glass.tell(on.PrinterSeen("ready"), on.NextTouched())
    yield "sending", glass
    glass.tell(on.LinkChanged(online=False))
    yield "sending-offline", glass
    url = "HTTPS://ANTREAN.EXAMPLE/T/8F3K2M9QX7V4B6ND"
    glass.tell(
        on.LinkChanged(online=True),
        on.TicketIssued(f"{KEY}-1", ticket(tracking_url=url), "KJ7Q2M"),
    )
    yield "ticket-printing", glass
    glass.tell(on.PaperChanged("t" * 32, "printed"))
    yield "ticket", glass
    glass.tell(on.PaperChanged("t" * 32, "failed", "device_out_of_paper"))
    yield "ticket-no-paper", glass
    glass.run(31.0)
    yield "still-there", glass


def _late(glass: Any, on: Any, language: str, set_up: list[Any]) -> Iterator[tuple[str, Any]]:
    """Go where the day does not reach: a range that is cut, and no range at all."""
    cut = Estimate(low_min=95, high_min=110, today="until_closing")
    unsure = Estimate(low_min=120, high_min=150, today="unsure")
    late = [
        msgspec.structs.replace(one, estimate=unsure if place % 2 else cut, waiting=24)
        for place, one in enumerate(_services())
    ]
    glass.tell(on.StartOverTouched(), on.OfficeSeen(office(services=late)), *set_up)
    glass.tell(on.LanguageChosen(language, KEY))
    yield "service-late", glass
    glass.tell(on.ServiceChosen("payment"), *[on.KeyTouched(sign) for sign in "KJ7Q2M"])
    glass.tell(on.NextTouched(), on.PrinterSeen("paper_end"))
    yield "confirm-unsure", glass
    glass.tell(on.NextTouched())
    url = "HTTPS://ANTREAN.EXAMPLE/T/8F3K2M9QX7V4B6ND"
    # the fullest ticket: a case, a booked time, no range, no paper
    given = ticket(
        service="payment", ahead=24, estimate=unsure, tracking_url=url, appointment_at=AT
    )
    glass.tell(on.TicketIssued(f"{KEY}-1", given, "KJ7Q2M"))
    glass.tell(on.PaperChanged("t" * 32, "failed", "device_out_of_paper"))
    yield "ticket-unsure", glass
    glass.tell(on.StartOverTouched(), on.PrinterSeen("ready"), *set_up)
    glass.tell(on.LanguageChosen(language, KEY), on.ServiceChosen("stay"))
    yield "confirm-until", glass
    glass.tell(on.NextTouched())
    given = ticket(service="stay", ahead=24, estimate=cut, tracking_url=url)
    glass.tell(on.TicketIssued(f"{KEY}-1", given, "KJ7Q2M"))
    glass.tell(on.PaperChanged("t" * 32, "printed"))
    yield "ticket-until", glass
    glass.tell(on.OfficeSeen(office()))


def _alone(glass: Any, on: Any, language: str) -> Iterator[tuple[str, Any]]:
    glass.tell(on.StartOverTouched(), on.LinkChanged(online=False), on.OfficeAlone(office()))
    yield "language-alone", glass
    glass.tell(on.LanguageChosen(language, KEY))
    yield "service-alone", glass
    glass.tell(on.BookingTouched(), *[on.KeyTouched(sign) for sign in "K7M2QXHP"])
    yield "booking", glass
    glass.tell(on.NextTouched(), on.RequestRefused(f"{KEY}-K7M2QXHP", "booking_alone"))
    yield "booking-alone", glass
    glass.tell(on.BackTouched(), on.ServiceChosen("information"))
    yield "confirm-alone", glass
    glass.tell(on.NextTouched())
    own = ticket(number="IZ-001", service="information", ahead=None, estimate=None)
    glass.tell(on.TicketIssued(f"{KEY}-1", own, own=True), on.PaperChanged("t" * 32, "printed"))
    yield "ticket-own", glass
