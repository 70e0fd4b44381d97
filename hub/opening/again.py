"""When a service gives numbers again, as a sentence."""

from __future__ import annotations

from datetime import datetime

from hub.office import OfficeConfig
from hub.wire import Words

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}


def again_words(
    office: OfficeConfig, service: str, at: datetime, *, tomorrow: bool = False
) -> Words:
    """Return the sentence that says when numbers are given again, empty when nobody knows."""
    after = at
    if tomorrow:
        local = at.astimezone(office.zone)
        after = local.replace(hour=23, minute=59, second=59, microsecond=0)
    opening = office.next_opening(service, after)
    if opening is None:
        return Words(id="", en="")
    months = {lang: names.split()[opening.month - 1] for lang, names in _MONTHS.items()}
    clock = f"{opening:%H.%M}"
    return Words(
        id=f" Nomor diberikan lagi {opening.day} {months['id']} {opening.year} pukul {clock}.",
        en=f" Numbers are given again on {opening.day} {months['en']} {opening.year} at {clock}.",
    )
