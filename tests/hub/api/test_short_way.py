"""The two busiest commands are answered past the framework: nobody can tell by the answer."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest

TICKETS = "/api/tickets"
ISSUE = {"service": "information"}
# the framework's way takes any spelling of the media type, the short way only the usual one
LONG, SHORT = "application/json; charset=utf-8", "application/json"
ALWAYS_NEW = ("date", "content-length", "loket-seq")


@pytest.fixture(scope="module")
def program(hub) -> httpx.Client:
    client = hub.station("program").http
    assert client.get("/api/queue").status_code == 200  # its token is known then
    return client


def send(
    client: httpx.Client, path: str, body: object, media: str, key: str = ""
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": media, "Idempotency-Key": key or uuid.uuid4().hex}
    return client.post(path, content=content, headers=headers)


def look(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    headers = [(name.lower(), value) for name, value in answer.headers.multi_items()]
    assert len(headers) == len(dict(headers)), "a header stands twice"
    return answer.status_code, {n: v for n, v in headers if n not in ALWAYS_NEW}


def position(client: httpx.Client) -> int:
    return client.get("/api/queue").json()["seq"]


def test_a_ticket_is_answered_with_the_same_status_and_headers(program) -> None:
    short, long = (send(program, TICKETS, ISSUE, media) for media in (SHORT, LONG))

    assert look(short) == look(long)
    assert short.status_code == 201
    assert short.json().keys() == long.json().keys()
    assert int(long.headers["loket-seq"]) == int(short.headers["loket-seq"]) + 1


@pytest.mark.parametrize("ways", [(SHORT, LONG), (LONG, SHORT)])
def test_a_key_gives_the_same_answer_whichever_way_it_comes_again(program, ways) -> None:
    key = uuid.uuid4().hex
    first, again = (send(program, TICKETS, ISSUE, media, key) for media in ways)

    assert first.content == again.content
    assert first.headers["loket-seq"] == again.headers["loket-seq"]


@pytest.mark.parametrize("ways", [(SHORT, LONG), (LONG, SHORT)])
def test_a_key_is_refused_for_another_request_whichever_way_it_comes(program, ways) -> None:
    key = uuid.uuid4().hex
    first, other = ways
    send(program, TICKETS, ISSUE, first, key)

    reused = send(program, TICKETS, {"service": "skim"}, other, key)

    assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (TICKETS, {"service": "unknown"}),  # refused by the command
        (TICKETS, {"service": "information", "application": "nobody's"}),
        (TICKETS, {"service": 7}),  # refused by the form of the body
        (TICKETS, {}),
        (TICKETS, b"{"),
        (TICKETS, b""),
        (TICKETS, b"[" * 5000),
        (TICKETS, {"service": "information", "extra": 1}),
        ("/api/counters/999/call-next", {}),
        ("/api/counters/2/call-next", {}),  # closed
        ("/api/counters/2/call-next", {"ticket": "0" * 32}),
        ("/api/counters/02/call-next", {}),
        ("/api/counters/99999999999999999999/call-next", {}),
        ("/api/counters/two/call-next", {}),
    ],
)
def test_a_refusal_has_the_same_words_and_headers_and_changes_nothing(
    program, path: str, body: object
) -> None:
    before = position(program)

    short, long = (send(program, path, body, media) for media in (SHORT, LONG))

    assert short.status_code >= 400
    assert look(short) == look(long)
    assert short.json() == long.json()
    assert position(program) == before


def test_calling_is_answered_the_same_with_somebody_and_with_nobody(hub, program) -> None:
    desk = hub.station("agent", 1)
    assert desk.post("/api/counters/1/open", {}).status_code == 200
    path, answers = "/api/counters/1/call-next", {}
    for media in (SHORT, LONG):
        while (called := send(program, path, {}, media)).status_code == 200:
            desk.post(f"/api/tickets/{called.json()['id']}/finish", {"outcome": "done"})
        assert called.content == b""
        answers["nobody", media] = called
        send(program, TICKETS, ISSUE, media)
        answers["somebody", media] = send(program, path, {}, media)
        ticket = answers["somebody", media].json()["id"]
        desk.post(f"/api/tickets/{ticket}/finish", {"outcome": "done"})

    for whom, status in (("nobody", 204), ("somebody", 200)):
        assert look(answers[whom, SHORT]) == look(answers[whom, LONG])
        assert answers[whom, SHORT].status_code == status


def test_without_a_valid_token_or_key_it_is_refused_as_everywhere(hub, program) -> None:
    before = position(program)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    nobody = httpx.post(f"{hub.url}{TICKETS}", json=ISSUE, headers=key)
    stranger = httpx.post(
        f"{hub.url}{TICKETS}", json=ISSUE, headers=key | {"Authorization": "Bearer unknown"}
    )
    scheme = program.headers["Authorization"].replace("Bearer ", "Basic ")
    basic = program.post(TICKETS, json=ISSUE, headers=key | {"Authorization": scheme})
    keyless = program.post(TICKETS, json=ISSUE)
    short_key = program.post(TICKETS, json=ISSUE, headers={"Idempotency-Key": "short"})

    assert [one.status_code for one in (nobody, stranger, basic)] == [401, 401, 401]
    assert [one.json()["code"] for one in (keyless, short_key)] == ["key_missing", "key_missing"]
    assert position(program) == before


def test_another_media_type_and_a_huge_body_are_refused_as_everywhere(program) -> None:
    before = position(program)

    text = send(program, TICKETS, ISSUE, "text/plain")
    huge = send(program, TICKETS, b'{"service":"' + b"a" * 2_000_000 + b'"}', SHORT)

    assert (text.status_code, text.json()["code"]) == (415, "media_type")
    assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")
    assert position(program) == before
