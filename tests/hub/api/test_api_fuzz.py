"""Every address of the hub's OpenAPI document, with requests that fit it and that do not.

The office is open and full, so that requests that fit also succeed; every answer must be what the
document promises: status, media type, headers and schema.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub import blobs, jobs
from hub.admin import CheckRecords, perform
from hub.clock import SystemClock
from hub.house import SYSTEM, open_house
from hub.settings import settings_for
from hub.web.api import commands_and_readings
from hub.web.api.schema import describe

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fuzz")]

EXAMPLES = 20
MORNING = "2026-11-24T09:00:00"
OF_KIOSKS = (
    "/tickets/offline", "/numbers/void", "/appointments/check-in", "/stations/me/alone",
    "/applications", "/printed",
)  # fmt: skip
OF_PROGRAMS = ("/appointments", "/roster", "/office/")
AS_PROMISED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

BEFORE = {"return": "absent", "resume": "park"}
NEEDS_A_CALL = {
    "absent", "finish", "park", "recall", "resume", "return", "start", "transfer", "undo", "why",
}  # fmt: skip

bounded = settings(
    max_examples=EXAMPLES,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)

DOCUMENT = describe(commands_and_readings)
ADDRESSES = sorted(
    (
        (method.upper(), path)
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
        if path != "/api/feed"  # never ends
    ),
    key=lambda one: (not one[1].startswith(("/api/blobs", "/api/jobs")), one),  # a deadline
)
COMMANDS = [one for one in ADDRESSES if one[0] == "POST" and one[1] != "/api/blobs"]


class MorningClock:
    """The instant at which the office was filled: just before the hub's practice clock."""

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 1, 59, tzinfo=UTC)


class FullOffice:
    """A hub with open counters, tickets in every state, and jobs for the agent at counter 1."""

    def __init__(self, hub, queued: list[str], printable: str) -> None:
        self.hub = hub
        self.agent = hub.station("agent", 1)
        sessions = (requests.Session() for _ in range(4))
        self.session, self.kiosk, self.program, self.nobody = sessions
        stations = (self.agent, hub.station("kiosk"), hub.station("program"))
        for session, station in zip(
            (self.session, self.kiosk, self.program), stations, strict=True
        ):
            session.headers["Authorization"] = station.http.headers["Authorization"]
        self.serials = itertools.count(1)
        self.schema = schemathesis.openapi.from_dict(
            self.agent.get("/api/schema/openapi.json").json()
        )
        self.schema.config.update(base_url=hub.url)
        # a body too large to be read is refused before its fields are looked at
        self.schema.config.checks.negative_data_rejection.expected_statuses.append("413")
        self.keys = (f"fuzz-{number:06d}" for number in itertools.count())
        self.queued = iter(queued)
        self.blob = printable
        self.visit = self.post("/tickets", {"service": "information"}).json()["visit"]
        for counter in (1, 3):
            self.post(f"/counters/{counter}/open", {})

    def post(self, path: str, body: object) -> requests.Response:
        answer = self.speaker(path).post(
            f"{self.hub.url}/api{path}", json=body, headers={"Idempotency-Key": next(self.keys)}
        )
        assert answer.ok, answer.text
        return answer

    def speaker(self, path: str) -> requests.Session:
        """Return the session of the station that may use `path`."""
        if path.endswith(OF_KIOSKS):
            return self.kiosk
        return self.program if path.removeprefix("/api").startswith(OF_PROGRAMS) else self.session

    def opening(self, path: str) -> dict[str, object] | None:
        """Return body fields with which a request about the office's opening succeeds."""
        today, soon = MORNING[:10], f"{MORNING[:10]}T10:30:00+07:00"
        if path.endswith(("/check-in", "/cancel")):
            booked = self.post("/appointments", {"service": "information", "at": soon})
            return {"code": booked.json()["code"]}
        if path.endswith("/resume"):
            texts = {"text_id": "Contoh berhenti", "text_en": "Sample stop"}
            self.post("/office/stop", {"scope": "numbers", **texts})
            return {}
        if path.endswith("/served-by-hand"):
            number = self.post("/tickets", {"service": "information"}).json()["number"]
            return {
                "numbers": number, "served_from": f"{today}T08:00:00+07:00",
                "served_to": self.agent.get("/api/office").json()["now"], "reason": "fuzz",
            }  # fmt: skip
        if path.endswith("/offline"):
            given = f"{today}T08:59:00+07:00"
            return {"service": "information", "serial": next(self.serials), "given_at": given,
                    "needs": [], "language": "id", "application": None}  # fmt: skip
        if path.endswith("/numbers/void"):
            serial = next(self.serials)
            return {"service": "information", "day": today, "first": serial, "last": serial}
        if path.endswith("/roster"):
            return {"entries": [{"counter": 1, "starts": "08:00", "ends": "12:00"}]}
        if path.endswith("/appointments"):
            return {"service": "information", "at": soon, "needs": [], "language": "id"}
        return None

    def asked(self) -> list[tuple[object, ...]]:
        """Return the events that somebody asked for; jobs expire unasked."""
        query = "SELECT seq, kind, actor, body FROM events WHERE actor NOT LIKE 'system:%'"
        with contextlib.closing(sqlite3.connect(self.hub.folder / "loket.db")) as database:
            return database.execute(query).fetchall()

    def free_counter(self) -> None:
        """End what counter 1 has."""
        counters = self.agent.get("/api/queue").json()["counters"]
        for one in counters:
            if one["counter"] == 1 and one["ticket"] is not None:
                self.post(f"/tickets/{one['ticket']['id']}/finish", {})
        self.post("/counters/1/open", {})

    def ticket(self, verb: str) -> str:
        """Return a ticket with which `verb` can be done."""
        ticket = self.post("/tickets", {"service": "information"}).json()["id"]
        if verb in NEEDS_A_CALL:
            self.free_counter()
            self.post("/counters/1/call-next", {"ticket": ticket, "reason": "fuzz"})
        if verb in BEFORE:
            self.post(f"/tickets/{ticket}/{BEFORE[verb]}", {})
        return ticket

    def job(self, verb: str) -> tuple[str, dict[str, object]]:
        """Return a job with which `verb` can be done, and the lease to name."""
        job = next(self.queued)
        if verb == "lease":
            return job, {}
        leased = self.post(f"/jobs/{job}/lease", {"boot": "fuzz"}).json()
        return job, {"boot": "fuzz", "fence": leased["fence"]}

    def fitting(self, path: str) -> tuple[dict[str, object], dict[str, object]]:
        """Return path parameters and body fields with which a request to `path` succeeds."""
        verb = path.rpartition("/")[2]
        if "{" not in path and (known := self.opening(path)) is not None:
            return {}, known
        if "{ticket}" in path:
            return {"ticket": self.ticket(verb)}, {
                "lane": "information", "counter": None,
                "segment": "general", "reason": "fuzz", "group": None,
            }  # fmt: skip
        if "{job}" in path:
            job, lease = self.job(verb)
            return {"job": job}, lease | {"blobs": []}
        if "{counter}" in path:
            self.free_counter()
            waiting = self.ticket("") if verb == "call-next" else None
            return {"counter": 1}, {
                "lanes": [], "ticket": waiting, "reason": "fuzz", "profile": None,
                "languages": [], "service": "information", "visit": self.visit,
                "language": "id", "needs": [], "application": None,
            }  # fmt: skip
        return {"blob": self.blob} if "{blob}" in path else {}, {
            "service": "information", "visit": self.visit, "application": None, "language": "id",
            "needs": [],
            "source": "typed", "document_number": "L898902C3", "birth_date": "1974-08-12",
            "expiry_date": "2031-04-15", "mrz": "", "chip": None,
        }  # fmt: skip

    def send(self, case: schemathesis.Case) -> Response:
        # a session's own token would stand in for the one that was made wrong
        session = self.nobody if wrong_part(case) == "Authorization" else self.speaker(case.path)
        if negated(case, ParameterLocation.HEADER):
            return case.call(session=session, timeout=30)
        case.headers = {**(case.headers or {}), "Idempotency-Key": next(self.keys)}
        response = case.call(session=session, timeout=30)
        if case.path.endswith("/office/stop") and response.status_code == 200:
            self.post("/office/resume", {})  # the others go on
        return response


def negated(case: schemathesis.Case, where: ParameterLocation) -> bool:
    component = case.meta.components.get(where) if case.meta else None
    return component is not None and component.mode == GenerationMode.NEGATIVE


def wrong_part(case: schemathesis.Case) -> str | None:
    """Return the parameter that was made wrong, None where nothing or something else was."""
    data = case.meta.phase.data if case.meta else None
    return getattr(data, "parameter", None)


def replace_known(body: object, known: dict[str, object]) -> object:
    """Put what the office knows in place of generated values of the same name."""
    if not isinstance(body, dict):
        return body
    return {
        name: known[name] if name in known else replace_known(value, known)
        for name, value in body.items()
    }


@pytest.fixture(scope="module")
def filled(folder: Path) -> tuple[list[str], str]:
    """Jobs and a file of a counter, put there before the hub starts."""
    house = open_house(settings_for(folder), MorningClock())
    writer = house.writer()
    stored = house.procedure.blobs.put(b"%PDF-1.7 a paper")

    def fill(tx) -> list[str]:
        blobs.register(tx, stored, "application/pdf")
        jobs.ask(tx, counter=1, kind="print_document", blob=stored.id)
        return [jobs.ask(tx, counter=1, kind="scan").id for _ in range(5 * EXAMPLES)]

    queued = writer.run_alone(fill, actor=SYSTEM)
    house.database.close()
    return queued, stored.id


@pytest.fixture(scope="module")
def office(filled, hub) -> Iterator[FullOffice]:
    opened = FullOffice(hub, *filled)
    yield opened
    for session in (opened.session, opened.kiosk, opened.program, opened.nobody):
        session.close()


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_request_that_fits_is_answered_as_promised(
    office: FullOffice, method: str, path: str
) -> None:
    operation = office.schema[path][method]
    seen = set()

    @bounded
    @given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        fitting=st.booleans(),
    )
    def meets(case: schemathesis.Case, fitting: bool) -> None:
        if fitting:
            places, known = office.fitting(path)
            case.path_parameters.update(places)
            case.body = replace_known(case.body, known)

        response = office.send(case)

        case.validate_response(response, checks=AS_PROMISED)
        seen.add(response.status_code)

    meets()
    assert seen & {200, 201, 204}, f"only refusals were seen: {seen}"


@pytest.mark.parametrize(("method", "path"), COMMANDS)
def test_a_request_that_does_not_fit_is_refused(office: FullOffice, method: str, path: str) -> None:
    operation = office.schema[path][method]
    before = office.asked()

    @bounded
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def meets(case: schemathesis.Case) -> None:
        response = office.send(case)

        case.validate_response(response, checks=[*AS_PROMISED, negative_data_rejection])

    meets()
    assert office.asked() == before


@pytest.mark.parametrize(("method", "path"), [one for one in ADDRESSES if "{" in one[1]])
def test_an_unknown_thing_is_not_found(office: FullOffice, method: str, path: str) -> None:
    operation = office.schema[path][method]
    statuses = set()

    @bounded
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def meets(case: schemathesis.Case) -> None:
        if "counter" in case.path_parameters:
            case.path_parameters["counter"] += 4  # there are four

        response = office.send(case)

        case.validate_response(response, checks=AS_PROMISED)
        statuses.add(response.status_code)

    meets()
    # an unknown file is nobody's: nothing is told of it
    assert statuses <= ({403} if "{blob}" in path else {404, 422})


def test_the_document_names_every_address(office: FullOffice) -> None:
    served = office.agent.get("/api/schema/openapi.json").json()

    assert served["paths"].keys() == DOCUMENT["paths"].keys()
    assert "/api/feed" in served["paths"]


# the last of this module
def test_after_all_that_the_records_are_sound(office: FullOffice) -> None:
    assert perform(settings_for(office.hub.folder), SystemClock(), CheckRecords()) == []
