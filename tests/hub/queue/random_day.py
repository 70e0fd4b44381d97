"""A random morning with too few counters: the product and the oracle do the same things."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from brute_oracle import GRACE, MAX_WAIT, OWN_LANE, Desk, Office, Person

from hub import queue, stations, tickets
from hub.errors import Conflict, Refused
from hub.house import House
from hub.office import OfficeConfig
from hub.queue import counters
from hub.queue.desk_tickets import serve
from hub.wire import DeviceReport, IssueTicket, StationReport
from hub.wire.queue import ServeDirectly
from hub.writer import Actor, Writer

NEEDS = ("step_free", "guide", "written", "interpreter")
MINUTE = timedelta(minutes=1)


@dataclass
class Morning:
    """Does one thing after the other, to the hub and to the oracle alike."""

    house: House
    office: OfficeConfig
    clock: object
    chance: Random
    oracle: Office
    agents: dict[int, Actor]
    writer: Writer = field(init=False)
    start: datetime = field(init=False)
    calls: int = 0
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.writer = self.house.writer()
        self.start = self.clock.now()

    @property
    def now(self) -> float:
        return (self.clock.now() - self.start) / MINUTE

    def run(self, steps: int) -> None:
        for number in self.oracle.desks:
            self.open(number)
        for _ in range(steps):
            self.clock.pass_(seconds=self.chance.randint(1, 20))
            acts = (
                (self.issue, 40), (self.work, 50), (self.out_of_order, 2), (self.serve, 1),
                (self.close_or_open, 2), (self.come_back, 4), (self.resume, 3), (self.undo, 5),
                (self.break_device, 1), (self.bring_papers, 1),
            )  # fmt: skip
            [act] = self.chance.choices([a for a, _ in acts], [w for _, w in acts])
            act()

    def do(self, command, by: int):
        officer = Actor("officer", f"o{by}", "", counter=by)
        return self.writer.run_alone(command, actor=officer)

    def refusal_of(self, command, by: int) -> str | None:
        """Do it; return the code of a refusal, None when it was done."""
        try:
            self.do(command, by)
        except Refused as refused:
            return refused.code
        return None

    # ── the acts ─────────────────────────────────────────────────────────────

    def issue(self) -> None:
        ask = IssueTicket(
            service=self.chance.choice(list(OWN_LANE)),
            segment=self.chance.choices(("general", "priority"), (3, 1))[0],
            language=self.chance.choices(("id", "en"), (4, 1))[0],
            needs=[need for need in NEEDS if self.chance.random() < 0.06],
        )
        booked = None
        if self.chance.random() < 0.15:
            booked = self.clock.now() + MINUTE * self.chance.randint(-25, 15)
        try:
            given = self.do(lambda tx: queue.issue(tx, self.office, ask, booked=booked), by=9)
        except Conflict:
            self.did["full"] += 1  # the service's quota is used up
            return
        self.oracle.people[given.id] = Person(
            given.id, ask.service, OWN_LANE[ask.service], ask.segment, ask.language,
            frozenset(ask.needs), self._arrival(given.id, booked),
        )  # fmt: skip
        self.did["issue"] += 1

    def _arrival(self, ticket: str, booked: datetime | None) -> float:
        arrived = (self._row(ticket).issued_at - self.start) / MINUTE
        if booked is None:
            return arrived
        wanted = (booked - self.start) / MINUTE
        return wanted if arrived <= wanted + GRACE else arrived

    def work(self) -> None:
        """An officer does what comes next at a counter."""
        desk = self.chance.choice([one for one in self.oracle.desks.values()])
        if desk.state == "closed":
            return
        current = self._at(desk.number)
        if current is None:
            self.call(desk)
        elif current.state == "called":
            self.chance.choices(
                (self.begin, self.absent, self.recall, self.transfer), (7, 2, 1, 1)
            )[0](current)
        else:
            self.chance.choices((self.finish, self.transfer, self.park), (7, 2, 1))[0](current)

    def call(self, desk: Desk) -> None:
        expected = self.oracle.next_at(desk.number, self.now)
        called = self.do(
            lambda tx: queue.call_next(tx, self.office, counter=desk.number), by=desk.number
        )
        told = f"counter {desk.number} at minute {self.now:.2f}"
        if expected is None:
            assert called is None, f"{told}: {called.number} is called, nobody may be"
            return
        assert called is not None, f"{told}: nobody is called, {expected} waits"
        assert called.id == expected.id, f"{told}: {self._tell(called.id)} is called, {expected}"
        if self.now - expected.arrival > MAX_WAIT[expected.lane]:
            self.did["over"] += 1
        self._called(expected, desk, "call")
        self.calls += 1

    def _called(self, person: Person, desk: Desk, act: str) -> None:
        self._acts(person, act, desk.number)
        person.streak = desk.priority_calls
        person.state, person.counter = "called", desk.number
        desk.priority_calls = desk.priority_calls + 1 if person.segment == "priority" else 0
        self.did[act] += 1

    def _acts(self, person: Person, act: str, by: int) -> None:
        person.last, person.acted_at = (act, by, person.before()), self.now

    def out_of_order(self) -> None:
        free = [one for one in self.oracle.desks.values()
                if one.state == "open" and self._at(one.number) is None]  # fmt: skip
        waiting = self.oracle.waiting()
        if not free or not waiting:
            return
        desk, person = self.chance.choice(free), self.chance.choice(waiting)
        self.do(
            lambda tx: queue.call_next(
                tx, self.office, counter=desk.number, ticket=person.id, reason="dari bank"
            ),
            by=desk.number,
        )
        self._called(person, desk, "call")
        self.did["out of order"] += 1

    def serve(self) -> None:
        free = [one for one in self.oracle.desks.values()
                if one.state == "open" and self._at(one.number) is None]  # fmt: skip
        if not free:
            return
        desk = self.chance.choice(free)
        ask = ServeDirectly(service="information", reason="bertanya")
        given = self.do(lambda tx: serve(tx, self.office, ask, counter=desk.number), desk.number)
        self.oracle.people[given.id] = Person(
            given.id, "information", "information", "general", "id", frozenset(), self.now,
            state="serving", counter=desk.number,
        )  # fmt: skip
        desk.priority_calls = 0
        self.did["serve"] += 1

    def begin(self, person: Person) -> None:
        self.do(lambda tx: queue.start(tx, ticket=person.id), by=person.counter)
        person.state, person.last = "serving", None
        self.did["start"] += 1

    def recall(self, person: Person) -> None:
        code = self.refusal_of(
            lambda tx: queue.recall(tx, self.office, ticket=person.id), by=person.counter
        )
        assert code in (None, "recall_limit")

    def absent(self, person: Person) -> None:
        code = self.refusal_of(
            lambda tx: queue.absent(tx, self.office, ticket=person.id), by=person.counter
        )
        assert code in (None, "absent_too_early")
        if code is None:
            self._acts(person, "absent", person.counter)
            person.state, person.counter = "absent", None
            self.did["absent"] += 1

    def come_back(self) -> None:
        gone = [one for one in self.oracle.people.values() if one.state == "absent"]
        if not gone:
            return
        person = self.chance.choice(gone)
        code = self.refusal_of(lambda tx: queue.return_(tx, self.office, ticket=person.id), by=9)
        assert code in (None, "return_used", "return_too_late")
        if code is not None:
            return
        person.original = person.arrival if person.original is None else person.original
        person.arrival = self.oracle.arrival_on_return(person, self._instant_of(person.id))
        person.state, person.last = "waiting", None
        self.did["return"] += 1

    def _instant_of(self, ticket: str) -> float:
        # with nobody else waiting, the hub's own instant of the return
        return (self._row(ticket).arrived_at - self.start) / MINUTE

    def transfer(self, person: Person) -> None:
        how = self.chance.choice(("lane", "counter", "back"))
        asked: dict[str, object] = {"back": True}
        desk = self.chance.choice(list(self.oracle.desks.values()))
        configured = self.office.counter(desk.number)
        lane = self.chance.choice(configured.lanes)
        if how == "lane":
            asked = {"lane": lane}
        elif how == "counter":
            asked = {"lane": lane, "counter": desk.number}
        self._acts(person, "transfer", person.counter)
        self.do(
            lambda tx: queue.transfer(tx, self.office, ticket=person.id, **asked),
            by=person.counter,
        )
        person.state, person.counter = "waiting", None
        person.only_at = desk.number if how == "counter" else None
        if how == "back":
            person.lane = OWN_LANE[person.service]
            person.arrival = person.arrival if person.original is None else person.original
        else:
            person.lane = lane
        self.did[f"transfer {how}"] += 1

    def finish(self, person: Person) -> None:
        self._acts(person, "finish", person.counter)
        outcome = self.chance.choice(("done", "done", "incomplete"))
        self.do(
            lambda tx: queue.finish(tx, ticket=person.id, outcome=outcome, note="-"),
            by=person.counter,
        )
        person.outcome = outcome
        person.state = "finished"
        self.did["finish"] += 1

    def bring_papers(self) -> None:
        """Somebody whose papers were incomplete comes back with them, at the old arrival."""
        came = [
            one
            for one in self.oracle.people.values()
            if one.state == "finished" and one.outcome == "incomplete"
        ]
        if not came:
            return
        person = self.chance.choice(came)
        self._acts(person, "transfer", person.counter)
        self.do(lambda tx: queue.transfer(tx, self.office, ticket=person.id, back=True), by=9)
        person.last = None  # somebody else than the counter's officer did it
        person.state, person.counter, person.only_at = "waiting", None, None
        person.lane = OWN_LANE[person.service]
        person.arrival = person.arrival if person.original is None else person.original
        self.did["papers"] += 1

    def park(self, person: Person) -> None:
        self.do(lambda tx: queue.park(tx, ticket=person.id, reason="fotokopi"), person.counter)
        person.state, person.counter, person.last = "parked", None, None
        self.did["park"] += 1

    def resume(self) -> None:
        parked = [one for one in self.oracle.people.values() if one.state == "parked"]
        if not parked:
            return
        person = self.chance.choice(parked)
        free = [one.number for one in self.oracle.desks.values()
                if one.state == "open" and self._at(one.number) is None]  # fmt: skip
        counter = self.chance.choice((None, *free))
        self.do(lambda tx: queue.resume(tx, self.office, ticket=person.id, counter=counter), by=9)
        person.state = "waiting" if counter is None else "serving"
        person.counter, person.only_at = counter, None
        self.did["resume"] += 1

    def undo(self) -> None:
        done = [
            one
            for one in self.oracle.people.values()
            if one.last is not None and self.now - one.acted_at < 1.2
        ]
        if not done:
            return
        person = self.chance.choice(done)
        act, by, before = person.last
        back = before["state"] in ("called", "serving")
        desk = self.oracle.desks[by]
        free = self._at(by) is None or not back
        code = self.refusal_of(lambda tx: queue.undo(tx, self.office, ticket=person.id), by=by)
        assert code == self._no_undo(person, desk, free=free, back=back)
        if code is not None:
            return
        person.take_back()
        if act == "call":
            desk.priority_calls = person.streak
        self.did[f"undo {act}"] += 1

    def _no_undo(self, person: Person, desk: Desk, *, free: bool, back: bool) -> str | None:
        if self.now - person.acted_at > 1:
            return "undo_too_late"
        if back and desk.state == "closed":
            return "counter_closed"
        return None if free else "counter_busy"

    def close_or_open(self) -> None:
        desk = self.chance.choice(list(self.oracle.desks.values()))
        if desk.state == "closed":
            self.open(desk.number)
        elif self._at(desk.number) is None:
            self.do(
                lambda tx: counters.close_counter(tx, self.office, counter=desk.number),
                by=desk.number,
            )
            desk.state, desk.lanes = "closed", frozenset()
            for one in self.oracle.waiting():
                if one.only_at == desk.number:
                    one.only_at, one.last = None, None
            self.did["close"] += 1

    def open(self, number: int) -> None:
        desk = self.oracle.desks[number]
        lanes = self.office.counter(number).lanes
        some = tuple(lane for lane in lanes if self.chance.random() < 0.8) or lanes
        self.do(
            lambda tx: counters.open_counter(tx, self.office, counter=number, lanes=some),
            by=number,
        )
        desk.state, desk.lanes = "open", frozenset(some)

    def break_device(self) -> None:
        number = self.chance.choice(list(self.agents))
        desk = self.oracle.desks[number]
        role = self.chance.choice(("fingerprint", "camera"))
        desk.broken ^= {role}
        devices = [
            DeviceReport(role=one, address=f"{one}:sim://x", lamp=lamp)
            for one in sorted(desk.devices)
            for lamp in ["down" if one in desk.broken else "ready"]
        ]
        report = StationReport(boot="b", version="1", devices=devices)
        self.writer.run_alone(
            lambda tx: stations.report(tx, report=report), actor=self.agents[number]
        )
        self.did["device"] += 1

    # ── looking ──────────────────────────────────────────────────────────────

    def _at(self, number: int) -> Person | None:
        here = [one for one in self.oracle.people.values()
                if one.counter == number and one.state in ("called", "serving")]  # fmt: skip
        assert len(here) <= 1, here
        return here[0] if here else None

    def _row(self, ticket: str):
        with self.house.database.reading_core() as connection:
            return tickets.find_row(connection, self.house.office_no, ticket)

    def _tell(self, ticket: str) -> object:
        return self.oracle.people.get(ticket, ticket)
