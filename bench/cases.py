"""The case's pages at 10,000 open cases through HTTP, as an officer's browser asks for them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from PIL import Image
from sqlalchemy import insert

from bench.processes import Running, served
from bench.report import Report
from hub.admin import FillOffice, perform
from hub.cases import persons, search
from hub.cases.papers import letterhead
from hub.clock import SystemClock
from hub.demo.officer import Officer
from hub.house import House, create_house, open_house
from hub.keys import Keyring
from hub.letters import Imprint, PermitPeriod, Signer, SkimLetter, compose
from hub.models.application import Application, PersonalValue, RegisterNumber, StepRecord
from hub.models.casework import SearchTerm
from hub.models.schema import new_id
from hub.settings import settings_for
from hub.wire import Words

CASES = 10_000
ROUNDS = 9
PAGE_S, PAPER_S = 0.2, 1.0
PASSWORD = "kata-sandi-bench"
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
STAGES = ("1", "2", "3", "4", "5", "biometrics", "external", "6", "7", "8", "9", "10", "11", "12")
FAMILIES = ("ERIKSSON", "CONTOH", "SAMPEL", "TELADAN", "MISAL")


def measure(report: Report, folder: Path) -> None:
    """Fill an office with open cases, ask for each page as officers do, and set a letter."""
    settings = settings_for(folder / "cases")
    create_house(settings, SystemClock())
    perform(settings, SystemClock(), FillOffice(PASSWORD))
    house = open_house(settings, SystemClock())
    try:
        whole = _fill(house)
        _letter(report, house)
    finally:
        house.database.close()
    report.section(f"pages at {CASES:,} open cases, asked for over HTTP")
    with served(settings.folder) as running:
        url = f"http://127.0.0.1:{running.port}"
        for login, pages in _pages(whole).items():
            with Officer(url, login) as officer:
                officer.sign_in(PASSWORD)
                for name, path in pages.items():
                    _measure(report, running, name, partial(officer.fetch, path))
        with Officer(url, "setuju") as officer:
            officer.sign_in(PASSWORD)
            page = officer.open("/cases")
            for name, sought in SEARCHES.items():
                search_for = partial(officer.send, page, "/cases/search", {"q": sought})
                _measure(report, running, name, search_for)


def _measure(report: Report, running: Running, name: str, ask: Callable[[], object]) -> None:
    before = running.processor_s()
    seconds = [_timed(ask) for _ in range(ROUNDS)]
    used = 1000 * (running.processor_s() - before) / ROUNDS
    middle = report.rounds(name, [1000 * one for one in seconds], "ms")
    print(f"  of it processor time of the hub: {used:.0f} ms")
    report.at_most(f"{name} in ms", middle, 1000 * PAGE_S)


def _pages(whole: str) -> dict[str, dict[str, str]]:
    return {
        "setuju": {
            "work list, first page": "/cases",
            "work list, its tenth page": "/cases?page=10",
            "work list, late cases of a role": "/cases?role=approver&late=yes",
            "case page at step 6": f"/case/{whole}",
        },
        "supervisor": {"supervisor's page": "/supervisor", "supervisor's work list": "/cases"},
    }


SEARCHES = {
    "search by a name, 50 found": "ERIKSSON",
    "search by passport number": "P0000007",
    "search by register number": "R-0042/2026",
}


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _fill(house: House) -> str:
    """Insert open cases at every stage; return the one at step 6 that has all its values."""
    office, keyring = house.office_no, house.procedure.keyring
    whole = new_id()
    rows: dict[type, list[dict[str, object]]] = {
        model: [] for model in (Application, PersonalValue, StepRecord, SearchTerm, RegisterNumber)
    }
    for n in range(CASES):
        place = STAGES.index("6") if n == 0 else n % len(STAGES)
        case = Application(**_case(keyring, office, whole if n == 0 else new_id(), n, place))
        values = {"surname": FAMILIES[n % 5], "given_names": f"NAMA {n}"}
        values |= {"passport_number": f"P{n:07d}"}
        if n == 0:
            fields = house.procedure.sop.fields
            values |= {f.name: "2030-01-01" for f in fields if f.kind == "date"}
            values |= {f.name: "CONTOH" for f in fields if f.kind == "text"}
        rows[Application].append({c.name: getattr(case, c.name) for c in case.__table__.columns
                                  if getattr(case, c.name) is not None})  # fmt: skip
        rows[PersonalValue] += _values(keyring, case, values)
        rows[StepRecord] += list(_records(case, place))
        rows[SearchTerm] += _terms(keyring, case, values)
        if n < 100:
            rows[RegisterNumber].append(
                {"office": office, "year": 2026, "seq": n + 1, "number": f"R-{n:04d}/2026",
                 "application": case.id, "given_at": AT, "given_by": "x"}
            )  # fmt: skip
    with house.database.writing.begin() as connection:
        for model, values in rows.items():
            connection.execute(insert(model), values)
    return whole


def _case(keyring: Keyring, office: int, identity: str, n: int, place: int) -> dict[str, object]:
    key = keyring.wrap(keyring.new_data_key(), persons.key_place(office, identity))
    return {
        "office": office, "id": identity, "case_code": f"CTH-261123-{n:05d}-X",
        "sop": "IMI-GR.01.14-1111", "state": "RECEIVED", "position": STAGES[place],
        "purpose": "PEWARGANEGARAAN", "basis": "KELUARGA", "language": "id",
        "notice_version": "", "passport_source": "chip", "chip_access": "", "chip_verdict": "",
        "data_key": key, "passport_index": identity, "receipt_index": identity,
        "opened_at": AT, "received_at": AT, "moved_at": AT + timedelta(minutes=n % 5000),
        "promised_on": date(2026, 11, 1) + timedelta(days=n % 60), "revision": 1,
        "checklist_version": "",
    }  # fmt: skip


def _values(keyring: Keyring, case: Application, values: dict[str, str]) -> list[dict]:
    key = persons.data_key(keyring, case)
    return [
        {"office": case.office, "id": new_id(), "application": case.id, "field": field,
         "source": persons.OFFICER, "by": "x", "at": AT, "revision": 1,
         "sealed": persons.seal_text(key, case, f"person/{field}/{persons.OFFICER}", text)}
        for field, text in values.items()
    ]  # fmt: skip


def _records(case: Application, place: int) -> Iterator[dict[str, object]]:
    for step in STAGES[:place]:
        yield {"office": case.office, "id": new_id(), "application": case.id, "step": step,
               "touch_s": 240, "completed_at": AT, "completed_by": "x", "running_by": "",
               "completed_by_name": "Contoh"}  # fmt: skip


def _terms(keyring: Keyring, case: Application, values: dict[str, str]) -> list[dict]:
    family, number = values["surname"], values["passport_number"]
    starts = [family[:size] for size in range(search.SHORTEST, len(family) + 1)]
    terms = [(search.NAME, keyring.blind("search.name", start)) for start in starts]
    terms.append((search.NUMBER, keyring.blind("search.number", number)))
    return [
        {"office": case.office, "application": case.id, "kind": kind, "term": term}
        for kind, term in terms
    ]


def _letter(report: Report, house: House) -> None:
    report.section("the SKIM letter")
    held = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(held, "JPEG")
    words = Words(id="Kepala Kantor", en="Head of office")
    imprint = Imprint(case_code="CTH-1", paper_number="R-1", printed_at=AT, payload="LOKET:S:R-1",
                      short_code="R-1")  # fmt: skip
    letter = SkimLetter(
        imprint=imprint, number="R-1", route="5Y_CONSEC", purpose=words,
        full_name="Contoh", sex="F", birth_place="Contoh", birth_date="1 Januari 1980",
        nationality="UTO", passport_number="X1", passport_expiry=date(2032, 1, 1),
        permit="ITAP 1", permit_expiry=date(2030, 1, 1), address="Jalan Contoh 1",
        photo_jpeg=held.getvalue(),
        periods=(PermitPeriod(permit="ITAP", number="1", start=date(2020, 1, 1),
                              end=date(2026, 1, 1)),),
        issued_on=date(2026, 11, 23), signer=Signer(name="Contoh", nip="", capacity=words),
    )  # fmt: skip
    head = letterhead(house.procedure)
    compose.warm()
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        compose.compose(head, letter)
        seconds.append(time.perf_counter() - began)
    middle = report.rounds("SKIM letter as PDF/A", [1000 * one for one in seconds], "ms")
    report.at_most("SKIM letter as PDF/A in ms", middle, 1000 * PAPER_S)
