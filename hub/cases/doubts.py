"""Doubts about a case: sources that disagree, margins that are short; an officer answers why.

A doubt never refuses anybody by itself. Its answer holds for exactly the values it was given for:
when one of them changes, the doubt is open again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.compare import differ
from hub.cases.countries import INDONESIA
from hub.cases.eligibility import Eligibility, judge, months_after
from hub.cases.field_rules import nik_birth
from hub.cases.persons import Person
from hub.cases.stays import read_stays
from hub.errors import BadInput, NotFound
from hub.events.applications import DoubtAnswered
from hub.keys import Keyring
from hub.models.application import Application
from hub.models.casework import AnsweredDoubt
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

DIFFERS = "differs."
COMPARED = (
    "surname", "given_names", "full_name", "sex", "birth_date", "nationality", "issuing_state",
    "passport_number", "passport_expiry", "personal_number", "permit_number", "niora",
)  # fmt: skip
"""The fields that several sources print; where they differ, somebody must say why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A doubt as it arises: its code, the field it stands at, its words, what it is about."""

    code: str
    field: str
    words: Words
    about: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt and, once somebody answered it, the reason, who and when."""

    code: str
    field: str
    words: Words
    reason: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def answered(self) -> bool:
        """Say whether somebody gave a reason to go on."""
        return self.at is not None


@dataclass(frozen=True, slots=True)
class About:
    """What a doubt may look at."""

    person: Person
    purpose: str
    basis: str
    office: OfficeConfig
    today: date

    def value(self, field: str) -> str:
        """Return the value that counts."""
        return self.person.value(field)

    def day(self, field: str) -> date | None:
        """Return a value as a day, None if it is none."""
        try:
            return date.fromisoformat(self.value(field))
        except ValueError:
            return None


def of_case(
    session: Session, procedure: Procedure, application: Application, today: date
) -> tuple[Doubt, ...]:
    """Return every doubt about a case, the answered ones with their reasons."""
    person = persons.read(session, procedure.keyring, application)
    about = About(person, application.purpose, application.basis, procedure.office, today)
    answers = _answers(session, application)
    key = persons.data_key(procedure.keyring, application)
    found = []
    for doubt in arising(about):
        row = answers.get((doubt.code, _digest(procedure.keyring, application, doubt)))
        if row is None:
            found.append(Doubt(doubt.code, doubt.field, doubt.words))
            continue
        reason = persons.open_text(key, application, f"doubt/{row.id}", row.sealed_reason)
        found.append(Doubt(doubt.code, doubt.field, doubt.words, reason, row.by_name, row.at))
    return tuple(found)


def arising(about: About) -> tuple[Found, ...]:
    """Return the doubts that these values raise, in the order of the page."""
    return tuple(doubt for rule in _RULES for doubt in rule(about))


def eligibility(person: Person, filing: date) -> Eligibility:
    """Return what the person's permits add up to on the day of filing."""
    return judge(read_stays(person.value("stays")), filing)


def answer(tx: Tx, procedure: Procedure, application: str, code: str, reason: str) -> str:
    """Go on in spite of a doubt, with a reason. Raises BadInput, NotFound `doubt_unknown`."""
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    stage = procedure.sop.stage(row.position)
    must_have_role(tx, frozenset(stage.roles if stage else ()))
    if not reason.strip():
        fault = FieldFault(field=f"doubt-{code}", code="missing", message="beri alasan / a reason")
        text = "Give the reason to go on."
        raise BadInput("reason_missing", text, id="Beri alasan untuk melanjutkan.", fields=[fault])
    person = persons.read(tx.session, procedure.keyring, row)
    today = procedure.office.today(tx.at)
    about = About(person, row.purpose, row.basis, procedure.office, today)
    doubt = next((d for d in arising(about) if d.code == code), None)
    if doubt is None:
        text = "This doubt no longer exists."
        raise NotFound("doubt_unknown", text, id="Peringatan ini tidak ada lagi.")
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    tx.session.add(
        AnsweredDoubt(
            office=tx.office,
            id=identity,
            application=row.id,
            code=code,
            about=_digest(procedure.keyring, row, doubt),
            sealed_reason=persons.seal_text(key, row, f"doubt/{identity}", reason.strip()[:500]),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(DoubtAnswered(row.id, code), subject=row.id)
    return row.id


def _answers(session: Session, application: Application) -> Mapping[tuple[str, str], AnsweredDoubt]:
    query = (
        select(AnsweredDoubt)
        .where(
            AnsweredDoubt.office == application.office,
            AnsweredDoubt.application == application.id,
        )
        .order_by(AnsweredDoubt.at)
    )
    return {(row.code, row.about): row for row in session.scalars(query)}


def _digest(keyring: Keyring, application: Application, doubt: Found) -> str:
    return keyring.blind("doubt", f"{application.id}/{doubt.code}/{doubt.about}")


# ── the rules ────────────────────────────────────────────────────────────────

Rule = Callable[[About], Iterator[Found]]


def _differences(about: About) -> Iterator[Found]:
    for field in COMPARED:
        sources = about.person.sources(field)
        given = list(sources.items())
        pairs = [(a, b) for n, a in enumerate(given) for b in given[n + 1 :]]
        if any(differ(field, first[1], second[1]) for first, second in pairs):
            names = ", ".join(sorted(sources))
            yield Found(
                f"{DIFFERS}{field}",
                field,
                Words(id="Sumber berbeda", en="Sources differ"),
                f"{names}: {sorted(sources.items())}",
            )


def _whole_name(about: About) -> Iterator[Found]:
    """A name corrected in one place only: papers print the whole one, the list is asked for one."""
    whole = about.value("full_name")
    parts = " ".join((about.value("given_names"), about.value("surname"))).strip()
    if differ("full_name", whole, parts):
        yield Found(
            "name_parts",
            "full_name",
            Words(
                id="Nama lengkap tidak sama dengan nama keluarga dan nama depan",
                en="The full name differs from surname and given names",
            ),
            f"{whole}|{parts}",
        )


def _passport(about: About) -> Iterator[Found]:
    until = about.day("passport_expiry")
    months = about.office.stay.passport_months
    if until is None or until >= months_after(about.today, months):
        return
    expired = until < about.today
    words = Words(
        id="Paspor sudah berakhir" if expired else f"Paspor berlaku kurang dari {months} bulan",
        en="The passport has expired"
        if expired
        else f"The passport is valid for less than {months} months",
    )
    yield Found("passport_margin", "passport_expiry", words, until.isoformat())


def _permit(about: About) -> Iterator[Found]:
    until, kind = about.day("permit_expiry"), about.value("permit_type")
    rules = about.office.stay
    months = rules.itap_months if kind == "ITAP" else rules.itas_months
    if until is not None and kind and until < months_after(about.today, months):
        yield Found(
            "permit_margin",
            "permit_expiry",
            Words(
                id=f"{kind} berlaku kurang dari {months} bulan",
                en=f"The {kind} is valid for less than {months} months",
            ),
            f"{kind} {until}",
        )
    number = about.value("permit_number")
    if number and not re.fullmatch(r"[A-Z0-9./-]{6,20}", number.upper()):
        yield Found(
            "permit_number",
            "permit_number",
            Words(
                id="Nomor izin tidak seperti biasanya (6 sampai 20 huruf, angka, titik, garis)",
                en="An unusual permit number (6 to 20 letters, digits, dots, dashes)",
            ),
            number,
        )


def _purpose(about: About) -> Iterator[Found]:
    kind, spouse = about.value("permit_type"), about.value("spouse_nationality")
    if about.purpose == "PEWARGANEGARAAN" and kind == "ITAS":
        yield Found(
            "purpose_permit",
            "permit_type",
            Words(
                id="Pewarganegaraan memerlukan ITAP; ini ITAS",
                en="Naturalisation needs an ITAP; this is an ITAS",
            ),
            kind,
        )
    if about.purpose == "PERNYATAAN" and spouse != INDONESIA:
        yield Found(
            "purpose_spouse",
            "spouse_nationality",
            Words(
                id="Pernyataan menjadi WNI memerlukan pasangan WNI (IDN)",
                en="The declaration needs an Indonesian spouse (IDN)",
            ),
            spouse,
        )


def _stay(about: About) -> Iterator[Found]:
    text = about.value("stays")
    if not text:
        return
    judged = judge(read_stays(text), about.today)
    if not judged.route:
        yield Found("stay_short", "stays", judged.reason, f"{text} {about.today}")
    for gap in judged.gaps:
        yield Found(
            f"stay_gap.{gap.after.end}",
            "stays",
            Words(
                id=f"{gap.days} hari tanpa izin setelah {gap.after.name}",
                en=f"{gap.days} days without a permit after {gap.after.name}",
            ),
            text,
        )


def _identity_number(about: About) -> Iterator[Found]:
    nik, born, sex = about.value("nik"), about.day("birth_date"), about.value("sex")
    carried = nik_birth(nik)
    if carried is None or born is None:
        return
    day, month, year, of_sex = carried
    agrees = (day, month, year) == (born.day, born.month, born.year % 100)
    if not agrees or (sex in ("M", "F") and sex != of_sex):
        yield Found(
            "nik_birth",
            "nik",
            Words(
                id="NIK memuat tanggal lahir atau jenis kelamin lain",
                en="The identity number carries another birth date or sex",
            ),
            f"{nik} {born} {sex}",
        )


def _area(about: About) -> Iterator[Found]:
    regency, area = about.value("regency"), about.office.office.area.id
    if regency and _words(regency) - _GENERIC and not _words(regency) - _GENERIC <= _words(area):
        yield Found(
            "area",
            "regency",
            Words(
                id=f"Di luar wilayah kerja kantor ({area})",
                en=f"Outside the office's area ({area})",
            ),
            regency,
        )


def _guarantor(about: About) -> Iterator[Found]:
    name, own = about.value("guarantor"), about.value("full_name")
    if name and own and sorted(_words(name)) == sorted(_words(own)):
        yield Found(
            "guarantor_self",
            "guarantor",
            Words(
                id="Nama penjamin sama dengan nama pemohon",
                en="The guarantor has the applicant's own name",
            ),
            f"{name} {own}",
        )


_GENERIC = frozenset({"kabupaten", "kota", "kab", "kab."})
_RULES: tuple[Rule, ...] = (
    _differences,
    _whole_name,
    _passport,
    _permit,
    _purpose,
    _stay,
    _identity_number,
    _area,
    _guarantor,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())
