"""The REST interface as programs meet it, against a hub process."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hub.demo.processes import loket, run
from hub.web.api import commands_and_readings
from hub.web.api.schema import describe

DOCUMENT = describe(commands_and_readings)
TABLE = Path(__file__).parents[3] / "docs" / "api.md"
KINDS = ("kiosk", "agent", "program")
SOMETHING = {"{counter}": "1", "{ticket}": "0" * 32, "{job}": "0" * 32, "{blob}": "0" * 32,
             "{role}": "camera"}  # fmt: skip


def test_without_a_token_nothing_is_told(hub) -> None:
    refused = httpx.get(f"{hub.url}/api/queue")

    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "token_unknown"


def test_a_ticket_is_issued_and_its_retry_is_the_same(hub) -> None:
    kiosk = hub.station("kiosk")

    first = kiosk.post("/api/tickets", {"service": "skim"}, key="first-ticket")
    again = kiosk.post("/api/tickets", {"service": "skim"}, key="first-ticket")

    assert first.status_code == again.status_code == 201
    assert first.json()["number"].startswith("A-")
    assert again.content == first.content
    assert again.headers["loket-seq"] == first.headers["loket-seq"]


def test_the_key_of_another_request_is_refused(hub) -> None:
    kiosk = hub.station("kiosk")
    kiosk.post("/api/tickets", {"service": "skim"}, key="other-ticket")

    refused = kiosk.post("/api/tickets", {"service": "information"}, key="other-ticket")

    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": "skim", "colour": "red"}, "colour"),
        ({}, "service"),
        ({"service": 7}, "service"),
        ({"service": "visa"}, "service"),
        ({"service": "skim", "language": "xx"}, "language"),
        ({"service": "skim", "application": "NOSUCH"}, "application"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(hub, body, field) -> None:
    kiosk = hub.station("kiosk")
    before = kiosk.get("/api/queue").json()

    refused = kiosk.post("/api/tickets", body)

    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == field
    assert kiosk.get("/api/queue").json()["seq"] == before["seq"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("BDG-261123-0001-L", "case_other_office"),
        ("bdg2611230001l", "case_other_office"),
        ("BDG-261123-0001-M", "case_unknown"),  # a wrong check character names no office
        ("CTH-261123-0099-A", "case_unknown"),
    ],
)
def test_the_code_of_another_offices_case_is_told_apart_from_a_wrong_one(hub, code, told) -> None:
    kiosk = hub.station("kiosk")

    refused = kiosk.post("/api/tickets", {"service": "payment", "application": code})

    assert (refused.status_code, refused.json()["code"]) == (422, told)


def test_a_call_goes_to_the_longest_waiting_and_says_why(hub) -> None:
    kiosk = hub.station("kiosk")
    desk = hub.station("program")
    first = kiosk.post("/api/tickets", {"service": "stay_permit"}).json()
    kiosk.post("/api/tickets", {"service": "stay_permit"})
    desk.post("/api/counters/1/open", {"lanes": ["stay_permit"]})

    called = desk.post("/api/counters/1/call-next", {})

    assert called.json()["id"] == first["id"]
    why = desk.get(f"/api/tickets/{first['id']}/why").json()
    assert [one["number"] for one in why["candidates"] if one["chosen"]] == [first["number"]]


def test_nobody_waiting_is_204(hub) -> None:
    desk = hub.station("program")
    desk.post("/api/counters/3/open", {"lanes": ["citizen_passport"]})

    assert desk.post("/api/counters/3/call-next", {}).status_code == 204


def test_a_file_is_stored_and_only_its_job_may_read_it(hub) -> None:
    agent = hub.station("agent", 1)

    stored = agent.http.post(
        "/api/blobs",
        content=b"\x89PNG picture",
        headers={"Content-Type": "image/png", "Idempotency-Key": "picture-1"},
    )

    assert stored.status_code == 201
    assert agent.get(f"/api/blobs/{stored.json()['id']}").status_code == 403


def test_a_station_reports_its_devices(hub) -> None:
    agent = hub.station("agent", 1)
    device = {"role": "scanner", "address": "sane:test:0", "lamp": "ready"}

    said = agent.post(
        "/api/stations/me/report", {"boot": "b1", "version": "1", "devices": [device]}
    )

    assert said.status_code == 204
    assert agent.get("/api/stations/me").json()["counter"] == 1


def test_the_feed_resumes_where_it_was_left(hub) -> None:
    kiosk = hub.station("kiosk")
    desk = hub.station("program")
    start = kiosk.get("/api/queue").json()["seq"]
    for _ in range(3):
        kiosk.post("/api/tickets", {"service": "information"})

    def read(last: int, count: int) -> list[int]:
        seqs = []
        with desk.http.stream("GET", "/api/feed", headers={"Last-Event-ID": str(last)}) as lines:
            event = ""
            for line in lines.iter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                if line.startswith("id: "):
                    last = int(line[4:])
                if not line and event:
                    seqs.append(last)
                    event = ""
                if len(seqs) == count:
                    return seqs
        return seqs

    first = read(start, 1)
    rest = read(first[0], 2)

    assert first[0] < rest[0] < rest[1]


def test_the_interface_describes_itself(hub) -> None:
    described = httpx.get(f"{hub.url}/api/schema/openapi.json").json()

    assert "/api/tickets" in described["paths"]
    assert "/api/counters/{counter}/call-next" in described["paths"]


def table() -> dict[str, set[str]]:
    """Return, by address as the docs write it, the kinds that may use it."""
    found: dict[str, set[str]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        addresses = re.findall(r"`((?:GET|POST|PUT) [^`]+)`", line)
        if line.startswith("|") and addresses:
            cells = [cell.strip() for cell in line.strip("|").split("|")][1:]
            may = {kind for kind, cell in zip(KINDS, cells, strict=True) if cell == "yes"}
            found |= dict.fromkeys(addresses, may)
    return found


@pytest.fixture(scope="module")
def stations(hub) -> dict[str, httpx.Client]:
    known = {kind: hub.station(kind, 1 if kind == "agent" else None).http for kind in KINDS}
    for client in known.values():
        assert client.get("/api/queue").status_code == 200  # its token is known from now on
    return known


def ask(client: httpx.Client, address: str, **headers: str) -> httpx.Response:
    method, _, path = address.partition(" ")
    for name, value in SOMETHING.items():
        path = path.replace(name, value)
    body = None if method == "GET" else {}
    return client.request(method, f"/api/{path}", headers=headers, json=body)


def test_the_table_of_the_docs_names_every_address() -> None:
    offered = {
        f"{method.upper()} {path.removeprefix('/api/')}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }

    assert table().keys() - {"PUT previews/{role}"} == offered


@pytest.mark.parametrize("address", [one for one in table() if one != "GET feed"])
def test_an_address_takes_the_tokens_that_the_table_marks(stations, address: str) -> None:
    may = table()[address]

    # without its key no command changes anything where it is let in
    answers = {kind: ask(stations[kind], address) for kind in KINDS}

    refused = {kind for kind, told in answers.items() if told.json().get("code") == "station_kind"}
    assert refused == set(KINDS) - may
    assert all(answers[kind].status_code == 403 for kind in refused)


def test_the_openapi_document_says_the_same() -> None:
    told = {
        f"{method.upper()} {path.removeprefix('/api/')}": set(operation["x-station-kinds"])
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }

    assert told == {one: may for one, may in table().items() if not one.startswith("PUT")}


def test_a_kiosk_calls_nobody_by_the_short_way_either(stations) -> None:
    before = stations["program"].get("/api/queue").json()["seq"]
    call = "POST counters/{counter}/call-next"

    refused = ask(stations["kiosk"], call, **{"Idempotency-Key": "a-kiosk-calls"})

    assert (refused.status_code, refused.json()["code"]) == (403, "station_kind")
    assert "kios" in refused.json()["detail_id"]
    assert "counter" in refused.json()["detail"]
    assert stations["program"].get("/api/queue").json()["seq"] == before


def refused(folder: Path, *options: str) -> str:
    """Start a hub that must not start; return what it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "hub.command", "hub", "serve", "--data", str(folder), "--port", "0",
         *options],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_station_admitted_anew_is_the_same_one_and_its_old_token_is_dead(hub) -> None:
    before, after = hub.station("kiosk", name="hall"), hub.station("kiosk", name="hall")

    refused, me = before.get("/api/stations/me"), after.get("/api/stations/me")

    assert (refused.status_code, refused.json()["code"]) == (401, "token_unknown")
    assert me.json()["name"] == "hall"
    assert me.json()["series"] is not None


@pytest.mark.parametrize("ended_by", ["loket hub token --revoke", "another token of that name"])
def test_a_stream_ends_with_its_token(hub, ended_by: str) -> None:
    lost, other = hub.station("program", name="lobby"), hub.station("program")
    series = hub.station("kiosk", name="door").get("/api/stations/me").json()["series"]

    with lost.http.stream("GET", "/api/feed?after=0") as feed, other.follow() as still_open:
        frames = feed.iter_lines()
        next(frames)
        if ended_by.endswith("--revoke"):
            run("revoke", loket("hub", "token", "--data", hub.folder, "--program", "lobby",
                                "--revoke"))  # fmt: skip
        else:
            hub.station("program", name="lobby")
        list(frames)  # the hub ends it: else this would wait for ever
        other.post("/api/tickets", {"service": "skim"})
        told = next(line for line in still_open if line == "event: ticket.issued")

    assert lost.get("/api/feed").status_code == 401
    assert told
    assert hub.station("kiosk", name="door").get("/api/stations/me").json()["series"] == series


def test_a_station_that_is_not_known_cannot_be_revoked(hub) -> None:
    hub.station("kiosk", name="hall")

    done = subprocess.run(
        loket("hub", "token", "--data", hub.folder, "--kiosk", "nowhere", "--revoke"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "hall" in done.stderr


@pytest.mark.parametrize("position", ["-1", "x", "1" * 19, "9" * 5000, "%FF"])
def test_a_position_that_is_no_number_of_ours_is_refused(hub, position: str) -> None:
    refused = hub.station("program").get(f"/api/feed?after={position}")

    assert (refused.status_code, refused.json()["code"]) == (422, "position_invalid")


def test_plain_is_refused_beyond_loopback(folder) -> None:
    assert "--plain" in refused(folder, "--host", "0.0.0.0", "--plain")


def test_two_hubs_on_one_folder_are_refused(hub) -> None:
    assert "lock" in refused(hub.folder, "--plain")


# the last of this module: it ends the hub
def test_sigterm_with_open_streams_ends_cleanly(hub) -> None:
    desk = hub.station("program")
    with desk.http.stream("GET", "/api/feed"):
        hub.process.terminate()
        assert hub.process.wait(timeout=60) == 0
    assert "Traceback" not in hub.process.stderr.read()
