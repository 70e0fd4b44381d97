"""The queue ticket as a picture of 576 dots: 72 mm at 8 dots/mm, black or white, nothing between.

typst sets the text; the QR is pasted afterwards in whole dots, because a scaled module does not
read. The person's language comes first, Indonesian is always there: staff must be able to read it.
"""

from __future__ import annotations

import functools
import io
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import segno
import typst
from PIL import Image

from devices.capabilities import TicketImage
from hub.wire import Today, Words
from kiosk.expected import call_window

WIDTH_DOTS = 576
DOTS_PER_MM = 8
PPI = 25.4 * DOTS_PER_MM
BLACK_BELOW = 150
QR_LEFT_DOTS = DOTS_PER_MM  # the page's left margin
QR_BOTTOM_DOTS = 13 * DOTS_PER_MM  # the block "this number is free" under it, see ticket.typ
QR_QUIET_MODULES = 4  # measured: 0 → 0/24 read, 1 → 20/24, from 2 on 22-23/24
QR_MOST_DOTS = 276
QR_MODULE_DOTS = (6, 5)  # 0.75 mm, floor 0.63 mm; at 3 dots no phone reads it
MOST_REQUIREMENTS = 6

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_NUMBER = Words(id="Nomor antrean", en="Queue number")
_CASE = Words(id="Kode permohonan", en="Case code")
_EXPECTED = Words(id="Dipanggil sekitar", en="Expected call")
_BOOKED = Words(
    id="Janji pukul {time} dipakai nomor ini.", en="This number uses the booked time of {time}."
)
_UNTIL = Words(id="Dipanggil, sampai tutup", en="Call, until closing")
_UNSURE = Words(
    id="Belum pasti terlayani hari ini. Tanyakan kepada petugas.",
    en="Not sure to be served today. Ask our staff.",
)
_AHEAD = Words(id="Menunggu di depan Anda", en="People ahead of you")
_READY = Words(id="Siapkan sekarang", en="Have these ready")
_FOLLOW = Words(id="Pantau lewat ponsel", en="Follow your turn by phone")
_TODAY = Words(
    id="Berlaku hari ini. Terlewat? Lapor petugas.", en="Valid today. Missed it? Tell our staff."
)
_FREE = Words(id="Nomor ini gratis. Jangan membayar.", en="This number is free. Do not pay anyone.")
_SPECIMEN = "CONTOH / SPECIMEN"
_COPY = "SALINAN / COPY"
_OFFLINE = "DIAMBIL TANPA JARINGAN / TAKEN OFFLINE"


class TicketUnprintable(ValueError):
    """A ticket that no paper can carry; `field` names what to correct, `character` is U+XXXX."""

    def __init__(self, field: str, character: str = "") -> None:
        self.field = field
        self.character = character
        what = f"huruf {character} tidak ada pada font" if character else "terlalu panjang"
        english = f"no font has {character}" if character else "too long for a QR code"
        super().__init__(f"tiket, {field}: {what} / ticket, {field}: {english}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPaper:
    """What a ticket says. `low_min`..`high_min` is the expected wait after `issued_at`.

    `today` says as the hub does whether it fits into the lane's day; `unsure`: no time is printed.

    `tracking_url` is printed in capitals (a smaller QR), so its code must not depend on case.
    """

    number: str
    service: Words
    issued_at: datetime
    zone: str
    office: str
    language: str = "id"
    ahead: int | None = None
    low_min: int | None = None
    high_min: int | None = None
    today: Today = "yes"
    case_code: str | None = None
    booked_at: datetime | None = None
    """The booked time that this number used up."""
    tracking_url: str | None = None
    requirements: tuple[Words, ...] = ()
    copy: bool = False
    offline: bool = False
    specimen: bool = True


def render_ticket(paper: TicketPaper) -> TicketImage:
    """Draw `paper` as a 1-bit picture 576 dots wide. Raises TicketUnprintable naming the field."""
    qr = _qr_picture(paper.tracking_url) if paper.tracking_url else None
    text = ticket_text(paper, qr_mm=qr.width / DOTS_PER_MM if qr else 0)
    _refuse_missing_glyphs(text)
    picture = Image.open(io.BytesIO(_draw(text))).convert("L")
    if picture.width != WIDTH_DOTS:
        picture = picture.crop((0, 0, WIDTH_DOTS, picture.height))
    if qr:
        picture.paste(qr, (QR_LEFT_DOTS, picture.height - QR_BOTTOM_DOTS - qr.height))
    dots = picture.point(lambda grey: 255 if grey < BLACK_BELOW else 0).convert(
        "1", dither=Image.Dither.NONE
    )
    return TicketImage(WIDTH_DOTS, dots.height, dots.tobytes())


def ticket_png(image: TicketImage) -> bytes:
    """Return exactly these dots as a 1-bit PNG with their resolution recorded."""
    dots = Image.frombytes("1", (image.width_dots, image.height_dots), image.rows)
    out = io.BytesIO()
    dots.point(lambda dot: 0 if dot else 255).save(out, "PNG", dpi=(PPI, PPI))
    return out.getvalue()


def warm() -> None:
    """Load the fonts and the engine, so that the first ticket does not wait for them."""
    _typeset({"main.typ": b"Loket"}, "png")


def ticket_text(paper: TicketPaper, *, qr_mm: float) -> dict[str, object]:
    """Return what the template prints, every word chosen and every value cleaned."""
    language = paper.language if paper.language == "id" else "en"

    def both(words: Words) -> dict[str, str]:
        indonesian, english = _clean(words.id), _clean(words.en)
        first, second = (indonesian, english) if language == "id" else (english, indonesian)
        return {"first": first, "second": second}

    number, case = both(_NUMBER), both(_CASE)
    return {
        "office": _clean(paper.office),
        "marks": _marks(paper),
        "service": both(paper.service),
        "number": _clean(paper.number),
        "number-label": f"{number['first']} / {number['second']}",
        "issued": _issued(paper, language),
        "case": {"label": case["first"], "code": _clean(paper.case_code)}
        if paper.case_code
        else None,
        "booked": both(_booked(paper)) if paper.booked_at else None,
        "expected": _expected(paper, both(_UNTIL if paper.today == "until_closing" else _EXPECTED)),
        "unsure": both(_UNSURE) if paper.today == "unsure" else None,
        "ahead": None
        if paper.ahead is None
        else {"words": both(_AHEAD), "value": str(paper.ahead)},
        "ready": both(_READY),
        "requirements": [both(item) for item in paper.requirements[:MOST_REQUIREMENTS]],
        "follow": both(_FOLLOW),
        "today": both(_TODAY),
        "free": both(_FREE),
        "qr-mm": qr_mm,
        "code": _spoken_code(paper.tracking_url) if paper.tracking_url else None,
    }


def _marks(paper: TicketPaper) -> list[str]:
    said = ((paper.specimen, _SPECIMEN), (paper.copy, _COPY), (paper.offline, _OFFLINE))
    return [mark for applies, mark in said if applies]


def _issued(paper: TicketPaper, language: str) -> str:
    local = paper.issued_at.astimezone(ZoneInfo(paper.zone))
    day = _DAYS[language][local.weekday()]
    at = "pukul" if language == "id" else "at"
    return f"{day}, {local:%d-%m-%Y}, {at} {local:%H.%M} {local:%Z}"


def _booked(paper: TicketPaper) -> Words:
    at = paper.booked_at or paper.issued_at
    time = f"{at.astimezone(ZoneInfo(paper.zone)):%H.%M}"
    return Words(id=_BOOKED.id.format(time=time), en=_BOOKED.en.format(time=time))


def _expected(paper: TicketPaper, words: dict[str, str]) -> dict[str, object] | None:
    if paper.low_min is None or paper.high_min is None or paper.today == "unsure":
        return None
    first, last = call_window(paper.issued_at, paper.low_min, paper.high_min, paper.zone)
    value = f"{first:%H.%M}–{last:%H.%M}" if last > first else f"{first:%H.%M}"
    return {"words": words, "value": value}


def _spoken_code(url: str) -> list[str]:
    """Return the code at the end of `url` in groups of four, two groups a line."""
    code = _clean(url.rstrip("/").rsplit("/", 1)[-1]).upper()
    groups = [code[start : start + 4] for start in range(0, len(code), 4)]
    return ["-".join(groups[start : start + 2]) for start in range(0, len(groups), 2)][:4]


def _qr_picture(url: str) -> Image.Image:
    """Return the QR of `url` in capitals with its quiet zone, at most QR_MOST_DOTS wide.

    The strongest correction that fits at 0.75 mm a module wins. Raises TicketUnprintable.
    """
    for dots in QR_MODULE_DOTS:
        for level in ("h", "q", "m"):
            code = segno.make_qr(_clean(url).upper(), error=level, boost_error=False)
            if code.symbol_size(scale=dots, border=QR_QUIET_MODULES)[0] <= QR_MOST_DOTS:
                return _dots_of(code, dots)
    raise TicketUnprintable("tracking_url")


def _dots_of(code: segno.QRCode, dots: int) -> Image.Image:
    out = io.BytesIO()
    code.save(out, kind="png", scale=dots, border=QR_QUIET_MODULES)
    out.seek(0)
    return Image.open(out).convert("L")


def _clean(value: str) -> str:
    """Return `value` in one line, composed, without controls or marks that turn the line round."""
    one_line = "".join(" " if c.isspace() else c for c in value)
    kept = (c for c in one_line if unicodedata.category(c) != "Cc" and c not in _TURNING)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


_TURNING = frozenset(
    map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
)


def _refuse_missing_glyphs(text: dict[str, object]) -> None:
    """Raise TicketUnprintable for a character no font has; pictures would show an empty box."""
    strange = {(field, c) for field, c in _characters("", text) if ord(c) > 0x17F and c != "–"}
    for field, character in sorted(strange):
        sample = b'#set text(font: ("Noto Sans",))\n#set document(title: "x")\n#json("sample.json")'
        files = {"main.typ": sample, "sample.json": json.dumps(character).encode()}
        try:
            _typeset(files, "pdf")
        except typst.TypstError as error:
            raise TicketUnprintable(field, f"U+{ord(character):04X}") from error


def _characters(field: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(field, c) for c in value]
    if isinstance(value, dict):
        return [pair for name, part in value.items() for pair in _characters(field or name, part)]
    if isinstance(value, list):
        return [pair for part in value for pair in _characters(field, part)]
    return []


def _draw(text: dict[str, object]) -> bytes:
    template = resources.files("kiosk.paper").joinpath("ticket.typ").read_bytes()
    return _typeset({"main.typ": template, "ticket.json": json.dumps(text).encode()}, "png")


def _typeset(files: dict[str, bytes], kind: Literal["png", "pdf"]) -> bytes:
    """Return `main.typ` of an in-memory project; PDF/A, because that refuses a missing glyph."""
    standards = ["a-2b"] if kind == "pdf" else []
    page: bytes = typst.compile(  # type: ignore[call-overload]  # its stub knows only paths
        files, format=kind, ppi=PPI, pdf_standards=standards, font_paths=_fonts()
    )
    return page


@functools.cache
def _fonts() -> typst.Fonts:
    """Return our fonts, scanned once a process: a scan costs 100 ms a ticket otherwise."""
    folder = Path(str(resources.files("kiosk.paper").joinpath("fonts")))
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
