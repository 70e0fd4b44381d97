"""Whatever order people act in: nobody is lost, nobody is at two counters, all counts are right."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from hub import queue, tickets
from hub.check import check_records
from hub.errors import Refused
from hub.house import open_house
from hub.models.queue import TicketRow
from hub.opening import leftovers
from hub.queue import counters
from hub.queue.classes import put_into_class
from hub.settings import settings_for
from hub.wire import IssueTicket
from hub.writer import Actor

MONDAY_EIGHT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LANES = ("intake", "biometrics", "information", "stay_permit")
COUNTERS = (1, 2, 3)
OFFICERS = st.sampled_from(["o1", "o2"])
AT_A_COUNTER = {
    "act": st.sampled_from(["start", "finish", "park", "absent", "recall", "transfer"]),
    "lane": st.sampled_from(LANES),
    "by": OFFICERS,
}
ON_ANYBODY = {
    "call": lambda tx, office, ticket, counter, lane: queue.call_next(
        tx, office, counter=counter, ticket=ticket, reason="uji"
    ),
    "give back": lambda tx, office, ticket, counter, lane: queue.give_back(tx, ticket=ticket),
    "start": lambda tx, office, ticket, counter, lane: queue.start(tx, ticket=ticket),
    "finish": lambda tx, office, ticket, counter, lane: queue.finish(tx, ticket=ticket),
    "park": lambda tx, office, ticket, counter, lane: queue.park(tx, ticket=ticket),
    "recall": lambda tx, office, ticket, counter, lane: queue.recall(tx, office, ticket=ticket),
    "absent": lambda tx, office, ticket, counter, lane: queue.absent(tx, office, ticket=ticket),
    "return": lambda tx, office, ticket, counter, lane: queue.return_(tx, office, ticket=ticket),
    "undo": lambda tx, office, ticket, counter, lane: queue.undo(tx, office, ticket=ticket),
    "resume": lambda tx, office, ticket, counter, lane: queue.resume(
        tx, office, ticket=ticket, counter=counter if lane else None
    ),
    "class": lambda tx, office, ticket, counter, lane: put_into_class(
        tx,
        office,
        ticket=ticket,
        segment="priority" if lane else "general",
        reason="uji",
        group="elderly",
    ),
    "to a counter": lambda tx, office, ticket, counter, lane: queue.transfer(
        tx, office, ticket=ticket, lane=lane, counter=counter
    ),
    "back": lambda tx, office, ticket, counter, lane: queue.transfer(
        tx, office, ticket=ticket, back=True
    ),
}


class Clock:
    def __init__(self) -> None:
        self.at = MONDAY_EIGHT

    def now(self) -> datetime:
        return self.at


class QueueMachine(RuleBasedStateMachine):
    """Officers, kiosks and the clock in any order."""

    empty: Path
    succeeded: ClassVar[Counter[str]] = Counter()

    numbers = Bundle("numbers")

    @initialize()
    def opens(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.empty, self.folder / "hub")
        shutil.copy(self.empty.with_name("hub.key"), self.folder / "hub.key")
        self.clock = Clock()
        self.house = open_house(settings_for(self.folder / "hub"), self.clock)
        self.office = self.house.procedure.office
        self.writer = self.house.writer()
        self.issued: dict[str, str] = {}
        self.last = ""
        for counter in COUNTERS:
            self.opens_a_counter(counter, ())
        for service in ("skim", "stay_permit", "information") * 2:
            self.issues(service, "general", "id", set(), None)

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.look()
            self.house.database.close()
            shutil.rmtree(self.folder)

    def does(self, command, by: str = "o1", name: str = "") -> object:
        """Do it or be refused; the clock goes on either way."""
        self.clock.at += timedelta(seconds=7)
        try:
            done = self.writer.run_alone(command, actor=Actor("officer", by, ""))
        except Refused:
            return None
        self.succeeded[name] += 1
        return done

    @rule(
        target=numbers,
        service=st.sampled_from(["skim", "biometrics", "information", "stay_permit"]),
        segment=st.sampled_from(["general", "priority"]),
        language=st.sampled_from(["id", "en"]),
        needs=st.sets(st.sampled_from(["step_free", "guide", "written"]), max_size=2),
        minutes=st.one_of(st.none(), st.integers(-30, 30)),
    )
    def issues(self, service, segment, language, needs, minutes) -> str:
        ask = IssueTicket(service=service, segment=segment, language=language, needs=sorted(needs))
        booked = None if minutes is None else self.clock.at + timedelta(minutes=minutes)
        given = self.does(lambda tx: queue.issue(tx, self.office, ask, booked=booked))
        if given is None:
            return ""
        assert given.number not in self.issued.values()
        self.issued[given.id] = given.number
        return given.id

    @rule(counter=st.sampled_from(COUNTERS), languages=st.sampled_from([(), ("id",)]))
    def opens_a_counter(self, counter, languages) -> None:
        self.does(
            lambda tx: counters.open_counter(tx, self.office, counter=counter, languages=languages)
        )

    @rule(counter=st.sampled_from(COUNTERS))
    def closes(self, counter) -> None:
        self.does(lambda tx: counters.close_counter(tx, self.office, counter=counter))

    @rule(counter=st.sampled_from(COUNTERS), by=OFFICERS)
    def calls(self, counter, by) -> None:
        called = self.does(lambda tx: queue.call_next(tx, self.office, counter=counter), by)
        self.last = called.id if called else self.last
        assert called is None or (called.state, called.counter) == ("called", counter)

    def acts_at_a_counter(self, counter, act, lane, by) -> None:
        """Act on whoever is there, as officers do."""
        self.calls(counter, by)
        with self.house.database.reading_core() as connection:
            ticket = tickets.at_counter(connection, self.house.office_no, counter)
        if ticket is None:
            return
        self.last = ticket
        office = self.office
        commands = {
            "start": lambda tx: queue.start(tx, ticket=ticket),
            "finish": lambda tx: queue.finish(tx, ticket=ticket, outcome="incomplete"),
            "park": lambda tx: queue.park(tx, ticket=ticket),
            "absent": lambda tx: queue.absent(tx, office, ticket=ticket),
            "recall": lambda tx: queue.recall(tx, office, ticket=ticket),
            "transfer": lambda tx: queue.transfer(tx, office, ticket=ticket, lane=lane),
        }
        self.does(commands[act], by, act)

    # three rules: most of what happens in an office happens at its counters
    acts_at_counter_1 = rule(counter=st.just(1), **AT_A_COUNTER)(acts_at_a_counter)
    acts_at_counter_2 = rule(counter=st.just(2), **AT_A_COUNTER)(acts_at_a_counter)
    acts_at_counter_3 = rule(counter=st.just(3), **AT_A_COUNTER)(acts_at_a_counter)

    @rule(undone=st.booleans(), by=OFFICERS)
    def takes_up_the_last_one_again(self, undone, by) -> None:
        if not self.last:
            return
        with self.house.database.reading_core() as connection:
            state = tickets.find_row(connection, self.house.office_no, self.last).state
        again = {"absent": queue.return_, "parked": queue.resume}
        act = queue.undo if undone else again.get(state, queue.undo)
        self.does(lambda tx: act(tx, self.office, ticket=self.last), by, act.__name__)

    @rule(
        ticket=numbers,
        act=st.sampled_from([*ON_ANYBODY]),
        counter=st.sampled_from(COUNTERS),
        lane=st.one_of(st.none(), st.sampled_from(LANES)),
        by=OFFICERS,
    )
    def acts_on_anybody(self, ticket, act, counter, lane, by) -> None:
        """Act on a ticket in whatever state it is; mostly it is refused."""
        self.does(lambda tx: ON_ANYBODY[act](tx, self.office, ticket, counter, lane), by)

    @rule(minutes=st.sampled_from([1, 5, 50]))
    def time_passes(self, minutes) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @precondition(lambda self: self.clock.at > MONDAY_EIGHT + timedelta(hours=3))
    @rule()
    def closing_time_comes(self) -> None:
        self.clock.at += timedelta(hours=9)
        self.does(lambda tx: leftovers.end_waiting(tx, self.office))

    @invariant()
    def the_records_are_sound_now_and_then(self) -> None:
        self.steps = getattr(self, "steps", 0) + 1
        if self.steps % 8 == 0:
            self.look()

    def look(self) -> None:
        with self.house.database.reading_core() as connection:
            assert check_records(connection, self.house.office_no) == []
            count = connection.execute(select(func.count()).select_from(TicketRow)).scalar_one()
            assert count == len(self.issued)


@pytest.fixture
def machine(empty_house: Path) -> type[QueueMachine]:
    QueueMachine.empty = empty_house
    return QueueMachine


def test_nothing_is_lost_whatever_people_do(machine: type[QueueMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )

    acts = ("start", "finish", "park", "absent", "transfer", "undo", "return_", "resume")
    assert [act for act in acts if machine.succeeded[act] == 0] == []
