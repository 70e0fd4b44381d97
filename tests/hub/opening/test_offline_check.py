"""A database broken on purpose: `loket hub check` names what is wrong with kiosks' own numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, update

from hub import queue, stations
from hub.check import check_records
from hub.house import House
from hub.models.opening import NumberVoid
from hub.models.queue import CommandRow, NumberSeries, TicketRow
from hub.office import OfficeConfig
from hub.opening import numbers
from hub.wire import IssueTicket
from hub.wire.opening import OfflineTicket, VoidNumbers
from hub.writer import Actor, Writer

Act = Callable[..., object]
ON_SQLITE = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
NEW_ID = "e" * 32


@pytest.fixture
def kiosk(act: Act, office: OfficeConfig, house: House) -> Actor:
    """A kiosk that gave IZ-001 to IZ-005: two replace what was asked before, one is void."""
    token = act(lambda tx: stations.add(tx, office, kind="kiosk", name="kiosk 1"))
    with house.database.reading_core() as connection:
        kiosk = stations.by_token(connection, house.office_no, str(token))
    asyncio.run(_a_morning(house, office, kiosk))
    back = VoidNumbers(
        day=office.today(house.clock.now()), service="information", first=4, last=5, kind="returned"
    )
    act(lambda tx: numbers.void_own(tx, office, back), actor=kiosk)
    assert findings(house) == [], "the morning itself is sound"
    return kiosk


async def _a_morning(house: House, office: OfficeConfig, kiosk: Actor) -> None:
    writer = Writer(house.database, house.office_no, house.clock)
    writer.start()
    ask = IssueTicket(service="information")
    await writer.run(
        lambda tx: queue.issue(tx, office, ask),
        actor=kiosk, key="answer-lost", request=b"x", name="POST /api/tickets",
    )  # fmt: skip
    for serial, before in ((1, "answer-lost"), (2, "never-came"), (3, None)):
        told = OfflineTicket(
            service="information", serial=serial, given_at=house.clock.now(), instead_of=before
        )
        await writer.run(
            lambda tx, told=told: numbers.accept_offline(tx, office, told), actor=kiosk
        )
    await writer.stop()


def findings(house: House) -> list[str]:
    with house.database.reading_core() as connection:
        return check_records(connection, house.office_no)


def _own(serial: int) -> tuple[object, ...]:
    return TicketRow.prefix == "IZ", TicketRow.serial == serial


BREAKS = {
    "the number is nowhere": (
        delete(NumberVoid).where(NumberVoid.prefix == "IZ", NumberVoid.serial == 5),
        None,  # a kiosk's number may still come: only a closed day must be whole
    ),
    "a series beyond its numbers is no kiosk's": (
        update(NumberSeries).where(NumberSeries.prefix == "IZ").values(station=NEW_ID),
        "series IZ of 2026-11-23: no kiosk with the letter Z gave it",
    ),
    "a series that stopped too early": (
        update(NumberSeries).where(NumberSeries.prefix == "IZ").values(last=2),
        "series IZ of 2026-11-23: last given 2",
    ),
    "a series that is gone": (
        delete(NumberSeries).where(NumberSeries.prefix == "IZ"),
        "series IZ of 2026-11-23: numbers without a series",
    ),
    "a void of another kind": (
        update(NumberVoid).where(NumberVoid.serial == 4).values(kind="lost"),
        "number IZ-004 of 2026-11-23 is neither void nor returned, but lost",
    ),
    "a void that is a ticket too": (
        update(NumberVoid).where(NumberVoid.serial == 4).values(serial=3),
        "number IZ-003 of 2026-11-23 is a ticket and returned",
    ),
    "a void that nobody told": (
        update(NumberVoid).where(NumberVoid.serial == 5).values(serial=6),
        "number IZ-006 of 2026-11-23 is returned, and no event tells of it",
    ),
    "a ticket that went": (
        delete(TicketRow).where(*_own(3)),
        "was issued and is no row",
    ),
    "a ticket that came from nowhere": (
        update(TicketRow).where(*_own(3)).values(id=NEW_ID),
        f"ticket {NEW_ID} was issued by 0 events",
    ),
    "a replaced ticket that waits on": (
        update(TicketRow).where(TicketRow.outcome == "replaced").values(state="waiting"),
        "ticket I-001 of 2026-11-23 is replaced and waiting",
    ),
    "a replaced ticket whose person has nothing": (
        update(TicketRow).where(*_own(1)).values(prefix="K"),
        "ticket I-001 of 2026-11-23 is replaced, and nobody holds a kiosk's number in its place",
    ),
    "a burnt key that was used": (
        update(CommandRow).where(CommandRow.name == "replaced").values(seq=3),
        "is given up and was used all the same",
    ),
    "a burnt key with an answer": (
        update(CommandRow).where(CommandRow.name == "replaced").values(name="POST /api/tickets"),
        "is given up and was used all the same",
    ),
    "a burnt key of somebody else": (
        update(CommandRow).where(CommandRow.name == "replaced").values(actor=f"officer:{NEW_ID}"),
        "is given up, and that is no kiosk with numbers of its own",
    ),
}  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize(("broken", "said"), BREAKS.values(), ids=BREAKS)
def test_what_was_broken_is_named(house: House, kiosk: Actor, broken, said: str | None) -> None:
    with house.database.writing.begin() as connection:
        assert connection.execute(broken).rowcount == 1

    found = findings(house)

    if said is None:
        assert found == []
    else:
        assert any(said in line for line in found), found


def test_a_number_of_a_closed_day_that_is_nothing_is_named(
    house: House, kiosk: Actor, act: Act, office: OfficeConfig
) -> None:
    from hub.opening import days

    act(lambda tx: days.close(tx, office, day=office.today(tx.at)))
    assert findings(house) == []
    with house.database.writing.begin() as connection:
        connection.execute(
            delete(NumberVoid).where(
                NumberVoid.office == house.office_no, NumberVoid.prefix == "IZ",
                NumberVoid.serial == 5,
            )
        )  # fmt: skip

    assert "closed day 2026-11-23: series IZ is not accounted for" in findings(house)


def test_a_command_under_the_digest_of_a_burnt_key_is_named(house: House, kiosk: Actor) -> None:
    row = {"office": house.office_no, "actor": kiosk.reference, "key": "made-up",
           "name": "POST /api/tickets", "digest": "0" * 64, "outcome": "{}", "seq": 0,
           "at": house.clock.now()}  # fmt: skip
    with house.database.writing.begin() as connection:
        connection.execute(insert(CommandRow), row)

    assert any("given up and was used" in line for line in findings(house))
