"""Cases as documented JSON: what leaves the hub, and what may come in (`loket case export`).

One case a line. `format` names this version; `record` is what the hub knows beside the data and is
never read back. A case that comes in becomes a draft: an officer receives it like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import select

from hub.cases import field_rules, persons, search
from hub.cases.applications import ENDED, new_case
from hub.cases.purposes import must_be_answers
from hub.cases.record import case_record
from hub.errors import BadInput
from hub.events.applications import ApplicationOpened, CasesExported
from hub.models.application import Application
from hub.models.casework import SearchTerm
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.wire.bounds import Answered
from hub.writer import Tx

FORMAT: Literal["loket.case/1"] = "loket.case/1"
IMPORTED = "import"
MOST_A_PAGE = 10
Source = Literal["chip", "reread", "mrz", "typed", "officer", "card"]
Text = Annotated[str, msgspec.Meta(max_length=4000)]


class CaseFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case on its way between systems.

    `reference` is the number by which the sender knows the case: the same one comes in once.
    `purpose` and `basis` are values of its procedure. `person` holds every field's value by source;
    `stays` is JSON text of the permit intervals.
    """

    format: Literal["loket.case/1"]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    sop: Annotated[str, msgspec.Meta(max_length=40)]
    purpose: Answered
    basis: Answered
    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}$")] = "id"
    person: dict[Annotated[str, msgspec.Meta(max_length=40)], dict[Source, Text]]
    record: dict[str, Any] = {}  # whatever the hub knows; never read back


def schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of a line."""
    found = msgspec.json.schema(CaseFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def export_cases(tx: Tx, procedure: Procedure, after: str) -> list[str]:
    """Return the next page of cases after the id `after`, one JSON text each; it is recorded."""
    rows = tx.session.scalars(
        select(Application)
        .where(Application.office == tx.office, Application.id > after)
        .order_by(Application.id)
        .limit(MOST_A_PAGE)
    ).all()
    lines = [msgspec.json.encode(_file(tx, procedure, row)).decode() for row in rows]
    if rows:
        tx.emit(CasesExported(tuple(row.id for row in rows)), subject="cases")
    return lines


class TakenIn(msgspec.Struct, frozen=True):
    """The code of the case that a line became; `known` if it was here before."""

    code: str
    known: bool


def import_case(tx: Tx, procedure: Procedure, line: str) -> TakenIn:
    """Open a draft for one line, or say which case it already is; that one stays as it is.

    It is one by the code or id under which this office exports it, by the reference under which it
    came in before, or by the same content in an open case. Raises BadInput naming every field that
    cannot be; then nothing came in.
    """
    file = read_line(line)
    keyring = procedure.keyring
    term = keyring.blind("import", file.reference)
    values = _judged(procedure, file, tx.at)
    answers = {"purpose": file.purpose, "basis": file.basis}
    must_be_answers(procedure.sop, {name: text for name, text in answers.items() if text})
    known = _own(tx, file) or _came_in(tx, term) or _same_content(tx, procedure, file, values)
    if known is not None:
        return TakenIn(known, known=True)
    number = next(
        (v for s in ("chip", "mrz", "officer", "typed") if (v := values.get(s, {}).get(_NUMBER))),
        "",
    )
    source = next((s for s in ("chip", "mrz") if s in values), "typed")
    row = new_case(
        tx,
        procedure,
        purpose=file.purpose,
        basis=file.basis,
        language=file.language,
        passport_number=number,
        passport_source=source,
    )
    for one, given in values.items():
        persons.write(tx, keyring, row, one, given)
    search.index(tx, keyring, row)
    tx.session.add(SearchTerm(office=tx.office, application=row.id, kind=IMPORTED, term=term))
    tx.session.flush()
    tx.emit(ApplicationOpened(row.id), subject=row.id)
    return TakenIn(row.case_code, known=False)


def read_line(line: str) -> CaseFile:
    """Return a line as a case. Raises BadInput `case_malformed` naming the place."""
    try:
        return msgspec.json.decode(line, type=CaseFile)
    except msgspec.ValidationError as error:
        place = re.search(r"`\$\.?(.*)`", str(error))
        where = place[1] if place else ""
        fault = FieldFault(field=where, code="wrong", message=str(error))
        text = f"This is no case of the format {FORMAT}: {error}."
        indonesian = f"Bukan berkas berformat {FORMAT}: {error}."
        raise BadInput("case_malformed", text, id=indonesian, fields=[fault]) from error
    except msgspec.DecodeError as error:
        text = f"This line is no JSON: {error}."
        raise BadInput("case_malformed", text, id=f"Baris ini bukan JSON: {error}.") from error


_NUMBER = "passport_number"
_UNKNOWN = "bukan isian SOP ini / no field of this procedure"


def _own(tx: Tx, file: CaseFile) -> str | None:
    """Return the code of the case that this office exported as this line, if it is one of ours.

    The same code with the id of another hub's case is no case of ours.
    """
    identity = file.record.get("id")
    by_code = Application.case_code == file.reference
    named = Application.id == identity if isinstance(identity, str) and identity else by_code
    query = select(Application.case_code).where(Application.office == tx.office, named)
    return tx.session.scalar(query)


def _came_in(tx: Tx, term: str) -> str | None:
    return tx.session.scalar(
        select(Application.case_code)
        .join(
            SearchTerm,
            (SearchTerm.office == Application.office) & (SearchTerm.application == Application.id),
        )
        .where(SearchTerm.office == tx.office, SearchTerm.kind == IMPORTED, SearchTerm.term == term)
    )


def _same_content(
    tx: Tx, procedure: Procedure, file: CaseFile, values: Mapping[str, Mapping[str, str]]
) -> str | None:
    """Return the code of an open case of the same passport that says the same throughout."""
    keyring = procedure.keyring
    numbers = {text for given in values.values() if (text := given.get(_NUMBER))}
    found = {one for n in numbers for one in search.by_number(tx.session, tx.office, keyring, n)}
    for identity in sorted(found):
        row = tx.session.get_one(Application, (tx.office, identity))
        if row.state in ENDED or (row.purpose, row.basis) != (file.purpose, file.basis):
            continue
        if _by_source(_given(tx, procedure, row)) == values:
            return row.case_code
    return None


def _given(tx: Tx, procedure: Procedure, row: Application) -> dict[str, dict[str, str]]:
    """Return what each source outside the hub says of every field."""
    person = persons.read(tx.session, procedure.keyring, row)
    given = {field: dict(person.sources(field)) for field in person.values}
    return {field: said for field, said in given.items() if said}


def _by_source(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for field, said in given.items():
        for source, text in said.items():
            found.setdefault(source, {})[field] = text
    return found


def _file(tx: Tx, procedure: Procedure, row: Application) -> CaseFile:
    record = case_record(tx.session, procedure, row)
    record.pop("person")
    return msgspec.convert(
        {
            "format": FORMAT,
            "reference": row.case_code,
            "sop": row.sop,
            "purpose": row.purpose,
            "basis": row.basis,
            "language": row.language,
            "person": _given(tx, procedure, row),
            "record": msgspec.to_builtins(record),
        },
        CaseFile,
    )


def _judged(procedure: Procedure, file: CaseFile, at: datetime) -> Mapping[str, Mapping[str, str]]:
    """Return the values by source, cleaned. Raises BadInput naming every one that cannot be."""
    if file.sop != procedure.sop.number:
        fault = FieldFault(field="sop", code="wrong", message=procedure.sop.number)
        text = f"This office works by {procedure.sop.number}."
        indonesian = f"Kantor ini bekerja dengan {procedure.sop.number}."
        raise BadInput("sop_unknown", text, id=indonesian, fields=[fault])
    today = procedure.office.today(at)
    faults: list[FieldFault] = []
    found: dict[str, dict[str, str]] = {}
    for name, given in file.person.items():
        rule = procedure.sop.field(name)
        if rule is None:
            faults.append(
                FieldFault(field=f"person.{name}", code="unknown_field", message=_UNKNOWN)
            )
            continue
        for source, text in given.items():
            cleaned = field_rules.clean(rule, text)
            wrong = field_rules.fault(rule, cleaned, today)
            if wrong is not None:
                message = f"{wrong.id} / {wrong.en}"
                place = f"person.{name}.{source}"
                faults.append(FieldFault(field=place, code="wrong", message=message))
            elif cleaned:
                found.setdefault(source, {})[name] = cleaned
    _refuse(faults)
    return found


def _refuse(faults: Sequence[FieldFault]) -> None:
    if faults:
        halves = [(fault.field, *fault.message.partition(" / ")) for fault in faults]
        indonesian = "; ".join(f"{field}: {said}" for field, said, _, _ in halves)
        english = "; ".join(f"{field}: {also or said}" for field, said, _, also in halves)
        raise BadInput(
            "case_wrong",
            f"The case was not taken in: {english}",
            id=f"Berkas tidak diterima: {indonesian}",
            fields=faults,
        )
