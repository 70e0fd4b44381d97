"""A barcode or machine readable zone that was read at a counter, and what it is to the office."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.wire.answers import Answer
from hub.wire.bounds import DeviceCode, Name
from hub.wire.requests import Wire

LONGEST_CODE = 512
ScanText = Annotated[
    str,
    msgspec.Meta(
        max_length=LONGEST_CODE,
        pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",  # rows of a zone end with a line feed
        extra={
            "id": f"isi kode, paling banyak {LONGEST_CODE} huruf, tanpa karakter kendali",
            "en": f"what was read, at most {LONGEST_CODE} characters, no control characters",
        },
    ),
]
CodeMeaning = Literal["case", "receipt", "proof", "passport", "billing", "foreign", "unreadable"]


class ReportScan(Wire, frozen=True, kw_only=True):
    """Tell what a counter's scanner read: a code's `text`, the rows of a zone, or its `fault`."""

    text: ScanText = ""
    symbology: Name = ""
    fault: DeviceCode = ""


class ScanKnown(Answer, frozen=True, kw_only=True):
    """What the code is to this office; `application` is empty where it names no case."""

    meaning: CodeMeaning
    application: str = ""
