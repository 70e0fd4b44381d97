"""How long, how large and of which signs a field of a request may be; the rule in words beside it.

Python's `$` also matches before a last line break, so every pattern ends in `(?!\\n)$`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

MOST_BLOBS: Final = 50
LARGEST_INT: Final = 2**31 - 1
"""What an integer column of every supported database holds."""
LONGEST_DETAIL: Final = 500
LONGEST_NAME: Final = 80
_PLAIN: Final = r"^[^\x00-\x1f\x7f-\x9f]*(?!\n)$"


def _meta(pattern: str, longest: int, indonesian: str, en: str, shortest: int = 0) -> msgspec.Meta:
    return msgspec.Meta(
        min_length=shortest or None,
        max_length=longest,
        pattern=pattern,
        description=en,
        extra={"id": indonesian, "en": en},
    )


def _plain(longest: int) -> msgspec.Meta:
    return _meta(
        _PLAIN,
        longest,
        f"paling banyak {longest} huruf, tanpa karakter kendali",
        f"at most {longest} characters, no control characters",
    )


Answered = Annotated[
    str,
    _meta(
        r"^([A-Z][A-Z0-9_]*)?(?!\n)$",
        24,
        "nilai dari prosedur, atau kosong",
        "a value of the procedure, or nothing",
    ),
]
"""A purpose or a ground, as the procedure's file names it."""
Id = Annotated[
    str,
    _meta(r"^[0-9a-f]{32}(?!\n)$", 32, "32 angka heksadesimal kecil", "32 lower-case hex digits"),
]
"""A random id as the hub gives it."""

Code = Annotated[
    str,
    _meta(
        r"^[a-z][a-z0-9_]*(?!\n)$",
        40,
        "huruf kecil, angka dan garis bawah, paling banyak 40",
        "lower-case letters, digits and underscores, at most 40",
    ),
]
"""The code of a service, lane or need, as the office file names it."""

Mark = Annotated[
    str,
    _meta(
        r"^[!-~]+(?!\n)$",
        40,
        "1 sampai 40 huruf ASCII tanpa spasi",
        "1 to 40 ASCII characters without spaces",
        shortest=1,
    ),
]
"""What a program calls itself or one of its starts."""

Language = Annotated[
    str, _meta(r"^[a-z]{2,3}(?!\n)$", 3, "kode bahasa seperti id", "a language code such as id")
]
CaseReference = Annotated[str, _plain(64)]
"""A case's id, or the case code as it is printed, typed or scanned."""
Reason = Annotated[str, _plain(300)]
Note = Annotated[str, _plain(LONGEST_DETAIL)]
Name = Annotated[str, _plain(LONGEST_NAME)]
DeviceCode = Annotated[str, _plain(60)]
Address = Annotated[str, _plain(300)]
Detail = Annotated[str, _plain(LONGEST_DETAIL)]

NoticeVersion = Annotated[str, _plain(24)]
DocumentNumber = Annotated[str, _plain(40)]
TypedDate = Annotated[str, _plain(12)]
Sex = Annotated[str, _meta(r"^[MFX]?(?!\n)$", 1, "M, F atau X", "M, F or X")]
State = Annotated[
    str, _meta(r"^[A-Z0-9]*(?!\n)$", 3, "kode negara ICAO, tiga huruf", "an ICAO code, 3 letters")
]
MrzText = Annotated[
    str,
    _meta(
        r"^[A-Za-z0-9<_ \r\n]*$",
        120,
        "baris MRZ: huruf, angka dan <",
        "the lines of the MRZ: letters, digits and <",
    ),
]
Phone = Annotated[
    str,
    _meta(
        r"^[0-9+() .-]*(?!\n)$",
        24,
        "angka, spasi dan + ( ) . -, paling banyak 24",
        "digits, spaces and + ( ) . -, at most 24",
    ),
]
ChipFileName = Annotated[
    str, _meta(r"^[A-Z0-9]+(?!\n)$", 8, "nama berkas cip seperti DG1", "a chip file such as DG1")
]
# the whole request has at most 1 MiB, and base64 makes four letters of three octets
ChipFiles = Annotated[
    dict[ChipFileName, Annotated[bytes, msgspec.Meta(max_length=786_432)]],
    msgspec.Meta(max_length=20),
]
ChipProofs = Annotated[
    dict[ChipFileName, Annotated[bytes, msgspec.Meta(max_length=4096)]],
    msgspec.Meta(max_length=8),
]

Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_INT)]
FingerNumber = Annotated[int, msgspec.Meta(ge=1, le=10)]
"""A finger by ISO/IEC 19794-4: 1 right thumb … 5 right little, 6 left thumb … 10 left little."""
CounterNumber = Annotated[int, msgspec.Meta(ge=1, le=99)]
Facts = Annotated[dict[DeviceCode, Detail], msgspec.Meta(max_length=40)]


def printable(text: str, longest: int) -> str:
    """Return what a device said, fit to be sent: control characters as spaces, cut to `longest`."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:longest].strip()
