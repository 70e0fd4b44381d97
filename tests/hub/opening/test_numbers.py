"""Numbers: series, days in every zone, kiosks without the hub, voids, the day's account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select, text

from hub import queue, stations
from hub.check import check_records
from hub.errors import BadInput, Conflict, NotAllowed, Refused
from hub.house import House
from hub.models.queue import TicketRow
from hub.models.station import Station
from hub.office import OfficeConfig
from hub.opening import days, numbers
from hub.opening.number_accounts import accounts
from hub.wire import IssueTicket, Ticket
from hub.wire.opening import OfflineTicket, VoidNumbers
from hub.writer import Actor

Act = Callable[..., object]
MONDAY = date(2026, 11, 23)
_AT = text("UPDATE number_series SET last = :last WHERE office = :office")


@pytest.fixture
def kiosk(act: Act, office: OfficeConfig, house: House) -> Actor:
    token = act(lambda tx: stations.add(tx, office, kind="kiosk", name="kiosk 1"))
    with house.database.reading_core() as connection:
        return stations.by_token(connection, house.office_no, str(token))


def issue(act: Act, office: OfficeConfig, service: str = "information") -> Ticket:
    return act(lambda tx: queue.issue(tx, office, IssueTicket(service=service)))  # type: ignore[return-value]


def offline(house: House, serial: int, *, minutes_ago: int = 10, **more: object) -> OfflineTicket:
    at = house.clock.now() - timedelta(minutes=minutes_ago)
    return OfflineTicket(service="information", serial=serial, given_at=at, **more)  # type: ignore[arg-type]


def findings(house: House) -> list[str]:
    with house.database.reading_core() as connection:
        return check_records(connection, house.office_no)


def test_numbers_go_on_with_four_digits_after_999(act: Act, office: OfficeConfig, house: House):
    last = [issue(act, office).number for _ in range(3)]
    with house.database.writing.begin() as connection:
        connection.execute(_AT, {"last": 998, "office": house.office_no})

    after = [issue(act, office).number for _ in range(3)]

    assert last == ["I-001", "I-002", "I-003"]
    assert after == ["I-999", "I-1000", "I-1001"]


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_the_day_of_a_number_begins_at_midnight_of_the_office(
    act: Act, office: OfficeConfig, house: House, zone: str
) -> None:
    there = msgspec.structs.replace(
        office,
        office=msgspec.structs.replace(office.office, timezone=zone),
        hours=tuple(
            msgspec.structs.replace(
                hours, monday=(("00:00", "23:59"),), tuesday=(("00:00", "23:59"),)
            )
            for hours in office.hours
        ),
        queue=msgspec.structs.replace(office.queue, numbers_stop_before_close_min=0),
    )
    house.clock.at = datetime(2026, 11, 23, 23, 58, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    before = [issue(act, there).number for _ in range(2)]
    house.clock.pass_(minutes=2)
    after = issue(act, there)

    assert before == ["I-001", "I-002"]
    assert after.number == "I-001"
    with house.database.reading_core() as connection:
        known = connection.execute(
            select(TicketRow.day).distinct().where(TicketRow.office == house.office_no)
        ).scalars()
        known = sorted(known)
    assert [str(day) for day in known] == ["2026-11-23", "2026-11-24"]
    assert findings(house) == []


def test_each_kiosk_has_a_letter_of_its_own_and_keeps_it(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    act(lambda tx: stations.add(tx, office, kind="kiosk", name="kiosk 2"))
    act(lambda tx: stations.add(tx, office, kind="program", name="simkim"))
    with house.database.reading_core() as connection:
        letters = connection.execute(
            select(Station.kind, Station.series).where(Station.office == house.office_no)
        ).all()

    assert sorted(letters, key=str) == [("kiosk", "Y"), ("kiosk", "Z"), ("program", None)]
    assert act(lambda tx: numbers.give_letter(tx, kiosk.id)) == "Z"


def test_a_number_given_without_the_hub_waits_since_its_own_instant(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    online = issue(act, office)
    taken = act(lambda tx: numbers.accept_offline(tx, office, offline(house, 1)), actor=kiosk)

    assert isinstance(taken, Ticket)
    assert (taken.number, taken.state) == ("IZ-001", "waiting")
    assert taken.issued_at < online.issued_at
    assert findings(house) == []


def test_the_same_offline_ticket_again_is_the_same_ticket(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    told = offline(house, 4)
    first = act(lambda tx: numbers.accept_offline(tx, office, told), actor=kiosk)
    again = act(lambda tx: numbers.accept_offline(tx, office, told), actor=kiosk)

    assert first == again
    with pytest.raises(Conflict) as refused:
        act(
            lambda tx: numbers.accept_offline(tx, office, offline(house, 4, minutes_ago=3)),
            actor=kiosk,
        )
    assert refused.value.code == "number_taken"


def test_offline_numbers_may_come_late_out_of_order_and_with_the_queue_closed(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    house.clock.pass_(hours=10)
    for serial in (3, 1):
        act(
            lambda tx, serial=serial: numbers.accept_offline(
                tx, office, offline(house, serial, minutes_ago=300)
            ),
            actor=kiosk,
        )

    assert findings(house) == [], "number 2 may still come"


def test_an_offline_number_of_yesterday_has_ended(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    yesterday = offline(house, 1, minutes_ago=20 * 60)
    taken = act(lambda tx: numbers.accept_offline(tx, office, yesterday), actor=kiosk)

    assert isinstance(taken, Ticket)
    assert taken.state == "ended"
    assert findings(house) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "zz"}, "language"),
        ({"needs": ["wings"]}, "needs"),
        ({"given_at": datetime(2030, 1, 1, tzinfo=UTC)}, "given_at"),
        ({"given_at": datetime(2026, 11, 1, tzinfo=UTC)}, "given_at"),
        ({"given_at": datetime(2026, 11, 23, 1)}, "given_at"),  # noqa: DTZ001 — the fault itself
        ({"service": "none"}, "service"),
    ],
)
def test_a_wrong_offline_ticket_is_refused_by_field(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor, change: dict, field: str
) -> None:
    told = msgspec.structs.replace(offline(house, 1), **change)

    with pytest.raises(BadInput) as refused:
        act(lambda tx: numbers.accept_offline(tx, office, told), actor=kiosk)

    assert [fault.field for fault in refused.value.fields] == [field]
    assert findings(house) == []


def test_only_a_kiosk_has_offline_numbers(act: Act, office: OfficeConfig, house: House) -> None:
    with pytest.raises(NotAllowed) as refused:
        act(lambda tx: numbers.accept_offline(tx, office, offline(house, 1)))
    assert refused.value.code == "series_missing"


def test_closing_the_day_accounts_for_every_number(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    issue(act, office)
    for serial in (1, 4):
        act(
            lambda tx, serial=serial: numbers.accept_offline(tx, office, offline(house, serial)),
            actor=kiosk,
        )
    back = VoidNumbers(day=MONDAY, service="information", first=5, last=9, kind="returned")
    act(lambda tx: numbers.void_own(tx, office, back), actor=kiosk)
    with pytest.raises(Conflict) as refused:
        act(lambda tx: days.close(tx, office, day=MONDAY))
    report = act(
        lambda tx: days.close(tx, office, day=MONDAY, void_missing=True, reason="kios rusak")
    )

    assert refused.value.code == "numbers_missing"
    assert "IZ-002, IZ-003" in refused.value.en
    assert isinstance(report, days.DayReport)
    series = {line.prefix: line for line in report.series}
    kiosks = series["IZ"]
    assert (kiosks.last, kiosks.tickets, kiosks.void, kiosks.returned) == (9, 2, 2, 5)
    assert series["I"].tickets == series["I"].last == 1
    assert [line.ended for line in report.services] == [3]
    assert act(lambda tx: days.close(tx, office, day=MONDAY)) == report
    assert findings(house) == []


def test_after_closing_no_number_of_the_day_is_given_and_none_can_be_slipped_in(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    act(lambda tx: days.close(tx, office, day=MONDAY))
    with pytest.raises(Conflict) as refused:
        issue(act, office)
    late = act(lambda tx: numbers.accept_offline(tx, office, offline(house, 1)), actor=kiosk)

    assert refused.value.code == "queue_closed"
    assert isinstance(late, Ticket)
    assert late.state == "ended"
    assert findings(house) == []
    house.clock.pass_(days=1)
    assert issue(act, office).number == "I-001"


def test_a_number_that_comes_after_closing_takes_the_place_of_its_void(
    act: Act, office: OfficeConfig, house: House, kiosk: Actor
) -> None:
    def come(serial: int) -> object:
        told = offline(house, serial)
        return act(lambda tx: numbers.accept_offline(tx, office, told), actor=kiosk)

    come(3)
    act(lambda tx: days.close(tx, office, day=MONDAY, void_missing=True, reason="kios mati"))
    for serial in (2, 6, 5):
        come(serial)
        assert findings(house) == []

    with house.database.reading_core() as connection:
        [account] = accounts(connection, house.office_no, MONDAY)
    assert (account.last, account.tickets, account.void) == (6, 4, 2)


def test_a_day_with_somebody_at_a_counter_or_ahead_is_not_closed(
    act: Act, office: OfficeConfig, house: House
) -> None:
    from hub.queue import counters

    issue(act, office)
    act(lambda tx: counters.open_counter(tx, office, counter=1))
    act(lambda tx: queue.call_next(tx, office, counter=1))
    for day, code in ((MONDAY, "counter_busy"), (date(2026, 11, 24), "day_ahead")):
        with pytest.raises(Refused) as refused:
            act(lambda tx, day=day: days.close(tx, office, day=day))
        assert refused.value.code == code


def test_a_lost_number_of_the_hubs_own_series_is_found(
    act: Act, office: OfficeConfig, house: House
) -> None:
    issue(act, office)
    with house.database.writing.begin() as connection:
        connection.execute(_AT, {"last": 3, "office": house.office_no})

    assert any("I-002 lost" in line for line in findings(house))
