"""Reads what is put into the list by hand: one entry of a form, a mapping, a version's name."""

from __future__ import annotations

import re
from datetime import date, datetime

from hub.cases.screening.versions import LONGEST_NAME
from hub.cekal.records import Entry
from hub.errors import BadInput
from hub.web.forms import Form
from hub.web.typed_dates import iso_date
from hub.wire import FieldFault

FIELDS = (
    "id", "names", "dob", "sex", "nationality", "passports", "kind", "valid_from", "valid_to",
    "decree", "agency", "basis",
)  # fmt: skip
DATES = ("dob", "valid_from", "valid_to")
LONGEST, LONGEST_ID = 300, 80
_BORN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def entry_from(form: Form) -> Entry:
    """Return the entry of a form. Raises BadInput naming every field that is wrong."""
    given = {name: form.text(name) for name in FIELDS}
    given |= {name: iso_date(given[name]) for name in DATES}
    names = [line.strip() for line in given["names"].splitlines() if line.strip()]
    faults = [
        _fault(name, "missing", "wajib diisi / required")
        for name in ("id", "kind", "decree", "agency", "basis")
        if not given[name]
    ]
    if not names or not any(sign.isalpha() for sign in given["names"]):
        faults.append(_fault("names", "missing", "tulis nama / write a name"))
    faults += [
        _fault(name, "wrong", f"paling panjang {LONGEST} / at most {LONGEST}")
        for name, text in given.items()
        if len(text) > LONGEST
    ]
    if LONGEST_ID < len(given["id"]) <= LONGEST:
        faults.append(_fault("id", "wrong", f"paling panjang {LONGEST_ID} / at most {LONGEST_ID}"))
    if given["kind"] and given["kind"] not in ("cegah", "tangkal"):
        faults.append(_fault("kind", "wrong", "cegah / tangkal"))
    faults += [
        _fault(name, "wrong", "bukan tanggal / no date")
        for name in DATES
        if given[name] and not _is_date(given[name], partial=name == "dob")
    ]
    if given["valid_from"] and given["valid_to"] and given["valid_to"] < given["valid_from"]:
        faults.append(_fault("valid_to", "wrong", "sebelum awal / before its beginning"))
    if faults:
        names_of = ", ".join(fault.field for fault in faults)
        raise BadInput(
            "entry_invalid",
            f"The entry is not complete: {names_of}.",
            id=f"Entri belum lengkap: {names_of}.",
            fields=faults,
        )
    return Entry(
        id=given["id"],
        names=names,
        dob=given["dob"] or None,
        sex=given["sex"] or None,
        nationality=given["nationality"].upper() or None,
        passports=given["passports"].split(),
        kind=given["kind"],
        valid_from=given["valid_from"] or None,
        valid_to=given["valid_to"] or None,
        decree=given["decree"],
        agency=given["agency"],
        basis=given["basis"],
    )


def mapping_from(text: str) -> dict[str, tuple[str, ...]]:
    """Return `field=Column` lines as a mapping. Raises BadInput naming the line."""
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, cut, columns = line.partition("=")
        if not cut or name.strip() not in FIELDS or not columns.strip():
            message = f"baris {number}: isian=Kolom / line {number}: field=Column"
            fault = _fault("mapping", "wrong", message)
            raise BadInput(
                "mapping_wrong",
                f"Line {number} of the mapping is not field=Column.",
                id=f"Baris {number} pemetaan bukan isian=Kolom.",
                fields=[fault],
            )
        found[name.strip()] = tuple(part.strip() for part in columns.split(";"))
    return found


def version_name(given: str, what: str, at: datetime) -> str:
    """Return the name of a version: as given, else of what it is and the time.

    A file's own name may be that of a person, and a version's name is in events.
    """
    if given.strip():
        return given.strip()[:LONGEST_NAME]
    return f"{what}-{at:%Y%m%dT%H%M%S%f}"


def _is_date(text: str, *, partial: bool) -> bool:
    if partial and _BORN.fullmatch(text):
        text = (text + "-01-01")[:10]
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _fault(name: str, code: str, message: str) -> FieldFault:
    return FieldFault(field=name, code=code, message=message)
