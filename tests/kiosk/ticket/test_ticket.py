"""The ticket dot by dot."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from devices.capabilities import TicketImage
from hub.wire import Words
from kiosk.ticket import (
    TicketPaper,
    TicketUnprintable,
    render_ticket,
    ticket_png,
    ticket_text,
    warm,
)

GOLDEN = Path(__file__).parent / "golden"
URL = "https://kanim.contoh.example/t/7kq2m9xa4htdw3pe"
DRIFT = 0.001  # dots that another processor's rounding may turn


@pytest.fixture
def paper() -> TicketPaper:
    return TicketPaper(
        number="A-017",
        service=Words(id="SKIM: PENGAJUAN", en="SKIM: submit an application"),
        issued_at=datetime(2026, 11, 23, 3, 42, tzinfo=UTC),
        zone="Asia/Jakarta",
        office="Kantor Imigrasi Kelas I Kota Contoh (CONTOH)",
        ahead=7,
        low_min=28,
        high_min=57,
        tracking_url=URL,
        requirements=(
            Words(id="Paspor dan kartu ITAP/ITAS", en="Passport and ITAP/ITAS card"),
            Words(id="Surat permohonan dan jaminan", en="Letters of application and guarantee"),
            Words(id="Foto berwarna latar putih", en="Colour photo, white background"),
        ),
    )


def picture(image: TicketImage) -> Image.Image:
    return Image.open(io.BytesIO(ticket_png(image)))


def black(image: TicketImage) -> float:
    return sum(byte.bit_count() for byte in image.rows) / (len(image.rows) * 8)


def number_size(image: TicketImage) -> tuple[int, int]:
    """Return width and height in dots of the tallest run of black rows: the number."""
    dots = picture(image).convert("L").point(lambda dot: 255 - dot)
    filled = [bool(dots.crop((0, y, 576, y + 1)).getbbox()) for y in range(dots.height)]
    top, runs = 0, []
    for y, dark in enumerate([*filled, False]):
        if not dark:
            runs.append((top, y))
            top = y + 1
    # the service bar is the first tall block; the number follows it
    _bar, (first, last) = [run for run in runs if run[1] - run[0] > 70][:2]
    box = dots.crop((0, first, 576, last)).getbbox()
    assert box
    return box[2] - box[0], last - first


def test_a_ticket_is_576_dots_wide_and_only_black_or_white(paper: TicketPaper) -> None:
    ticket = render_ticket(paper)

    assert ticket.width_dots == 576
    assert len(ticket.rows) == 576 // 8 * ticket.height_dots
    assert 100 * 8 < ticket.height_dots < 170 * 8
    assert 0.15 < black(ticket) < 0.30
    assert picture(ticket).mode == "1"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_ticket_looks_as_it_was_approved(paper: TicketPaper, language: str) -> None:
    case = "KC0-261123-0007-K" if language == "en" else None

    shown = picture(render_ticket(replace(paper, language=language, case_code=case)))

    approved = Image.open(GOLDEN / f"ticket-{language}.png")
    assert shown.size == approved.size
    turned = ImageChops.difference(shown.convert("L"), approved.convert("L")).histogram()[255]
    assert turned <= DRIFT * shown.width * shown.height


def test_a_range_that_is_cut_says_so_and_one_after_closing_is_not_printed(
    paper: TicketPaper,
) -> None:
    cut, unsure = (
        ticket_text(replace(paper, language="en", today=today), qr_mm=0)
        for today in ("until_closing", "unsure")
    )

    assert cut["expected"]["words"]["first"].endswith("until closing")
    assert cut["unsure"] is None
    assert unsure["expected"] is None
    assert unsure["unsure"]["first"].startswith("Not sure to be served today")
    # three lines about it where one fact stood
    taller = render_ticket(replace(paper, today="unsure")).height_dots
    assert abs(taller - render_ticket(paper).height_dots) < 80


def test_a_phone_reads_the_code_off_the_ticket(paper: TicketPaper) -> None:
    shown = picture(render_ticket(paper))

    codes = zxingcpp.read_barcodes(shown.convert("L"))

    assert [code.text for code in codes] == [URL.upper()]
    assert str(codes[0].ec_level) == "H"


def test_a_longer_address_still_reads(paper: TicketPaper) -> None:
    url = f"https://antrean.kantor-imigrasi-kota-contoh.example/loket{'/x' * 12}/t/7KQ2M9XA4HTDW3PE"

    shown = picture(render_ticket(replace(paper, tracking_url=url)))

    assert [code.text for code in zxingcpp.read_barcodes(shown.convert("L"))] == [url.upper()]


def test_an_address_too_long_for_any_code_is_refused(paper: TicketPaper) -> None:
    with pytest.raises(TicketUnprintable) as caught:
        render_ticket(replace(paper, tracking_url="https://x.example/" + "a" * 900))

    assert caught.value.field == "tracking_url"


def test_without_an_address_no_code_is_printed(paper: TicketPaper) -> None:
    shown = picture(render_ticket(replace(paper, tracking_url=None)))

    assert zxingcpp.read_barcodes(shown.convert("L")) == []


def test_the_number_fills_the_paper_and_is_18_mm_high_up_to_999(paper: TicketPaper) -> None:
    width, height = number_size(render_ticket(paper))

    assert width >= 64 * 8
    assert 18 * 8 <= height <= 20 * 8


@pytest.mark.parametrize("number", ["A-1000", "A-9999", "X-012", "WW-8888"])
def test_a_longer_number_shrinks_into_the_paper(paper: TicketPaper, number: str) -> None:
    width, height = number_size(render_ticket(replace(paper, number=number)))

    assert width <= 69 * 8 + 8
    assert height >= 80


@pytest.mark.parametrize("mark", ["copy", "offline", "specimen"])
def test_a_mark_adds_a_line_of_its_own(paper: TicketPaper, mark: str) -> None:
    plain = render_ticket(replace(paper, specimen=False))

    marked = render_ticket(replace(paper, **{"specimen": False, mark: True}))

    assert marked.height_dots > plain.height_dots


def test_markup_in_a_service_name_is_printed_as_it_is(paper: TicketPaper) -> None:
    odd = Words(id='#panic("x") *B* $', en="<a> = ]")

    assert render_ticket(replace(paper, service=odd)).width_dots == 576


def test_a_character_no_font_has_is_refused_with_its_field(paper: TicketPaper) -> None:
    with pytest.raises(TicketUnprintable) as caught:
        render_ticket(replace(paper, service=Words(id="申请", en="application")))

    assert caught.value.character == "U+7533"


def test_a_name_with_accents_is_printed(paper: TicketPaper) -> None:
    assert render_ticket(replace(paper, office="Kantor Ímigräsi Łódź ệ")).width_dots == 576


def test_the_engine_can_be_warmed_before_the_first_person(paper: TicketPaper) -> None:
    warm()

    assert render_ticket(paper) == render_ticket(paper)


def test_the_paper_says_which_booked_time_the_number_used(paper: TicketPaper) -> None:
    booked = replace(paper, booked_at=datetime(2026, 11, 23, 3, 45, tzinfo=UTC))

    said = [ticket_text(replace(booked, language=one), qr_mm=0)["booked"] for one in ("id", "en")]

    assert said[0] == {
        "first": "Janji pukul 10.45 dipakai nomor ini.",
        "second": "This number uses the booked time of 10.45.",
    }
    assert said[1] == {"first": said[0]["second"], "second": said[0]["first"]}
    assert ticket_text(paper, qr_mm=0)["booked"] is None
    assert render_ticket(booked).height_dots > render_ticket(paper).height_dots
