"""From the kiosk's request to the waiting room's display: one number, one sequence, no polling."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue

import httpx
from living_hub import LivingHub, key


def test_a_called_number_comes_to_the_display_by_its_stream(
    living: Callable[..., LivingHub],
) -> None:
    hub = living()
    with hub.client() as client:
        client.post("/api/counters/1/open", json={}, headers=key()).raise_for_status()
        page = httpx.get(f"{hub.url}/display")
        shown: SimpleQueue[tuple[int, str]] = SimpleQueue()
        listening = threading.Thread(target=_listen, args=(hub.url, shown), daemon=True)
        listening.start()
        ticket = _post(client, "/api/tickets", {"service": "information"})
        called = client.post("/api/counters/1/call-next", json={}, headers=key())

        seq = int(called.headers["Loket-Seq"])
        *_, (position, board) = _until(shown, seq)

    assert called.json()["id"] == ticket["id"]
    assert str(ticket["number"]) not in page.text
    assert position >= seq  # what comes in the same moment is drawn with it
    assert str(ticket["number"]) in board
    assert "<script" not in board


def test_the_feed_tells_the_same_in_the_same_order(living: Callable[..., LivingHub]) -> None:
    hub = living()
    with hub.client() as client:
        client.post("/api/counters/1/open", json={}, headers=key()).raise_for_status()
        ticket = _post(client, "/api/tickets", {"service": "information"})
        client.post("/api/counters/1/call-next", json={}, headers=key()).raise_for_status()
        _post(client, f"/api/tickets/{ticket['id']}/start", {})
        _post(client, f"/api/tickets/{ticket['id']}/finish", {"outcome": "done"})

    told = [event for event in hub.events() if event["subject"] == ticket["id"]]
    assert [event["kind"] for event in told] == [
        "ticket.issued",
        "ticket.called",
        "ticket.started",
        "ticket.finished",
    ]


def _post(client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, object]:
    answer = client.post(path, json=body, headers=key())
    answer.raise_for_status()
    told: dict[str, object] = answer.json()
    return told


def _listen(url: str, shown: SimpleQueue[tuple[int, str]]) -> None:
    """Follow the display's stream from the beginning, as a screen that was off does."""
    position, kind, lines = 0, "", list[str]()
    following = httpx.stream("GET", f"{url}/stream/display?after=0", timeout=60)
    with suppress(httpx.TransportError), following as answer:  # the hub ends with the test
        for line in answer.iter_lines():
            name, _, text = line.partition(": ")
            if name == "id":
                position, kind, lines = int(text), "", []
            elif name == "event":
                kind = text
            elif name == "data":
                lines.append(text)
            elif not line and kind == "fragment":
                shown.put((position, "\n".join(lines)))


def _until(shown: SimpleQueue[tuple[int, str]], seq: int) -> Iterator[tuple[int, str]]:
    position = 0
    while position < seq:
        position, fragment = shown.get(timeout=60)
        yield position, fragment
