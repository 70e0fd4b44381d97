"""What was typed, judged field by field; every fault is a code whose words are in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from devices.capabilities import MrzKey, PassportRead
from devices.mrz.dates import typed_date
from devices.mrz.errors import MrzError
from devices.mrz.typed import typed_key, typed_number
from devices.mrz.wire import check_digit, lines_of, parse_mrz
from hub.wire import ChipEvidence, PassportInput
from hub.wire.paper_codes import case_on_paper

OLDEST_YEARS = 125
LONGEST_NUMBER = 9
_CASE = re.compile(r"[A-Z0-9]{4,20}")
_BOOKING = re.compile(r"[A-Z0-9]{8}")


class FormFault(ValueError):
    """A typed field is wrong; `code` names the fault, the text holds nothing that was typed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def passport_number(text: str) -> str:
    """Return the document number as the MRZ has it. Raises FormFault.

    A tenth sign is taken as the check digit that follows the number in the passport's lower
    line (ICAO 9303-3 §4.9) and compared.
    """
    try:
        number = typed_number(text)
    except MrzError as error:
        raise FormFault(error.code) from error
    if len(number) <= LONGEST_NUMBER:
        return number
    if len(number) > LONGEST_NUMBER + 1:
        raise FormFault("number_length")
    if check_digit(number[:LONGEST_NUMBER]) != number[LONGEST_NUMBER]:
        raise FormFault("number_check_digit")
    return number[:LONGEST_NUMBER]


def birth_date(digits: str, *, on: date) -> date:
    """Return the date typed as DDMMYYYY; not after `on`. Raises FormFault."""
    born = _date(digits, "birth_date", on=on, past=True)
    if born > on:
        raise FormFault("birth_future")
    if on.year - born.year > OLDEST_YEARS:
        raise FormFault("birth_too_old")
    return born


def expiry_date(digits: str, *, born: date, on: date) -> date:
    """Return the date typed as DDMMYYYY; after `born`. Raises FormFault.

    A passport that has expired is accepted: its chip still opens, and an officer decides.
    """
    expires = _date(digits, "expiry_date", on=on, past=False)
    if expires <= born:
        raise FormFault("expiry_before_birth")
    if expires.year - on.year > OLDEST_YEARS:
        raise FormFault("date_calendar")
    return expires


def case_code(text: str) -> str:
    """Return the code on a receipt without spaces and dashes, in capitals. Raises FormFault."""
    written = re.sub(r"[\s-]", "", text).upper()
    if not written:
        raise FormFault("case_empty")
    if not _CASE.fullmatch(written):
        raise FormFault("case_form")
    return written


def booking_code(text: str) -> str:
    """Return a booked time's code in capitals without spaces and dashes. Raises FormFault."""
    written = re.sub(r"[\s-]", "", text).upper()
    if not written:
        raise FormFault("booking_empty")
    if not _BOOKING.fullmatch(written):
        raise FormFault("booking_form")
    return written


def scanned_code(text: str) -> str:
    """Return the code in what a scanner read: the code itself, or the end of an address."""
    return re.sub(r"[^A-Z0-9]", "", text.strip().rstrip("/").rpartition("/")[2].upper())


def scanned_case(text: str) -> str:
    """Return the case code that one of our papers names, as it is typed; "" for anything else."""
    return case_on_paper(text).replace("-", "")


def zone_fields(rows: Sequence[str], *, on: date) -> tuple[str, str, str]:
    """Return number, birth and expiry of a passport's zone as a person would type them.

    A date that the zone does not know in full is empty. Raises FormFault.
    """
    try:
        mrz = parse_mrz(rows)
    except MrzError as error:
        raise FormFault("number_check_digit") from error
    return mrz.document_number, _as_typed(mrz.born(on)), _as_typed(mrz.expires(on))


def _as_typed(iso: str) -> str:
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    return f"{day}{month}{year}" if day else ""


def fault_of(field: str, text: str, *, on: date, birth: str = "") -> str:
    """Return the code of what is wrong with `field`, "" if nothing is."""
    try:
        match field:
            case "number":
                passport_number(text)
            case "birth":
                birth_date(text, on=on)
            case "expiry":
                expiry_date(text, born=birth_date(birth, on=on), on=on)
            case "case":
                case_code(text)
            case "booking":
                booking_code(text)
    except FormFault as fault:
        return fault.code
    return ""


def chip_key(number: str, birth: str, expiry: str, *, on: date) -> MrzKey:
    """Return what opens the chip from three fields that were found right."""
    return typed_key(passport_number(number), _dashed(birth), _dashed(expiry), on=on)


def typed_passport(number: str, birth: str, expiry: str, *, on: date) -> PassportInput:
    """Return the passport as it was typed, marked so; dates in ISO form."""
    born = birth_date(birth, on=on)
    return PassportInput(
        source="typed",
        document_number=passport_number(number),
        birth_date=born.isoformat(),
        expiry_date=expiry_date(expiry, born=born, on=on).isoformat(),
    )


def chip_passport(read: PassportRead, key: MrzKey, *, on: date) -> PassportInput:
    """Return the passport as its chip told it, with the files for the hub to judge.

    Raises FormFault when the chip has no scheme of ours, or the zone in DG1 cannot be read.
    """
    if not read.access:
        raise FormFault("passport_unsupported")
    try:
        mrz = parse_mrz(lines_of(read.mrz), strict=False)
    except MrzError as error:
        raise FormFault("passport_unreadable") from error
    return PassportInput(
        source="chip",
        document_number=mrz.document_number or key.document_number,
        birth_date=mrz.born(on),
        expiry_date=mrz.expires(on),
        surname=mrz.surname,
        given_names=mrz.given_names,
        sex=mrz.sex,
        nationality=mrz.nationality,
        issuing_state=mrz.issuing_state,
        mrz=read.mrz,
        chip=ChipEvidence(
            access="PACE" if read.access == "PACE" else "BAC",
            files=dict(read.files),
            proofs=dict(read.proofs),
            apdus=read.apdus,
        ),
    )


def grouped_date(digits: str) -> str:
    """Return digits as they are typed, `12 / 08 / 1974`, with the separators that are due."""
    parts = [digits[:2], digits[2:4], digits[4:8]]
    return " / ".join(part for part in parts if part)


def masked(text: str) -> str:
    """Return `text` with all but its last three signs hidden, as shown after entry."""
    return "•" * max(0, len(text) - 3) + text[-3:]


def _date(digits: str, field: str, *, on: date, past: bool) -> date:
    if not re.fullmatch(r"\d{8}", digits):
        raise FormFault("date_form")
    try:
        return typed_date(_dashed(digits), field, on=on, past=past)
    except MrzError as error:
        raise FormFault(error.code) from error


def _dashed(digits: str) -> str:
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"
