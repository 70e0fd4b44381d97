"""The queue's verbs over HTTP, as other programs use them."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def program(hub):
    return hub.station("program")


@pytest.fixture
def counter(program):
    """Counter 1, open for information only, free before and after."""
    answer = program.post("/api/counters/1/open", {"lanes": ["information"]})
    assert answer.status_code == 200, answer.text
    yield 1
    for ticket in [program.get("/api/queue").json()["counters"][0]["ticket"]]:
        if ticket is not None:
            program.post(f"/api/tickets/{ticket['id']}/finish", {})
    while (called := program.post("/api/counters/1/call-next", {})).status_code == 200:
        program.post(f"/api/tickets/{called.json()['id']}/finish", {})


def done(answer, status: int = 200):
    assert answer.status_code == status, answer.text
    return answer.json()


def issue(program, **more: object):
    return done(program.post("/api/tickets", {"service": "information", **more}), 201)


def test_a_visit_with_every_verb(program, counter) -> None:
    ticket = issue(program)
    acts = f"/api/tickets/{ticket['id']}"

    called = done(program.post(f"/api/counters/{counter}/call-next", {}))
    assert (called["id"], called["state"]) == (ticket["id"], "called")
    assert done(program.post(f"{acts}/undo", {}))["state"] == "waiting"
    done(program.post(f"/api/counters/{counter}/call-next", {}))
    assert done(program.post(f"{acts}/recall", {}))["calls"] == 2
    assert done(program.post(f"{acts}/absent", {}))["state"] == "absent"
    assert done(program.post(f"{acts}/return", {}))["state"] == "waiting"
    done(program.post(f"/api/counters/{counter}/call-next", {}))
    assert done(program.post(f"{acts}/start", {}))["state"] == "serving"
    assert done(program.post(f"{acts}/park", {"reason": "fotokopi"}))["state"] == "parked"
    assert done(program.post(f"{acts}/resume", {"counter": counter}))["state"] == "serving"
    assert done(program.post(f"{acts}/transfer", {"back": True}))["state"] == "waiting"
    done(program.post(f"/api/counters/{counter}/call-next", {}))
    finished = done(program.post(f"{acts}/finish", {"outcome": "incomplete", "note": "KTP"}))
    assert (finished["state"], finished["number"]) == ("finished", ticket["number"])

    assert program.post(f"/api/counters/{counter}/call-next", {}).status_code == 204


def test_why_of_a_called_and_of_a_waiting_ticket(program, counter) -> None:
    first, second = issue(program), issue(program)
    done(program.post(f"/api/counters/{counter}/call-next", {}))

    called = done(program.get(f"/api/tickets/{first['id']}/why"))
    waits = done(program.get(f"/api/tickets/{second['id']}/why"))

    assert [(one["number"], one["chosen"]) for one in called["candidates"]] == [
        (first["number"], True)
    ]
    assert called["counter"] == counter
    chances = {one["counter"]: one for one in waits["counters"]}
    assert (chances[counter]["able"], chances[counter]["place"]) == (True, 1)
    assert chances[3]["words"]["en"] == "closed"


def test_somebody_without_a_ticket_is_served_with_a_reason(program, counter) -> None:
    path = f"/api/counters/{counter}/serve"
    refused = program.post(path, {"service": "information", "reason": " "})

    served = done(program.post(path, {"service": "information", "reason": "bertanya"}))

    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    assert (served["state"], served["counter"]) == ("serving", counter)


def test_the_same_key_undoes_once_and_answers_twice(program, counter) -> None:
    ticket = issue(program)
    done(program.post(f"/api/counters/{counter}/call-next", {}))

    answers = [
        program.post(f"/api/tickets/{ticket['id']}/undo", {}, key="undo-once-0001")
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    again = program.post(f"/api/tickets/{ticket['id']}/undo", {})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_undo")


def test_another_station_does_not_undo(hub, program, counter) -> None:
    ticket = issue(program)
    done(program.post(f"/api/counters/{counter}/call-next", {}))

    answer = hub.station("program").post(f"/api/tickets/{ticket['id']}/undo", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "undo_not_yours")


def test_a_ticket_of_the_desk_is_written_down_without_a_printer(program) -> None:
    given = done(program.post("/api/counters/2/tickets", {"service": "information"}), 201)

    assert (given["write_down"], given["job"]) == (True, None)
    assert given["ticket"]["state"] == "waiting"


def test_a_ticket_of_the_desk_is_printed_at_its_counter(hub, program) -> None:
    agent = hub.station("agent", 3)
    printer = {"role": "ticket_printer", "address": "escpos:sim://x", "lamp": "ready"}
    report = {"boot": "b1", "version": "1", "devices": [printer]}
    assert agent.post("/api/stations/me/report", report).status_code == 204

    ask = {"service": "information", "language": "en"}
    answers = [program.post("/api/counters/3/tickets", ask, key="desk-0001") for _ in range(2)]

    given = done(answers[0], 201)
    assert answers[0].content == answers[1].content
    [job] = done(agent.get("/api/jobs"))["jobs"]
    assert (job["id"], job["kind"], job["counter"]) == (given["job"], "print_ticket", 3)
    paper = agent.get(f"/api/blobs/{job['blob']}")
    with Image.open(io.BytesIO(paper.content)) as picture:
        assert (picture.format, picture.width) == ("PNG", 576)
