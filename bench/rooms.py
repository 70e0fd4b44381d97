"""The rooms behind the counters at 10,000 cases, and how long a paper takes to be set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.report import Report
from hub.cases import agenda, custody, ledger, notifying, persons, signing
from hub.cases.archive import keeping
from hub.cases.office_lists import closing_list
from hub.cases.papers import letterhead
from hub.cases.payments import day_book
from hub.clock import SystemClock
from hub.house import House, create_house, open_house
from hub.letters import compose
from hub.models.application import (
    Application,
    ArchivePackage,
    CustodyRecord,
    Payment,
    RegisterNumber,
)
from hub.models.schema import new_id
from hub.settings import settings_for

CASES, OPEN = 10_000, 120
ROUNDS = 5
PAGE_S, PAPER_S = 0.2, 1.0
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OPEN_AT = (
    ("7", "APPROVED"),
    ("9", "REGISTERED"),
    ("11", "READY"),
    ("external", "AWAITING_EXTERNAL"),
)


def measure(report: Report, folder: Path) -> None:
    """Fill an office with finished and open cases, then read every room and set a paper."""
    settings = settings_for(folder / "rooms")
    create_house(settings, SystemClock())
    house = open_house(settings, SystemClock())
    try:
        fill(house)
        report.section(f"rooms behind the counters at {CASES:,} cases, {OPEN} of them open")
        for name, read in _reads(house).items():
            seconds = [_timed(read) for _ in range(ROUNDS)]
            middle = report.rounds(name, [1000 * one for one in seconds], "ms")
            report.at_most(f"{name} in ms", middle, 1000 * PAGE_S)
        _paper(report, house)
    finally:
        house.database.close()


def fill(house: House) -> None:
    """Insert cases as a busy office of some years would have them; all data invented."""
    office, keyring = house.office_no, house.procedure.keyring
    rows: dict[type, list[dict[str, object]]] = {
        model: [] for model in (Application, CustodyRecord, Payment, RegisterNumber, ArchivePackage)
    }
    for n in range(CASES):
        identity, code = new_id(), f"CTH-261123-{n:05d}-X"
        place, state = OPEN_AT[n % 4] if n < OPEN else ("", "ARCHIVED")
        rows[Application].append(_case(keyring, office, identity, code, place, state))
        rows[CustodyRecord].append(_custody(office, identity, ended=n >= OPEN))
        if place not in ("7", "external"):
            rows[Payment].append(_payment(office, identity, code, n))
            rows[RegisterNumber].append(
                {"office": office, "year": 2026, "seq": n + 1, "number": f"R-{n}",
                 "application": identity, "given_at": AT, "given_by": "x"}
            )  # fmt: skip
        if not place:
            rows[ArchivePackage].append(
                {"office": office, "id": new_id(), "application": identity, "blob": new_id(),
                 "sha256": "0" * 64, "shelf": "Rak 1", "retention": "GR.01.14", "given_by": "x",
                 "received_by": "y", "at": AT, "state": "SHELVED"}
            )  # fmt: skip
    with house.database.writing.begin() as connection:
        for model, values in rows.items():
            connection.execute(insert(model), values)


def _case(keyring, office: int, identity: str, code: str, place: str, state: str) -> dict:
    key = keyring.wrap(keyring.new_data_key(), persons.key_place(office, identity))
    return {
        "office": office, "id": identity, "case_code": code, "sop": "IMI-GR.01.14-1111",
        "state": state, "position": place, "purpose": "PEWARGANEGARAAN", "basis": "KELUARGA",
        "language": "id", "passport_source": "chip", "data_key": key, "passport_index": identity,
        "receipt_index": identity, "opened_at": AT, "received_at": AT,
        "ended_at": None if place else AT,
    }  # fmt: skip


def _custody(office: int, identity: str, *, ended: bool) -> dict:
    return {
        "office": office, "id": new_id(), "application": identity, "holder": "x",
        "holder_name": "Contoh", "location": "Loket 1", "taken_at": AT,
        "ended_at": AT + timedelta(days=1) if ended else None,
    }  # fmt: skip


def _payment(office: int, identity: str, code: str, n: int) -> dict:
    return {
        "office": office, "id": new_id(), "application": identity, "tariff": "SKIM",
        "amount": 3_000_000, "paid_on": AT.date(), "billing_index": f"b{n}",
        "ntpn_index": f"n{n}", "proof_number": f"{code}-B1", "proof_index": f"p{n}",
        "sealed": b"-", "by": "x", "at": AT,
        "booked_on": date(2026, 1, 1) + timedelta(days=n % 320), "verified_how": "slip",
    }  # fmt: skip


def _reads(house: House) -> dict[str, Callable[[], object]]:
    office, procedure = house.office_no, house.procedure

    def reading(ask: Callable) -> Callable[[], object]:
        def read() -> object:
            with house.database.reading() as session:
                return ask(session)

        return read

    day = date(2026, 11, 1)
    return {
        "treasury": reading(lambda s: day_book.read_book(s, office, procedure, day, AT)),
        "custody": reading(lambda s: custody.whereabouts(s, office, procedure, AT)),
        "signing desk": reading(lambda s: signing.signing_desk(s, office, procedure)),
        "agenda": reading(lambda s: agenda.waiting(s, office, day)),
        "notify": reading(lambda s: notifying.to_notify(s, office, procedure, AT)),
        "register": reading(lambda s: ledger.register(s, office, 2026)),
        "archive": reading(lambda s: keeping.filed(s, office, procedure, AT)),
    }


def _paper(report: Report, house: House) -> None:
    with house.database.reading() as session:
        book = day_book.read_book(session, house.office_no, house.procedure, date(2026, 1, 9), AT)
    paper = closing_list(house.procedure, book.list, "Contoh", "", AT)
    head = letterhead(house.procedure)
    compose.warm()
    seconds = [_timed(lambda: compose.compose(head, paper)) for _ in range(ROUNDS)]
    middle = report.rounds("closing list as PDF/A", [1000 * one for one in seconds], "ms")
    report.at_most("closing list as PDF/A in ms", middle, 1000 * PAPER_S)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
