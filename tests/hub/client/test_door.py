"""What the hub answers becomes a value or an error the caller can act on."""

import subprocess
import sys

import msgspec
import pytest

from hub import errors, wire
from hub.client import HubClient, Unreachable

pytestmark = pytest.mark.anyio

TICKET = {
    "id": "a" * 32,
    "number": "S001",
    "service": "skim",
    "lane": "skim",
    "state": "waiting",
    "segment": "general",
    "needs": [],
    "language": "id",
    "issued_at": "2026-11-23T02:00:00Z",
    "visit": "b" * 32,
    "invented_later": 7,
}


def problem(conftest_answer, status, code):
    body = wire.Problem(
        title="x",
        status=status,
        code=code,
        detail="english",
        detail_id="indonesia",
        fields=[wire.FieldFault(field="service", code="unknown")],
    )
    return conftest_answer(
        status=status, body=msgspec.json.encode(body), media_type=wire.MEDIA_PROBLEM
    )


@pytest.fixture
def answering(hub):
    return type(hub.script[0])


async def test_a_command_carries_token_key_and_json_and_returns_the_ticket(hub, answering):
    hub.answer(
        answering(status=201, body=msgspec.json.encode(TICKET), headers={wire.SEQ_HEADER: "41"})
    )

    async with HubClient(hub.url, "secret") as client:
        ticket = await client.issue_ticket(wire.IssueTicket(service="skim"), key="k1")
        seq = client.last_seq

    [seen] = hub.seen
    assert (seen.method, seen.path) == ("POST", "/api/tickets")
    assert seen.headers["authorization"] == "Bearer secret"
    assert seen.headers["idempotency-key"] == "k1"
    assert seen.headers["content-type"] == "application/json"
    assert msgspec.json.decode(seen.body)["service"] == "skim"
    assert ticket.number == "S001"
    assert seq == 41


async def test_nobody_waiting_is_a_value(hub, answering):
    hub.answer(answering(status=204, body=b""))

    async with HubClient(hub.url, "t") as client:
        called = await client.call_next(3, key="k")

    assert called is None
    assert hub.seen[0].path == "/api/counters/3/call-next"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.NotAuthenticated),
        (403, errors.NotAllowed),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (422, errors.BadInput),
        (503, errors.Busy),
        (415, errors.BadInput),
    ],
)
async def test_a_refusal_keeps_its_code_words_and_fields(hub, answering, status, kind):
    hub.answer(problem(answering, status, "some_code"))

    async with HubClient(hub.url, "t") as client:
        with pytest.raises(kind) as refused:
            await client.queue()

    assert refused.value.code == "some_code"
    assert (refused.value.en, refused.value.id) == ("english", "indonesia")
    assert [fault.field for fault in refused.value.fields] == ["service"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_broken_hub_is_unreachable_not_a_refusal(hub, answering, status):
    hub.answer(answering(status=status, body=b"<html>", media_type="text/html"))

    async with HubClient(hub.url, "t") as client:
        with pytest.raises(Unreachable) as error:
            await client.me()

    assert error.value.code == "failed"


async def test_an_answer_of_another_shape_is_unreachable_and_not_quoted(hub, answering):
    hub.answer(answering(body=b'{"surname": "ERIKSSON"}'))

    async with HubClient(hub.url, "t") as client:
        with pytest.raises(Unreachable) as error:
            await client.me()

    assert "ERIKSSON" not in str(error.value)


async def test_a_closed_port_is_unreachable():
    async with HubClient("http://127.0.0.1:9", "t") as client:
        with pytest.raises(Unreachable) as error:
            await client.office()

    assert error.value.code == "refused"


async def test_a_hub_that_never_answers_is_unreachable_in_time(hub, answering, monkeypatch):
    monkeypatch.setattr("hub.client.door.BLOB_S", 0.3)  # time only: the link and its end are real
    hub.answer(answering(never=True))

    async with HubClient(hub.url, "t") as client:
        with pytest.raises(Unreachable) as error:
            await client.get_blob("a" * 32)

    assert error.value.code == "timeout"


async def test_a_file_goes_up_raw_and_comes_down_raw(hub, answering):
    stored = {"id": "c" * 32, "sha256": "d" * 64, "size": 4}
    hub.answer(
        answering(status=201, body=msgspec.json.encode(stored)),
        answering(body=b"\x00\x01", media_type="application/pdf"),
    )

    async with HubClient(hub.url, "t") as client:
        blob = await client.put_blob(b"\x89PNG", "image/png", key="k")
        content = await client.get_blob(blob.id)

    assert hub.seen[0].headers["content-type"] == "image/png"
    assert hub.seen[0].body == b"\x89PNG"
    assert content == b"\x00\x01"


async def test_after_a_move_the_hub_is_asked_at_its_new_address(hub, answering):
    hub.answer(
        answering(
            body=msgspec.json.encode(
                {**TICKET, "name": "k", "kind": "kiosk", "counter": None, "seq": 1}
            )
        )
    )

    async with HubClient("http://127.0.0.1:9", "t") as client:
        client.move_to(hub.url)
        me = await client.me()

    assert me.kind == "kiosk"


def test_the_door_loads_neither_database_nor_web_framework():
    program = (
        "import sys, hub.client\n"
        "bad = {'sqlalchemy', 'litestar', 'alembic', 'kivy'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 0)"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert ended.returncode == 0, ended.stderr.decode()
