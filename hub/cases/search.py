"""Find a case by what is at hand: a name, a passport, a register number, a scanned barcode.

Terms are keyed blind indexes: the database holds neither names nor numbers in the clear. Names
are found by the beginning of each word, only while the case is open.
"""

from __future__ import annotations

import re

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from devices.mrz.names import transliterate
from hub.cases import persons
from hub.cases.codes import PROOF, read_secret
from hub.keys import Keyring
from hub.models.application import Application, Blank, Payment, RegisterNumber
from hub.models.casework import SearchTerm
from hub.models.correspondence import LetterRow
from hub.writer import Tx

NAME = "name"
NUMBER = "number"
SHORTEST = 2
MOST_FOUND = 50
_NAMES = ("full_name", "surname", "given_names", "other_names")
_NUMBERS = ("passport_number", "permit_number", "niora", "nik")
_SKIM = "LOKET:S:"


def index(tx: Tx, keyring: Keyring, application: Application) -> None:
    """Make a case findable by what its person's values say now."""
    person = persons.read(tx.session, keyring, application)
    wanted = {(NAME, keyring.blind("search.name", start)) for start in _starts(person)}
    wanted |= {(NUMBER, keyring.blind("search.number", text)) for text in _numbers(person)}
    query = select(SearchTerm).where(
        SearchTerm.office == tx.office,
        SearchTerm.application == application.id,
        SearchTerm.kind.in_((NAME, NUMBER)),
    )
    for row in tx.session.scalars(query):
        if (row.kind, row.term) in wanted:
            wanted.remove((row.kind, row.term))
        else:
            tx.session.delete(row)
    tx.session.add_all(
        SearchTerm(office=tx.office, application=application.id, kind=kind, term=term)
        for kind, term in sorted(wanted)
    )
    tx.session.flush()


def forget_names(tx: Tx, application: Application) -> None:
    """Let a case that has ended no longer be found by its person's name."""
    tx.session.execute(
        delete(SearchTerm).where(
            SearchTerm.office == tx.office,
            SearchTerm.application == application.id,
            SearchTerm.kind == NAME,
        )
    )


def by_number(session: Session, office: int, keyring: Keyring, text: str) -> tuple[str, ...]:
    """Return the cases that a number names: passport, permit, register, blank, proof, letter."""
    plain = _plain_number(text)
    if len(plain) < SHORTEST:
        return ()
    found = set(
        session.scalars(
            select(SearchTerm.application)
            .where(
                SearchTerm.office == office,
                SearchTerm.kind == NUMBER,
                SearchTerm.term == keyring.blind("search.number", plain),
            )
            .limit(MOST_FOUND)
        )
    )
    register = text.strip().upper().removeprefix(_SKIM)
    papers = (
        select(RegisterNumber.application).where(
            RegisterNumber.office == office, func.upper(RegisterNumber.number) == register
        ),
        select(Blank.application).where(
            Blank.office == office,
            Blank.serial == "".join(text.upper().split()),
            Blank.application.is_not(None),
        ),
        select(Payment.application).where(
            Payment.office == office,
            Payment.proof_index == keyring.blind("proof", read_secret(text)),
        ),
        select(LetterRow.application).where(
            LetterRow.office == office, LetterRow.number == text.strip().rpartition(":")[2]
        ),
        select(Payment.application).where(
            Payment.office == office,
            Payment.proof_number == text.strip().upper().removeprefix(PROOF).partition(":")[0],
        ),
    )
    for query in papers:
        found |= {one for one in session.scalars(query.limit(MOST_FOUND)) if one}
    return tuple(sorted(found))


def by_name(session: Session, office: int, keyring: Keyring, text: str) -> tuple[str, ...]:
    """Return the open cases whose person's names begin with every word of `text`."""
    words = [word for word in transliterate(text).split("<") if len(word) >= SHORTEST]
    if not words:
        return ()
    terms = {keyring.blind("search.name", word) for word in words}
    query = (
        select(SearchTerm.application)
        .where(
            SearchTerm.office == office, SearchTerm.kind == NAME, SearchTerm.term.in_(sorted(terms))
        )
        .group_by(SearchTerm.application)
        .having(func.count() == len(terms))
        .limit(MOST_FOUND)
    )
    return tuple(session.scalars(query))


def _starts(person: persons.Person) -> set[str]:
    """Return every beginning, from two letters on, of every word of the person's names."""
    said = [text for field in _NAMES for text in person.sources(field).values()]
    words = {word for text in said for word in transliterate(text).split("<")}
    return {word[:size] for word in words for size in range(SHORTEST, len(word) + 1)}


def _numbers(person: persons.Person) -> set[str]:
    said = [text for field in _NUMBERS for text in person.sources(field).values()]
    return {plain for text in said if len(plain := _plain_number(text)) >= SHORTEST}


def _plain_number(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
