"""Requests that are wrong in every way a program gets them wrong: named, explained, no effect."""

from __future__ import annotations

import uuid

import httpx
import msgspec
import pytest

from hub import wire
from hub.admin import AddOfficer, perform
from hub.clock import SystemClock
from hub.settings import settings_for
from hub.web.api import commands_and_readings
from hub.web.api.description import KEY
from hub.web.bodies import MOST_FAULTS
from hub.web.commanding import JSON
from hub.wire import MEDIA_PROBLEM, Problem, Wire

TICKETS = "/api/tickets"
PASSPORT = {
    "source": "typed", "document_number": "L898902C3", "birth_date": "1974-08-12",
    "expiry_date": "2031-04-15",
}  # fmt: skip


class Program:
    """A program that sends any bytes, and sees whether anything happened."""

    def __init__(self, hub) -> None:
        self.http = hub.station("program").http
        self.before = self.position()

    def position(self) -> int:
        return self.http.get("/api/queue").json()["seq"]

    def send(self, content: bytes, path: str = TICKETS, media: str = JSON) -> httpx.Response:
        headers = {"Content-Type": media, "Idempotency-Key": uuid.uuid4().hex}
        return self.http.post(path, content=content, headers=headers)

    def refused(self, answer: httpx.Response, status: int, code: str) -> Problem:
        """Check that the answer explains itself in two languages and that nothing was done."""
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert answer.headers["content-type"] == MEDIA_PROBLEM
        problem = msgspec.json.decode(answer.content, type=Problem)
        assert problem.status == status
        assert problem.detail
        assert problem.detail_id
        assert problem.detail != problem.detail_id
        assert self.position() == self.before
        return problem


@pytest.fixture
def program(hub) -> Program:
    return Program(hub)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'service': 'skim'}",
        b'{"service": "skim"} and more',
        b'{"service": "sk\xffim"}',
        b'{"service": "\\ud800"}',
        b'{"colour": ' + b"[" * 100_000,
        b'{"service": NaN}',
    ],
)
def test_what_is_no_json_is_malformed(program: Program, body: bytes) -> None:
    problem = program.refused(program.send(body), 422, "json_malformed")

    assert [fault.field for fault in problem.fields] == ["body"]


@pytest.mark.parametrize("body", [b"[]", b"null", b'"skim"', b"7", b"[" * 100_000])
def test_a_body_that_is_no_object_says_so(program: Program, body: bytes) -> None:
    answer = program.send(body)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"body_invalid", "json_malformed"}
    assert answer.json()["fields"][0]["field"] == "body"
    assert program.position() == program.before


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (TICKETS, {"service": "skim", "colour": "red"}, ["colour"]),
        (TICKETS, {"service": 7, "segment": "GOLD!", "x": 1}, ["service", "segment", "x"]),
        (TICKETS, {"service": "a" * 41}, ["service"]),
        (TICKETS, {"service": "skim\n"}, ["service"]),
        (TICKETS, {"service": "skim", "needs": ["wheelchair"] * 9}, ["needs"]),
        (TICKETS, {"service": "skim", "needs": ["wheelchair", 3]}, ["needs[1]"]),
        (TICKETS, {"service": "skim", "visit": "../../etc/passwd"}, ["visit"]),
        (TICKETS, {"service": "skim", "application": "CTH\x00"}, ["application"]),
        ("/api/counters/1/pause", {"reason": "salat\x1b[2J"}, ["reason"]),
        ("/api/counters/1/pause", {"reason": "x" * 301}, ["reason"]),
        ("/api/counters/1/open", {"lanes": ["a"] * 41}, ["lanes"]),
        ("/api/applications", {"passport": {}}, [
            "passport.source", "passport.document_number", "passport.birth_date",
            "passport.expiry_date"]),
        ("/api/applications", {"passport": PASSPORT | {"eyes": "blue"}}, ["passport.eyes"]),
        ("/api/applications", {"passport": PASSPORT | {"surname": "A\x00B"}}, ["passport.surname"]),
        ("/api/applications", {"passport": PASSPORT, "phone": "call me"}, ["phone"]),
        ("/api/applications", {"passport": PASSPORT | {
            "chip": {"access": "BAC", "files": {"../x": ""}}}}, ["passport.chip.files"]),
        (f"/api/tickets/{'0' * 32}/transfer", {"counter": 100}, ["counter"]),
        (f"/api/tickets/{'0' * 32}/transfer", {"counter": "1"}, ["counter"]),
        (f"/api/jobs/{'0' * 32}/progress",
         {"boot": "b", "fence": 2**31, "done": -1, "total": 1.5}, ["fence", "done", "total"]),
        ("/api/stations/me/report", {"boot": "b", "version": "1", "devices": [
            {"role": "scanner", "address": "x", "lamp": "green"}]}, ["devices[0].lamp"]),
    ],
)  # fmt: skip
def test_every_faulty_field_is_named_with_its_remedy(
    program: Program, path: str, body: object, fields: list[str]
) -> None:
    problem = program.refused(program.send(msgspec.json.encode(body), path), 422, "body_invalid")

    assert [fault.field for fault in problem.fields] == fields
    assert all(" / " in fault.message for fault in problem.fields)


def test_what_was_sent_is_not_repeated_in_the_refusal(program: Program) -> None:
    secret = "ERIKSSON ANNA"
    body = {"passport": PASSPORT | {"source": secret, "sex": secret, "nationality": secret}}

    answer = program.send(msgspec.json.encode(body), "/api/applications")

    assert answer.status_code == 422
    assert secret not in answer.text


def test_a_thousand_unknown_fields_make_a_short_answer(program: Program) -> None:
    body = msgspec.json.encode({f"field{n}": n for n in range(1000)})

    problem = program.refused(program.send(body), 422, "body_invalid")

    assert len(problem.fields) == MOST_FAULTS


def test_a_body_of_ten_megabytes_is_too_large(program: Program) -> None:
    body = b'{"service": "' + b"x" * 10_000_000 + b'"}'

    problem = program.refused(program.send(body), 413, "body_too_large")

    assert [(one.field, one.code) for one in problem.fields] == [("body", "too_large")]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_another_media_type_is_no_command(program: Program, media: str) -> None:
    program.refused(program.send(b'{"service":"skim"}', media=media), 415, "media_type")


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "has a space", "k\u00fcnstlich-1"])
def test_a_command_needs_a_key_of_its_own(program: Program, key: str) -> None:
    headers = {"Content-Type": JSON, "Idempotency-Key": key.encode()}

    answer = program.http.post(TICKETS, content=b'{"service":"skim"}', headers=headers)

    program.refused(answer, 422, "key_missing")


@pytest.mark.parametrize("ticket", ["a%00b", "%0a", "x" * 500, "nobody", "..%2f..%2fetc"])
def test_an_id_that_cannot_be_is_not_found(program: Program, ticket: str) -> None:
    answer = program.http.get(f"/api/tickets/{ticket}")

    assert answer.status_code == 404
    assert answer.json()["code"] in {"ticket_unknown", "path_unknown"}


def test_a_counter_is_a_number_within_reason(program: Program) -> None:
    for counter in ("one", "-1", "0", "1.5", "9" * 5000):
        answer = program.send(b"{}", f"/api/counters/{counter}/open")

        assert answer.status_code == 404


def test_nobody_unqualified_is_planned_without_a_supervisors_reason(hub, program: Program) -> None:
    settings = settings_for(hub.folder)
    perform(
        settings, SystemClock(), AddOfficer("siti", "Contoh Siti", ["counter_officer"], "-" * 12)
    )
    shift = {"counter": 1, "starts": "08:00", "ends": "12:00", "officer": "siti"}
    plan = {"day": "2026-11-23", "entries": [shift]}
    program.before = program.position()

    answer = program.send(msgspec.json.encode(plan), "/api/roster")
    problem = program.refused(answer, 422, "roster_reason")
    reasoned = program.send(msgspec.json.encode(plan | {"reason": "Menggantikan"}), "/api/roster")

    assert [one.field for one in problem.fields] == ["entries[0].officer", "reason"]
    assert reasoned.json()["entries"][0]["officer"] == "siti"


def test_a_stranger_is_told_how_to_show_who_they_are(hub) -> None:
    refused = httpx.get(f"{hub.url}/api/queue", headers={"Authorization": "Basic eDp5"})

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_method_is_told_the_right_ones(program: Program) -> None:
    answer = program.http.put("/api/tickets", content=b"{}", headers={"Content-Type": JSON})

    program.refused(answer, 405, "method_unknown")
    assert "POST" in answer.headers["allow"]


def test_the_feed_takes_only_sequence_numbers(program: Program) -> None:
    program.refused(program.http.get("/api/feed?after=yesterday"), 422, "position_invalid")


def test_no_answer_may_be_sniffed_or_kept(program: Program) -> None:
    for answer in (program.http.get("/api/queue"), program.http.get("/api/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


# ── every field of every request has its bounds ──────────────────────────────

REQUESTS = sorted(
    {handler.opt[KEY].body for handler in commands_and_readings} - {None},
    key=lambda kind: kind.__name__,
)


def unbounded(schema: object, place: str) -> list[str]:
    """Return the places in a JSON schema where a value may grow without end."""
    if isinstance(schema, list):
        return [one for n, part in enumerate(schema) for one in unbounded(part, f"{place}/{n}")]
    if not isinstance(schema, dict):
        return []
    if schema.get("format") in ("date", "date-time"):
        return []  # parsed strictly: at most as long as an instant can be written
    wanted = {
        "string": {"maxLength"} if "contentEncoding" in schema else {"maxLength", "pattern"},
        "array": {"maxItems"},
        "integer": {"minimum", "maximum"},
        "number": {"minimum", "maximum"},
        "object": set() if schema.get("additionalProperties") is False else {"maxProperties"},
    }
    lacking = wanted.get(schema.get("type", ""), set()) - schema.keys()
    inner = [one for key, part in schema.items() for one in unbounded(part, f"{place}/{key}")]
    return [f"{place}: {key}" for key in sorted(lacking)] + inner


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_request_is_bounded(kind: type[Wire]) -> None:
    assert unbounded(msgspec.json.schema(kind), kind.__name__) == []


def test_a_device_may_say_anything_and_its_report_still_fits() -> None:
    said = "paper\x00jam\n" * 200

    report = wire.DeviceReport(
        role="scanner", address="sane:test:0", lamp="down", detail=said, model=said, serial=said
    )

    assert msgspec.json.decode(msgspec.json.encode(report), type=wire.DeviceReport) == report
