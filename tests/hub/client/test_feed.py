"""Following the feed: once, in order, through lost links."""

from contextlib import aclosing

import msgspec
import pytest

from hub.client import HubClient, Reset, follow
from hub.client.sse import Frame, FrameReader
from hub.errors import NotAuthenticated
from hub.wire import Event

pytestmark = pytest.mark.anyio


def frame(seq: int, kind: str = "ticket.issued") -> bytes:
    event = {
        "seq": seq,
        "at": "2026-11-23T02:00:00Z",
        "kind": kind,
        "v": 1,
        "audience": "public",
        "subject": "a" * 32,
    }
    data = msgspec.json.encode(event).decode()
    return f"id: {seq}\nevent: {kind}\ndata: {data}\n\n".encode()


def heartbeat(seq: int) -> bytes:
    return f"id: {seq}\n\n".encode()


@pytest.fixture
def answering(hub, monkeypatch):
    monkeypatch.setattr("hub.client.feed.FIRST_PAUSE_S", 0.02)  # time only: links really break
    return type(hub.script[0])


async def first(hub, count: int, after: int = 0, links: list | None = None) -> list:
    items: list[Event | Reset] = []
    on_link = links.append if links is not None else lambda _: None
    async with (
        HubClient(hub.url, "t") as client,
        aclosing(follow(client, after, on_link=on_link)) as feed,
    ):
        async for item in feed:
            items.append(item)
            if len(items) == count:
                break
    return items


async def test_events_come_in_order_from_the_asked_position(hub, answering):
    hub.answer(answering(stream=[frame(8), frame(9)], stay_open=True))

    items = await first(hub, 2, after=7)

    assert [item.seq for item in items] == [8, 9]
    assert hub.seen[0].query == "after=7"
    assert hub.seen[0].headers["last-event-id"] == "7"


async def test_a_lost_link_is_resumed_behind_the_last_event_without_repeats(hub, answering):
    links = []
    hub.answer(
        answering(stream=[frame(1), frame(2)]),
        answering(status=502, body=b"", media_type="text/html"),
        answering(stream=[frame(2), frame(3)], stay_open=True),
    )

    items = await first(hub, 3, links=links)

    assert [item.seq for item in items] == [1, 2, 3]
    assert [seen.headers["last-event-id"] for seen in hub.seen] == ["0", "2", "2"]
    assert links == [True, False, True]


async def test_a_heartbeat_moves_the_position_past_events_of_others(hub, answering):
    hub.answer(
        answering(stream=[frame(1), heartbeat(50)]),
        answering(stream=[frame(51)], stay_open=True),
    )

    items = await first(hub, 2)

    assert [item.seq for item in items] == [1, 51]
    assert hub.seen[1].headers["last-event-id"] == "50"


async def test_a_reset_is_handed_on_and_the_feed_goes_on_behind_it(hub, answering):
    reset = b"id: 20000\nevent: reset\ndata: {}\n\n"
    hub.answer(answering(stream=[reset, frame(20001)], stay_open=True))

    items = await first(hub, 2, after=3)

    assert items[0] == Reset(20000)
    assert items[1].seq == 20001


async def test_a_reset_may_lead_back_when_the_hub_was_restored(hub, answering):
    reset = b"id: 5\nevent: reset\ndata: {}\n\n"
    hub.answer(answering(stream=[reset, frame(6)], stay_open=True))

    items = await first(hub, 2, after=900)

    assert [item.seq for item in items] == [5, 6]


async def test_a_revoked_token_ends_the_feed(hub, answering):
    hub.answer(
        answering(stream=[frame(1)]),
        answering(
            status=401,
            body=b'{"title":"x","status":401,"code":"token_unknown"}',
            media_type="application/problem+json",
        ),
    )

    with pytest.raises(NotAuthenticated):
        await first(hub, 2)


async def test_a_silent_link_is_given_up(hub, answering, monkeypatch):
    monkeypatch.setattr("hub.client.door.FEED_SILENCE_S", 0.3)  # time only: the silence is real
    hub.answer(
        answering(stream=[frame(1)], stay_open=True),
        answering(stream=[frame(2)], stay_open=True),
    )

    items = await first(hub, 2)

    assert [item.seq for item in items] == [1, 2]


async def test_nonsense_on_the_feed_does_not_end_the_station(hub, answering):
    hub.answer(
        answering(stream=[b"id: 4\nevent: x\ndata: {not json\n\n"]),
        answering(stream=[frame(5)], stay_open=True),
    )

    items = await first(hub, 1)

    assert items[0].seq == 5


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_are_the_same_however_the_bytes_are_split(size):
    octets = (
        b": comment\n\nid: 1\nevent: a\ndata: x\ndata: y\n\nid: 2\r\n\r\ndata:nospace\n\nid: 3\nev"
    )
    reader = FrameReader()

    frames = [
        frame
        for start in range(0, len(octets), size)
        for frame in reader.feed(octets[start : start + size])
    ]

    assert frames == [Frame("1", "a", "x\ny"), Frame("2"), Frame(None, "", "nospace")]


def test_an_endless_line_is_refused():
    reader = FrameReader()

    with pytest.raises(ValueError, match="longer"):
        list(reader.feed(b"x" * 2_000_000))
