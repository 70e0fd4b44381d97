"""Countries by the three-letter codes of passports (ISO 3166-1, ICAO 9303-3 §5), in words."""

from __future__ import annotations

import functools

from babel import Locale
from babel.core import get_global

from hub.wire import Words

_ICAO = {
    "D": "DE",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
    "RKS": "XK",
}
_NO_COUNTRY = {
    "XXA": Words(id="Tanpa kewarganegaraan", en="Stateless"),
    "XXB": Words(id="Pengungsi", en="Refugee"),
    "XXC": Words(id="Pengungsi", en="Refugee"),
    "XXX": Words(id="Tidak ditentukan", en="Unspecified"),
    "UNO": Words(id="Perserikatan Bangsa-Bangsa", en="United Nations"),
    "UTO": Words(id="Utopia", en="Utopia"),
}


@functools.cache
def country(code: str) -> Words | None:
    """Return the country that a passport's code stands for, or None for a code of no country."""
    if code in _NO_COUNTRY:
        return _NO_COUNTRY[code]
    short = _ICAO.get(code) or next(iter(get_global("territory_aliases").get(code, ())), "")
    names = [Locale(language).territories.get(short) for language in ("id", "en")]
    return Words(id=names[0], en=names[1]) if names[0] and names[1] else None
