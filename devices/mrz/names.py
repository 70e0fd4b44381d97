"""Names as a machine-readable zone writes them (ICAO 9303-3 §4.6, §6 and 9303-4 §4.2.3)."""

from __future__ import annotations

import re
import unicodedata

# ICAO 9303-3 §6 A: letters whose plain form is not their base letter
_LATIN = {
    "Å": "AA", "Ä": "AE", "Æ": "AE", "Ö": "OE", "Ø": "OE", "Ü": "UE", "Œ": "OE", "ẞ": "SS",
    "Þ": "TH", "Đ": "D", "Ð": "D", "Ł": "L", "Ħ": "H", "Ŧ": "T", "Ŋ": "N", "ĸ": "Q", "Ĳ": "IJ",
}  # fmt: skip
_SEPARATORS = re.compile(r"[\s\-‐‑–<]+")
_NOT_MRZ = re.compile(r"[^A-Z0-9<]")


def transliterate(text: str) -> str:
    """Write `text` in the letters A-Z and fillers `<` between its parts; apostrophes vanish."""
    upper = unicodedata.normalize("NFC", text).replace("ß", "ẞ").upper()
    latin = "".join(_LATIN.get(letter, letter) for letter in upper)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", latin)
        if not unicodedata.combining(letter)
    )
    # signs vanish before fillers are joined: a filler pair would part surname and given names
    return _SEPARATORS.sub("<", _NOT_MRZ.sub("", _SEPARATORS.sub("<", plain))).strip("<")


def compose_names(surname: str, given_names: str, length: int) -> str:
    """Lay surname and given names into a field of `length`, shortened as ICAO allows.

    Given names shrink to initials from the last; then the surname is cut so that one letter of
    the given names is left. The last position of a truncated field is always a letter.
    """
    primary, secondary = transliterate(surname), transliterate(given_names)
    if not primary:
        primary, secondary = secondary, ""
    whole = f"{primary}<<{secondary}" if secondary else primary
    if len(whole) <= length:
        return whole.ljust(length, "<")
    return _truncated(primary, secondary, length)


def split_names(field: str) -> tuple[str, str]:
    """Return (surname, given names) with single spaces; a one-word name has no given names."""
    primary, _, secondary = field.rstrip("<").partition("<<")
    return _spaced(primary), _spaced(secondary)


def is_truncated(field: str) -> bool:
    """Say whether a name field may have been cut: a letter stands in its last position."""
    return bool(field) and field[-1] != "<"


def _truncated(primary: str, secondary: str, length: int) -> str:
    if not secondary:
        return primary[:length].rstrip("<").ljust(length, primary[0])
    if len(primary) + 3 > length:
        primary = primary[: length - 3].rstrip("<")
    room = length - len(primary) - 2
    return f"{primary}<<{_shortened(secondary.split('<'), room)}".ljust(length, "<")


def _shortened(parts: list[str], room: int) -> str:
    """Cut the last parts to initials until they fill `room` positions, ending in a letter."""
    for count in range(len(parts) - 1, 0, -1):
        tail = [part[:1] for part in parts[count:]]
        text = "<".join([*parts[:count], *tail])
        if len(text) <= room:
            spare = room - len(text)
            tail[-1] = parts[-1][: 1 + spare]
            return "<".join([*parts[:count], *tail])
    return "<".join(parts)[:room].rstrip("<")


def _spaced(part: str) -> str:
    return " ".join(word for word in part.split("<") if word)
