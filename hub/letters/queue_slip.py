"""Draws the queue ticket of a counter: 72 mm at 8 dots/mm. Imports the typesetter."""

from __future__ import annotations

import functools
import json
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from hub.errors import Fault
from hub.letters.slips import QueueSlip
from hub.wire import Words

DOTS_PER_MM = 8
PPI = 25.4 * DOTS_PER_MM

_NUMBER = Words(id="Nomor antrean", en="Queue number")
_AHEAD = Words(id="Menunggu di depan Anda", en="People ahead of you")
_WAIT = Words(id="Perkiraan menunggu", en="Expected wait")
_UNTIL = Words(id="Perkiraan, sampai tutup", en="Expected wait, until closing")
_UNSURE = Words(
    id="Belum pasti terlayani hari ini. Tanyakan kepada petugas.",
    en="Not sure to be served today. Ask our staff.",
)
_TODAY = Words(
    id="Berlaku hari ini. Terlewat? Lapor petugas.", en="Valid today. Missed it? Tell our staff."
)
_FREE = Words(id="Nomor ini gratis. Jangan membayar.", en="This number is free. Do not pay anyone.")


def draw_slip(slip: QueueSlip) -> bytes:
    """Return the slip as a PNG of 576 dots' width. Raises Fault when it cannot be set."""
    files = {
        "main.typ": _template(),
        "slip.json": json.dumps(slip_text(slip)).encode(),
    }
    try:
        drawn: bytes = typst.compile(  # type: ignore[call-overload]  # its stub knows only paths
            files, format="png", ppi=PPI, font_paths=_fonts()
        )
    except typst.TypstError as error:
        message = "the queue slip cannot be set"
        raise Fault(message) from error
    return drawn


def slip_text(slip: QueueSlip) -> dict[str, object]:
    """Return what the template prints, in the person's language and the other one."""

    def both(words: Words) -> list[str]:
        pair = [words.id, words.en]
        return pair if slip.language == "id" else pair[::-1]

    local = slip.issued_at.astimezone(ZoneInfo(slip.zone))
    wait = None
    if slip.low_min is not None and slip.high_min is not None and slip.today != "unsure":
        unit = both(Words(id="mnt", en="min"))[0]
        words = both(_UNTIL if slip.today == "until_closing" else _WAIT)
        wait = {"words": words, "value": f"{slip.low_min}–{slip.high_min} {unit}"}
    ahead = {"words": both(_AHEAD), "value": str(slip.ahead)} if slip.ahead is not None else None
    marks = ((slip.specimen, "CONTOH / SPECIMEN"), (slip.copy, "SALINAN / COPY"))
    return {
        "office": slip.office,
        "marks": [mark for applies, mark in marks if applies],
        "service": both(slip.service),
        "label": " / ".join(both(_NUMBER)),
        "number": slip.number,
        "issued": f"{local:%d-%m-%Y %H.%M} {local:%Z}",
        "facts": [fact for fact in (wait, ahead) if fact is not None],
        "unsure": both(_UNSURE) if slip.today == "unsure" else None,
        "today": both(_TODAY),
        "free": both(_FREE),
    }


@functools.cache
def _template() -> bytes:
    return resources.files("hub.letters").joinpath("templates", "queue_slip.typ").read_bytes()


@functools.cache
def _fonts() -> typst.Fonts:
    """Return our fonts, scanned once a process."""
    folder = Path(str(resources.files("hub.letters").joinpath("fonts")))
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
