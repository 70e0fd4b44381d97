"""Set a paper as PDF/A-2a and PDF/UA-1. Imports the typesetter: never in the serving process."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import typst

from hub.errors import Fault
from hub.letters import name_fonts
from hub.letters.errors import Unprintable
from hub.letters.official import BillingSlip, CustodyReceipt, Listing, OfficialLetter, Paper
from hub.letters.papers import (
    ApplicationReceipt,
    ArchiveLabel,
    CollectionSlip,
    EndorsementText,
    Letterhead,
    MissingList,
    PaymentProof,
    SkimCard,
    SkimLetter,
)
from hub.letters.pictures import portrait_svg, signature_svg
from hub.letters.qr import FOR_PHONES, qr_modules, qr_svg
from hub.letters.sheets import Sheet, sheet

STANDARDS = ["a-2a", "ua-1"]
LATIN = 0x24F
"""The last sign of the Latin blocks that every font of ours has."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QR_MODULE_MM = 0.508  # 6 dots at 300 dpi; readers need 0.49 mm for the signed payload

_TEMPLATES: dict[type[object], str] = {
    ApplicationReceipt: "receipt.typ",
    PaymentProof: "proof.typ",
    SkimLetter: "letter.typ",
    SkimCard: "card.typ",
    CollectionSlip: "slip.typ",
    MissingList: "missing.typ",
    EndorsementText: "endorsement.typ",
    ArchiveLabel: "archive.typ",
    CustodyReceipt: "custody.typ",
    BillingSlip: "billing.typ",
    OfficialLetter: "official.typ",
    Listing: "listing.typ",
}
_NO_LIST: dict[type[object], str] = {
    SkimLetter: "periods",
    SkimCard: "periods",
    CollectionSlip: "items",
    MissingList: "missing",
}


def application_receipt(head: Letterhead, paper: ApplicationReceipt) -> bytes:
    """Return the application receipt as PDF. Raises Unprintable."""
    return compose(head, paper)


def payment_proof(head: Letterhead, paper: PaymentProof) -> bytes:
    """Return the proof of payment as PDF, A5 landscape. Raises Unprintable."""
    return compose(head, paper)


def skim_letter(head: Letterhead, paper: SkimLetter) -> bytes:
    """Return the SKIM letter as PDF, unsigned. Raises Unprintable."""
    return compose(head, paper)


def skim_card(head: Letterhead, paper: SkimCard) -> bytes:
    """Return front and back of the SKIM card as PDF, ID-1. Raises Unprintable."""
    return compose(head, paper)


def collection_slip(head: Letterhead, paper: CollectionSlip) -> bytes:
    """Return the collection slip as PDF. Raises Unprintable."""
    return compose(head, paper)


def missing_list(head: Letterhead, paper: MissingList) -> bytes:
    """Return the list of what is missing as PDF. Raises Unprintable."""
    return compose(head, paper)


def endorsement_text(head: Letterhead, paper: EndorsementText) -> bytes:
    """Return the text for the passport page as PDF, 80 × 117 mm. Raises Unprintable."""
    return compose(head, paper)


def archive_label(head: Letterhead, paper: ArchiveLabel) -> bytes:
    """Return the archive label as PDF, 105 × 74 mm. Raises Unprintable."""
    return compose(head, paper)


def compose(head: Letterhead, paper: Paper) -> bytes:
    """Return any paper as PDF by its type. Raises Unprintable naming the field to correct.

    Where the machine has no font for it, a letter leaves out the name in its own script, and a
    list writes the sign's number: what was remarked in a case never keeps it from the archive.
    """
    try:
        return _composed(head, paper)
    except Unprintable as error:
        if isinstance(paper, SkimLetter) and error.field == "native_name":
            plain: Paper = replace(paper, native_name="")
        elif isinstance(paper, Listing) and error.code == "glyph_missing":
            plain = _spelt(paper)
        else:
            raise
    return _composed(head, plain)


def _spelt(listing: Listing) -> Listing:
    """Return the list with `[U+738B]` for every sign that no font has."""
    values = [*(one.value for one in listing.facts), *(c for row in listing.rows for c in row)]
    signs = {sign for value in values for sign in value if ord(sign) > LATIN}
    numbers = {
        ord(sign): f"[U+{ord(sign):04X}]" for sign in signs if _no_font_has(sign, foreign=True)
    }
    return replace(
        listing,
        facts=tuple(replace(one, value=one.value.translate(numbers)) for one in listing.facts),
        rows=tuple(tuple(cell.translate(numbers) for cell in row) for row in listing.rows),
    )


def _composed(head: Letterhead, paper: Paper) -> bytes:
    _refuse_empty(paper)
    text = sheet(head, paper)
    qr = qr_svg(paper.imprint.payload)
    text["qr_mm"] = round(qr_modules(qr) * QR_MODULE_MM, 3)
    files = _templates() | {
        "main.typ": _template(_TEMPLATES[type(paper)]),
        "data.json": json.dumps(text).encode(),
        "qr.svg": qr.encode(),
    }
    if isinstance(paper, ApplicationReceipt) and paper.page:
        files["page.svg"] = qr_svg(paper.page, FOR_PHONES).encode()
    if isinstance(paper, OfficialLetter) and paper.appointment is not None:
        files["appointment.svg"] = qr_svg(paper.appointment.code).encode()
    if head.emblem_svg is not None:
        files["emblem.svg"] = head.emblem_svg.encode()
    if isinstance(paper, SkimLetter | SkimCard):
        files["photo.svg"] = portrait_svg(paper.photo_jpeg).encode()
    if isinstance(paper, ApplicationReceipt | CustodyReceipt | CollectionSlip) and paper.on_record:
        files["signature.svg"] = signature_svg(paper.on_record).encode()
    return _pdf(files, text, paper)


def warm() -> None:
    """Load fonts and engine, so that the first paper does not wait for them."""
    _typeset({"main.typ": b'#set document(title: "Loket")\nLoket'}, at=EPOCH)


def try_emblem(svg: str) -> None:
    """Set an emblem alone, so that no paper fails for it later.

    Raises Unprintable `emblem_unprintable`.
    """
    page = b'#set document(title: "Loket")\n#image("emblem.svg", alt: "Lambang / Emblem")'
    try:
        _typeset({"main.typ": page, "emblem.svg": svg.encode()}, at=EPOCH)
    except typst.TypstError as error:
        raise Unprintable("emblem_unprintable", "emblem.svg") from error


def _refuse_empty(paper: Paper) -> None:
    field = _NO_LIST.get(type(paper))
    if field and not getattr(paper, field):
        raise Unprintable("paper_empty", field)


def _pdf(files: dict[str, bytes], text: Sheet, paper: Paper) -> bytes:
    foreign = isinstance(paper, Listing) or bool(getattr(paper, "native_name", ""))
    try:
        return _typeset(files, at=paper.imprint.printed_at, foreign=foreign)
    except typst.TypstError as error:
        refusal = _refusal(str(error.message), text, foreign=foreign)
        if refusal is None:
            message = f"{_TEMPLATES[type(paper)]} cannot be set"
            raise Fault(message) from error
        # not "from error": the typesetter quotes the value that stopped it
        raise refusal from None


def _typeset(files: dict[str, bytes], *, at: datetime, foreign: bool = False) -> bytes:
    """Return `main.typ` of an in-memory project as PDF/A-2a and PDF/UA-1, dated `at`."""
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stub knows only paths
        files,
        format="pdf",
        pdf_standards=STANDARDS,
        font_paths=_fonts(foreign=foreign),
        timestamp=at,
    )
    return pdf


def _refusal(message: str, text: Sheet, *, foreign: bool) -> Unprintable | None:
    """Return why typst stopped as a field to correct; None if it is a fault of ours."""
    overflow = re.search(r"overflow:([a-z_.]+)", message)
    if overflow:
        return Unprintable("paper_overflow", overflow[1])
    for field, value in _strings("", text):
        for character in value:
            odd = character in message and ord(character) > 0x7F
            if odd and _no_font_has(character, foreign=foreign):
                return Unprintable("glyph_missing", field, f"U+{ord(character):04X}")
    return None


def _strings(field: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _strings(f"{field}.{name}" if field else name, part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(field, part)


def _no_font_has(character: str, *, foreign: bool) -> bool:
    sample = b'#set document(title: "x")\n#set text(font: "Noto Sans")\n#json("c.json")'
    try:
        files = {"main.typ": sample, "c.json": json.dumps(character).encode()}
        _typeset(files, at=EPOCH, foreign=foreign)
    except typst.TypstError:
        return True
    return False


@functools.cache
def _fonts(*, foreign: bool) -> typst.Fonts:
    """Return our fonts, `foreign`: and those of other scripts.

    They are scanned once a process: a scan costs 100 ms a paper otherwise.
    """
    paths = [Path(str(resources.files("hub.letters").joinpath("fonts")))]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*paths, *name_fonts.folders()] if foreign else paths,
    )


def _templates() -> dict[str, bytes]:
    return {name: _template(name) for name in ("frame.typ", "label.typ")}


@functools.cache
def _template(name: str) -> bytes:
    return resources.files("hub.letters").joinpath("templates", name).read_bytes()
