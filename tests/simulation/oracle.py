"""What must be true of an office's day, told from its events alone and not by the hub's code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, text

# kind of event: the states a ticket may be in before it, and the state after it
MOVES = {
    "ticket.called": ({"waiting"}, "called"),
    "ticket.started": ({"called"}, "serving"),
    "ticket.absent": ({"called"}, "absent"),
    "ticket.returned": ({"absent"}, "waiting"),
    "ticket.transferred": ({"called", "serving"}, "waiting"),
    "ticket.parked": ({"called", "serving"}, "parked"),
    "ticket.released": ({"waiting"}, "waiting"),
    "ticket.given_back": ({"waiting"}, "ended"),
    "ticket.finished": ({"called", "serving"}, "finished"),
}


def impossible_events(connection: Connection) -> list[str]:
    """Return every event that could not happen to its ticket or at its counter then."""
    findings: list[str] = []
    states: dict[str, str] = {}
    at_counter: dict[int, str] = {}
    query = text("SELECT seq, kind, subject, body FROM events ORDER BY seq")
    for seq, kind, subject, told in connection.execute(query):
        body = json.loads(told)
        if kind == "ticket.issued":
            if subject in states:
                findings.append(f"{seq}: {subject} is issued twice")
            states[subject] = "waiting"
        elif kind in ("ticket.resumed", "ticket.undone"):
            findings += _comes_back(seq, kind, subject, body, states, at_counter)
        elif kind in MOVES:
            findings += _move(seq, kind, subject, body, states, at_counter)
    return findings


def _move(
    seq: int,
    kind: str,
    subject: str,
    body: dict[str, object],
    states: dict[str, str],
    at_counter: dict[int, str],
) -> Iterable[str]:
    before, after = ({"called"}, "called") if body.get("recall") else MOVES[kind]
    if states.get(subject) not in before:
        yield f"{seq}: {kind} of {subject}, which is {states.get(subject)}"
    states[subject] = after
    if kind == "ticket.called":
        counter = int(str(body["counter"]))
        if at_counter.get(counter) not in (None, subject):
            yield f"{seq}: counter {counter} calls {subject} and still has a ticket"
        at_counter[counter] = subject
    elif after in ("waiting", "absent", "finished", "parked"):
        for counter in [number for number, one in at_counter.items() if one == subject]:
            del at_counter[counter]


def _comes_back(
    seq: int,
    kind: str,
    subject: str,
    body: dict[str, object],
    states: dict[str, str],
    at_counter: dict[int, str],
) -> Iterable[str]:
    """A parked ticket goes on, or an act is taken back: at a free counter, or in the line."""
    after_act = {"call": "called", "absent": "absent", "finish": "finished", "transfer": "waiting"}
    before = "parked" if kind == "ticket.resumed" else after_act[str(body["act"])]
    if states.get(subject) != before:
        yield f"{seq}: {kind} of {subject}, which is {states.get(subject)}"
    for number in [number for number, one in at_counter.items() if one == subject]:
        del at_counter[number]
    counter = body["counter"]
    states[subject] = str(body.get("state") or ("waiting" if counter is None else "serving"))
    if states[subject] not in ("called", "serving"):
        return
    number = int(str(counter))
    if number in at_counter:
        yield f"{seq}: {subject} comes back to counter {number}, which has a ticket"
    at_counter[number] = subject


def stored_numbers(connection: Connection) -> dict[str, str]:
    """Return the printed number of every stored ticket by its id."""
    query = text("SELECT id, prefix, serial FROM tickets")
    return {row.id: f"{row.prefix}-{row.serial:03d}" for row in connection.execute(query)}


def events_at(connection: Connection) -> dict[int, tuple[str, str]]:
    """Return kind and subject of every event by its number."""
    query = text("SELECT seq, kind, subject FROM events")
    return {row.seq: (row.kind, row.subject) for row in connection.execute(query)}


def repeated(values: Iterable[object]) -> list[object]:
    """Return what occurs more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def head(connection: Connection) -> tuple[int, str]:
    """Return number and seal of the last event: the whole day in one value."""
    row = connection.execute(text("SELECT seq, seal FROM offices")).one()
    return row.seq, row.seal
