"""Needs, languages, devices and profiles decide which counter calls whom."""

from __future__ import annotations

import json

import msgspec
import pytest
from sqlalchemy import select

from hub import stations
from hub.errors import BadInput, Conflict
from hub.house import SYSTEM
from hub.models.queue import EventRow
from hub.wire import DeviceReport, StationReport
from hub.writer import Actor


def with_counters(hall, **changes: dict[str, object]) -> None:
    hall.office = msgspec.structs.replace(
        hall.office,
        counter_list=tuple(
            msgspec.structs.replace(one, **changes.get(f"c{one.number}", {}))
            for one in hall.office.counters
        ),
    )


def report(hall, counter: int, **lamps: str) -> None:
    devices = [DeviceReport(role=role, address="x", lamp=lamp) for role, lamp in lamps.items()]
    said = StationReport(boot="b", version="1", devices=devices)
    hall.house.writer().run_alone(
        lambda tx: stations.report(tx, report=said), actor=agent_at(hall, counter)
    )


def agent_at(hall, counter: int) -> Actor:
    with hall.house.database.reading_core() as connection:
        for known in stations.known(connection, hall.house.office_no):
            if known.counter == counter:
                return Actor("station", known.id, known.name, frozenset({"agent"}), counter)
    hall.house.writer().run_alone(
        lambda tx: stations.add(tx, hall.office, kind="agent", name="agen", counter=counter),
        actor=SYSTEM,
    )
    return agent_at(hall, counter)


def test_a_need_waits_for_a_counter_that_has_it(hall) -> None:
    with_counters(hall, c1={"needs": ()}, c2={"needs": ("step_free",)})
    hall.open(1, "intake")
    hall.open(2, "intake")
    ticket = hall.issue(needs=["step_free"])
    other = hall.issue()

    assert hall.call(1).id == other.id
    assert hall.call(2).id == ticket.id


def test_a_guide_is_asked_for_at_the_call_and_routes_nobody(hall) -> None:
    with_counters(hall, c1={"needs": ()})
    hall.open(1, "intake")
    ticket = hall.issue(needs=["guide"])

    hall.call()

    query = select(EventRow.audience, EventRow.body).where(
        EventRow.kind == "ticket.guide_wanted", EventRow.subject == ticket.id
    )
    with hall.house.database.reading_core() as connection:
        [asked] = connection.execute(query).all()
    assert asked.audience == "staff"
    assert json.loads(asked.body) == {"number": "A-001", "lane": "intake", "counter": 1}


def test_needs_are_in_no_event(hall) -> None:
    hall.open(1, "intake")
    hall.issue(needs=["step_free", "written", "interpreter", "guide"])
    hall.call()

    with hall.house.database.reading_core() as connection:
        bodies = "".join(connection.execute(select(EventRow.body)).scalars())
    assert not any(need in bodies for need in ("step_free", "written", "interpreter"))


def test_who_needs_time_is_not_absent_at_once(hall, clock) -> None:
    hall.open(1, "intake")
    ticket = hall.issue(needs=["guide"])
    hall.call()
    clock.pass_(seconds=100)

    with pytest.raises(Conflict) as refused:
        hall.absent(ticket)
    clock.pass_(seconds=81)

    assert refused.value.code == "absent_too_early"
    assert "80 detik" in refused.value.id
    assert hall.absent(ticket).state == "absent"
    clock.pass_(minutes=150)  # longer than for others
    assert hall.return_(ticket).state == "waiting"


def test_an_unknown_need_is_refused_with_the_known_ones(hall) -> None:
    with pytest.raises(BadInput) as refused:
        hall.issue(needs=["wheelchair"])

    assert refused.value.fields[0].field == "needs"
    assert "step_free" in refused.value.fields[0].message


def test_a_language_waits_for_a_counter_that_speaks_it(hall) -> None:
    hall.open(1, "intake", languages=["id"])
    hall.open(2, "intake", languages=["id", "en"])
    english, indonesian = hall.issue(language="en"), hall.issue(language="id")

    assert hall.call(1).id == indonesian.id
    assert hall.call(2).id == english.id


def test_a_language_of_no_office_is_refused(hall) -> None:
    with pytest.raises(BadInput) as refused:
        hall.open(1, "intake", languages=["xx"])

    assert refused.value.code == "language_unknown"


def test_a_counter_whose_device_is_down_calls_no_ticket_that_takes_it(hall) -> None:
    hall.open(1, "biometrics")
    ticket = hall.issue("biometrics")
    report(hall, 1, fingerprint="ready", camera="down")
    assert hall.call() is None

    report(hall, 1, fingerprint="ready", camera="warning")

    assert hall.call().id == ticket.id


def test_a_device_that_the_agent_does_not_have_is_not_there(hall) -> None:
    hall.open(1, "biometrics", "intake")
    hall.issue("biometrics")
    other = hall.issue()

    report(hall, 1, camera="ready")

    assert hall.call().id == other.id


def test_a_work_profile_decides_before_the_score(hall, clock) -> None:
    hall.open(1, "intake", "stay_permit", profile="stay_permits_first")
    old = hall.issue()
    clock.pass_(minutes=20)
    permit = hall.issue("stay_permit")

    assert hall.order() == [permit.number, old.number]


def test_a_work_profile_does_not_beat_the_maximum_wait(hall, clock) -> None:
    hall.open(1, "intake", "stay_permit", profile="stay_permits_first")
    old = hall.issue()
    clock.pass_(minutes=46)
    permit = hall.issue("stay_permit")

    assert hall.order() == [old.number, permit.number]


def test_an_unknown_profile_is_refused(hall) -> None:
    with pytest.raises(BadInput) as refused:
        hall.open(1, "intake", profile="nonsense")

    assert refused.value.code == "profile_unknown"


def test_an_appointment_is_blended_among_the_walk_ins(hall, clock) -> None:
    hall.open(1, "intake")
    begin = clock.now()
    clock.pass_(minutes=10)
    walk_in = hall.issue()
    clock.pass_(minutes=5)
    booked_before = hall.issue(booked=begin)  # 15 minutes late: from now on
    in_time = hall.issue(booked=begin + (clock.now() - begin) / 2)
    ahead_of_time = hall.issue(booked=clock.now().replace(minute=40))

    assert hall.order() == [
        in_time.number, walk_in.number, booked_before.number, ahead_of_time.number,
    ]  # fmt: skip
