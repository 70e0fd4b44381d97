"""One simulated morning: who sends what, what the wire loses or doubles, when the hub dies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from mortal_hub import LOST, Lost, MortalHub, Outcome, Request
from people import COUNTERS, Kiosk, Known, Officer, Person, Usher

from hub.errors import LoketError
from hub.queue import counters
from hub.settings import THE_OFFICE
from hub.wire import CounterState
from hub.writer import Done

KIOSKS = 8
REQUEST_LOST = 0.12
ANSWER_LOST = 0.12
SENT_TWICE = 0.1
COMES_LATE = 0.3
HUB_DIES = 0.15
LAST_ROUNDS = 40


@dataclass(frozen=True)
class Acknowledged:
    """A command whose success somebody was told."""

    request: Request
    done: Done[object]


@dataclass
class OfficeDay:
    """Everything random comes from `chance`, all time from the virtual clock."""

    hub: MortalHub
    clock: object
    chance: Random
    people: Sequence[Person] = ()
    """Who sends; without anybody named: kiosks, officers at counters and an usher."""
    acknowledged: dict[str, Acknowledged] = field(default_factory=dict)
    _sent: list[Request] = field(default_factory=list)
    _people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = Known()
        self._people = list(self.people) or [
            *(Kiosk(number, self.chance, known) for number in range(KIOSKS)),
            *(Officer(counter, self.chance, known) for counter in COUNTERS),
            Usher(self.chance, known),
        ]

    async def run(self, rounds: int) -> None:
        """Play `rounds` with a bad wire, then let everybody who waits for an answer get it."""
        self.hub.start()
        try:
            for _ in range(rounds):
                self.clock.pass_(self.chance.uniform(1, 90))
                await self._bad_round()
            for _ in range(LAST_ROUNDS):
                if not await self._good_round():
                    return
            message = f"still unanswered: {[one.pending for one in self._people]}"
            raise AssertionError(message)
        finally:
            await self.hub.stop()

    async def _bad_round(self) -> None:
        requests = self._wanted()
        arriving = [one for one in requests if self.chance.random() > REQUEST_LOST]
        arriving += [one for one in arriving if self.chance.random() < SENT_TWICE]
        if self._sent and self.chance.random() < COMES_LATE:
            arriving.append(self.chance.choice(self._sent))
        self.chance.shuffle(arriving)
        self._sent += arriving
        for request, outcome in zip(arriving, await self._meet(arriving), strict=True):
            heard = self.chance.random() > ANSWER_LOST
            self._deliver(request, outcome if heard else LOST)

    async def _good_round(self) -> bool:
        pending = [one.pending for one in self._people if one.pending is not None]
        for request, outcome in zip(pending, await self.hub.together(pending), strict=True):
            self._deliver(request, outcome)
        return bool(pending)

    def _wanted(self) -> list[Request]:
        for person in self._people:
            if person.pending is None:
                person.pending = person.decides()
        return [one.pending for one in self._people if one.pending is not None]

    async def _meet(self, arriving: Sequence[Request]) -> list[Outcome]:
        if self.chance.random() > HUB_DIES:
            return await self.hub.together(arriving)
        dies_before = self.chance.randint(0, len(arriving))
        if dies_before == len(arriving):
            return await self.hub.together_then_death(arriving)
        return await self.hub.together_until_death(arriving, dies_before)

    def _deliver(self, request: Request, outcome: Outcome) -> None:
        if isinstance(outcome, Lost):
            return
        self._note(request, outcome)
        person = next(
            (one for one in self._people if one.pending and one.pending.key == request.key), None
        )
        if person is None:
            return  # an answer that came twice or late
        person.pending = None
        if isinstance(outcome, LoketError):
            person.is_refused(outcome, self._counter(person))
        else:
            person.hears(outcome.value)

    def _note(self, request: Request, outcome: Done[object] | LoketError) -> None:
        earlier = self.acknowledged.get(request.key)
        if earlier is not None:
            assert isinstance(outcome, Done), f"{request.name} was done, then refused: {outcome}"
            assert (outcome.body, outcome.seq) == (earlier.done.body, earlier.done.seq)
        elif isinstance(outcome, Done) and outcome.value is not None:
            self.acknowledged[request.key] = Acknowledged(request, outcome)

    def _counter(self, person: Person) -> CounterState | None:
        number = getattr(person, "counter", None)
        if number is None:
            return None
        house = self.hub.house
        with house.database.reading_core() as connection:
            return counters.read(connection, THE_OFFICE, house.procedure.office, number)
