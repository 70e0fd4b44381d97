"""A waiting time promises no call after closing time, and breaks are waited through."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub import queue, tickets
from hub.forecast.process import away_of
from hub.house import House
from hub.letters.queue_slip import slip_text
from hub.letters.slips import QueueSlip
from hub.models.queue import TicketRow
from hub.office import OfficeConfig, load_office
from hub.opening import leftovers
from hub.opening.leftovers import last_day_over
from hub.opening.roster import Shift
from hub.queue import board
from hub.tickets import estimate_error, waiting_times
from hub.tickets.estimate import estimate_wait
from hub.tickets.rest_of_day import RestOfDay, rest_of_day, told_today, with_breaks
from hub.web.applicant.reading import read_visit
from hub.web.display import fragments
from hub.wire import Estimate, IssueTicket, Words

JAKARTA = ZoneInfo("Asia/Jakarta")
HOUR_S = 3600.0
NOON = ("12:00", "13:00")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.fixture(scope="module")
def office() -> OfficeConfig:
    return load_office()


@pytest.mark.parametrize(
    ("at", "over"),
    [
        ("2026-11-23T16:59", "2026-11-22"),  # a Monday ends at 16:00, an hour before
        ("2026-11-23T17:00", "2026-11-23"),
        ("2027-02-15T16:30", "2027-02-15"),  # of a season: the treasury alone is open until 15:30
        ("2027-02-15T16:29", "2027-02-14"),
        ("2026-12-25T08:00", "2026-12-25"),  # a holiday on a Friday
    ],
)
def test_a_day_is_over_after_the_hours_that_hold_on_it(office, at: str, over: str) -> None:
    assert last_day_over(office, local(at)).isoformat() == over


@pytest.mark.parametrize(
    ("left_min", "low", "high", "told"),
    [
        (60, 20, 60, (20, 60, "yes")),
        (60, 20, 61, (20, 60, "until_closing")),
        (60, 59, 75, (59, 60, "until_closing")),
        (60, 60, 75, (60, 75, "unsure")),
        (60, 80, 95, (80, 95, "unsure")),
        (1, 0, 2, (0, 1, "until_closing")),
        (0, 0, 2, (0, 2, "unsure")),
    ],
)
def test_a_range_is_told_as_far_as_the_day_goes(left_min, low, high, told) -> None:
    found = told_today(Estimate(low_min=low, high_min=high), max(0.0, left_min * 60 - 59.0))

    assert (found.low_min, found.high_min, found.today) == told


@pytest.mark.parametrize(
    ("at", "lane", "rest"),
    [
        ("2026-11-23T09:00", "intake", RestOfDay(7 * HOUR_S, ((3 * HOUR_S, 4 * HOUR_S),))),
        ("2026-11-23T12:30", "intake", RestOfDay(3.5 * HOUR_S, ((-1800.0, 1800.0),))),
        ("2026-11-23T13:00", "intake", RestOfDay(3 * HOUR_S)),
        ("2026-11-23T16:10", "intake", RestOfDay(0.0)),
        ("2026-11-23T15:00", "payment", RestOfDay(HOUR_S / 2)),  # the treasury closes earlier
        (
            "2026-11-27T11:00",
            "intake",
            RestOfDay(5 * HOUR_S, ((HOUR_S / 2, 2 * HOUR_S),)),
        ),  # Friday
        ("2027-02-15T14:00", "intake", RestOfDay(HOUR_S)),  # Ramadan
        ("2026-12-25T09:00", "intake", RestOfDay(0.0)),  # Christmas
        ("2026-11-22T09:00", "intake", RestOfDay(0.0)),  # a Sunday
    ],
)
def test_the_rest_of_a_day_is_that_of_the_lanes_own_hours(office, at, lane, rest) -> None:
    assert rest_of_day(office, (lane,), local(at)) == rest


def test_a_break_before_the_call_lengthens_the_usual_range(office) -> None:
    ahead = {"ahead": 8, "open_counters": 1}  # 8½ × 12 minutes: 71 to 143
    plain = estimate_wait(office, "stay_permit", **ahead)
    before, later, between = (
        estimate_wait(office, "stay_permit", **ahead, breaks=(span,))
        for span in ((1800.0, 5400.0), (9000.0, 12600.0), (6000.0, 9600.0))
    )

    assert (before.low_min, before.high_min) == (plain.low_min + 60, plain.high_min + 60)
    assert later == plain
    assert (between.low_min, between.high_min) == (plain.low_min, plain.high_min + 60)


def test_of_a_break_that_has_begun_only_the_rest_is_waited() -> None:
    assert with_breaks(600.0, ((-1800.0, 1800.0),)) == 2400.0


def shift(starts: str, ends: str) -> Shift:
    day = "2026-11-23T"
    return Shift(3, local(day + starts), local(day + ends), ("stay_permit",), "")


@pytest.mark.parametrize(
    ("shifts", "away"),
    [
        ([], [NOON]),
        ([shift("07:30", "10:00"), shift("10:30", "16:00")], [("10:00", "10:30"), NOON]),
        ([shift("07:30", "11:45"), shift("12:30", "16:00")], [("11:45", "13:00")]),
        ([shift("07:30", "08:00"), shift("10:00", "16:00")], [NOON]),  # open against its plan
    ],
)
def test_a_counter_is_away_in_breaks_and_between_its_shifts(office, shifts, away) -> None:
    at = local("2026-11-23T09:00")

    found = away_of(office, ("stay_permit", "intake"), shifts, at)

    clocks = [
        tuple((local("2026-11-23T" + clock) - at).total_seconds() for clock in span)
        for span in away
    ]
    gone = [one for one in found if one[1] - one[0] >= 86_400]
    assert [one for one in found if one not in gone] == clocks
    assert [one[0] for one in gone] == ([7 * HOUR_S] if shifts else [])


def test_a_counters_slip_prints_no_time_that_nobody_should_count_on() -> None:
    slip = QueueSlip(
        office="Kantor Contoh", number="T-012", service=Words(id="Izin tinggal", en="Stay permit"),
        issued_at=local("2026-11-23T15:30"), zone="Asia/Jakarta", ahead=3, low_min=20, high_min=30,
    )  # fmt: skip

    cut, unsure = (slip_text(replace(slip, today=one)) for one in ("until_closing", "unsure"))

    assert [fact["value"] for fact in cut["facts"]] == ["20–30 mnt", "3"]
    assert cut["facts"][0]["words"][0].endswith("sampai tutup")
    assert [fact["value"] for fact in unsure["facts"]] == ["3"]
    assert unsure["unsure"][0].startswith("Belum pasti")


def test_near_closing_no_call_is_promised_and_none_is_kept_as_promised(house: House, act) -> None:
    office = house.procedure.office
    house.clock.at = local("2026-11-23T15:30")
    tables = {"information": [(5, 15)], "stay_permit": [(20, 45)], "intake": [(40, 60)]}
    act(lambda tx: waiting_times.store(tx, tables))

    given = [
        act(lambda tx, code=code: queue.issue(tx, office, IssueTicket(service=code)))
        for code in ("information", "stay_permit", "skim")
    ]

    assert [one.estimate for one in given] == [
        Estimate(low_min=5, high_min=15),
        Estimate(low_min=20, high_min=30, today="until_closing"),
        Estimate(low_min=40, high_min=60, today="unsure"),
    ]
    with house.database.reading_core() as connection:
        rows = connection.execute(
            select(TicketRow.low_min, TicketRow.high_min)
            .where(TicketRow.office == house.office_no)
            .order_by(TicketRow.issued_at)
        ).all()
        lanes = board.lanes(connection, house.office_no, office, house.clock.now())
        phones = [
            read_visit(connection, house.office_no, office, one.visit, house.clock.now(), "CODE")
            for one in given
        ]
    with house.database.reading() as session:
        shown = fragments.render(session, house.office_no, office, house.clock.now(), "en")
    assert [tuple(row) for row in rows] == [(5, 15), (20, 30), (None, None)]
    today = {one.lane: one.estimate.today for one in lanes if one.estimate}
    assert (today["stay_permit"], today["intake"]) == ("until_closing", "unsure")
    assert [view.today for view, _ in phones] == ["yes", "until_closing", "unsure"]
    assert [view.expected is None for view, _ in phones] == [False, False, True]
    assert "minutes, until closing" in shown
    assert "not sure today" in shown
    assert "40–60" not in shown

    act(lambda tx: queue.issue(tx, office, IssueTicket(service="skim")))
    act(lambda tx: tickets.change(tx, given[2].id, state=tickets.FINISHED))
    act(lambda tx: leftovers.end_waiting(tx, office, day=office.today(tx.at)))
    day = office.today(house.clock.now())
    with house.database.reading_core() as connection:
        error = estimate_error.of_days(connection, house.office_no, office, day, day)
    assert (error.unsure, error.unsure_served) == (2, 1)
