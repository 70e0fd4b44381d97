"""Kiosks, officers and an usher: each sends one request at a time, and again until it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import msgspec
from mortal_hub import Command, Request

from hub import queue
from hub.errors import LoketError
from hub.queue import counters
from hub.wire import (
    CallNext,
    CloseCounter,
    CounterState,
    FinishTicket,
    IssueTicket,
    MarkAbsent,
    OpenCounter,
    PauseCounter,
    Ticket,
    TicketAct,
    TransferTicket,
)
from hub.wire.queue import ParkTicket, ResumeTicket
from hub.writer import Actor

SERVICES = (
    "information", "skim", "biometrics", "payment",
    "collection", "complaint", "stay_permit", "citizen_passport",
)  # fmt: skip
LANES = (
    "information", "intake", "biometrics", "payment",
    "collection", "complaint", "stay_permit", "citizen_passport",
)  # fmt: skip
COUNTERS = (1, 2, 3, 4)


class Person(Protocol):
    """Somebody who sends requests."""

    pending: Request | None

    def decides(self) -> Request | None: ...
    def hears(self, answer: object) -> None: ...
    def is_refused(self, refusal: LoketError, now: CounterState | None) -> None: ...


@dataclass
class Known:
    """What people have seen of each other's tickets."""

    waiting: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)


@dataclass
class Sender:
    """Makes requests with keys of their own."""

    actor: Actor
    sent: int = 0

    def request(self, name: str, body: object, command: Command, answer: type[object]) -> Request:
        self.sent += 1
        key = f"{self.actor.id}-{self.sent:05d}"
        return Request(key, name, msgspec.json.encode(body), self.actor, command, answer)


class Kiosk:
    """Issues tickets."""

    counter = None

    def __init__(self, number: int, chance: Random, known: Known) -> None:
        self._sender = Sender(Actor("station", f"kiosk-{number}", f"Kios {number}"))
        self._chance = chance
        self._known = known
        self.pending: Request | None = None

    def decides(self) -> Request | None:
        if self._chance.random() < 0.3:
            return None
        segment = self._chance.choice(("general", "general", "general", "priority"))
        body = IssueTicket(service=self._chance.choice(SERVICES), segment=segment)
        return self._sender.request(
            "issue", body, lambda tx, office: queue.issue(tx, office, body), Ticket
        )

    def hears(self, answer: object) -> None:
        assert isinstance(answer, Ticket)
        self._known.waiting.append(answer.id)

    def is_refused(self, refusal: LoketError, now: CounterState | None) -> None:
        assert refusal.code in ("queue_closed", "quota_used"), refusal


class Usher:
    """Lets absent people wait again."""

    counter = None

    def __init__(self, chance: Random, known: Known) -> None:
        self._sender = Sender(Actor("station", "usher", "Pemandu"))
        self._chance = chance
        self._known = known
        self.pending: Request | None = None

    def decides(self) -> Request | None:
        if not self._known.absent or self._chance.random() < 0.5:
            return None
        ticket = self._known.absent.pop(self._chance.randrange(len(self._known.absent)))
        return self._sender.request(
            f"return {ticket}",
            TicketAct(),
            lambda tx, office: queue.return_(tx, office, ticket=ticket),
            Ticket,
        )

    def hears(self, answer: object) -> None:
        assert isinstance(answer, Ticket)

    def is_refused(self, refusal: LoketError, now: CounterState | None) -> None:
        known = ("return_too_late", "return_used", "ticket_not_absent")
        assert refusal.code in known, refusal


class Officer:
    """Works at a counter; after a refusal the officer reloads the page."""

    def __init__(self, counter: int, chance: Random, known: Known) -> None:
        self._sender = Sender(Actor("officer", f"officer-{counter}", "", counter=counter))
        self._chance = chance
        self._known = known
        self.counter = counter
        self._open = False
        self._ticket: Ticket | None = None
        self._last = ""
        self.pending: Request | None = None

    def decides(self) -> Request | None:
        if not self._open:
            return self._opens()
        if self._ticket is None:
            return self._calls()
        if self._ticket.state == "called":
            choices = (self._starts, self._starts, self._starts, self._marks_absent,
                       self._recalls, self._transfers, self._finishes, self._undoes)  # fmt: skip
        else:
            choices = (self._finishes, self._finishes, self._finishes, self._transfers,
                       self._parks)  # fmt: skip
        return self._chance.choice(choices)(self._ticket.id)

    def hears(self, answer: object) -> None:
        if isinstance(answer, CounterState):
            self._reloads(answer)
        elif isinstance(answer, Ticket):
            mine = answer.state in ("called", "serving") and answer.counter == self.counter
            self._ticket = answer if mine else None
            if answer.state == "absent":
                self._known.absent.append(answer.id)
            if answer.state == "parked":
                self._known.parked.append(answer.id)
            self._last = answer.id

    def is_refused(self, refusal: LoketError, now: CounterState | None) -> None:
        assert now is not None
        self._reloads(now)

    def _reloads(self, now: CounterState) -> None:
        self._open = now.state == "open"
        self._ticket = now.ticket

    def _opens(self) -> Request:
        return self._sender.request(
            "open",
            OpenCounter(),
            lambda tx, office: counters.open_counter(tx, office, counter=self.counter),
            CounterState,
        )

    def _calls(self) -> Request:
        dice = self._chance.random()
        if dice < 0.05:
            return self._pauses()
        if dice < 0.1:
            return self._closes()
        if dice > 0.95 and self._last:
            return self._undoes(self._last)
        if dice > 0.85 and self._known.parked:
            return self._resumes()
        out_of_order = dice < 0.2 and self._known.waiting
        ticket = self._chance.choice(self._known.waiting) if out_of_order else None
        body = CallNext(ticket=ticket, reason="ditunjuk penyelia" if ticket else "")
        return self._sender.request(
            f"call {self.counter}",
            body,
            lambda tx, office: queue.call_next(
                tx, office, counter=self.counter, ticket=body.ticket, reason=body.reason
            ),
            Ticket,
        )

    def _pauses(self) -> Request:
        body = PauseCounter(reason="salat")
        return self._sender.request(
            "pause",
            body,
            lambda tx, office: counters.pause_counter(
                tx, office, counter=self.counter, reason=body.reason
            ),
            CounterState,
        )

    def _closes(self) -> Request:
        return self._sender.request(
            "close",
            CloseCounter(),
            lambda tx, office: counters.close_counter(tx, office, counter=self.counter),
            CounterState,
        )

    def _starts(self, ticket: str) -> Request:
        return self._sender.request(
            f"start {ticket}", TicketAct(), lambda tx, _: queue.start(tx, ticket=ticket), Ticket
        )

    def _recalls(self, ticket: str) -> Request:
        return self._sender.request(
            f"recall {ticket}",
            TicketAct(),
            lambda tx, office: queue.recall(tx, office, ticket=ticket),
            Ticket,
        )

    def _marks_absent(self, ticket: str) -> Request:
        return self._sender.request(
            f"absent {ticket}",
            MarkAbsent(),
            lambda tx, office: queue.absent(tx, office, ticket=ticket),
            Ticket,
        )

    def _transfers(self, ticket: str) -> Request:
        counter = self._chance.choice((None, None, *COUNTERS))
        body = TransferTicket(lane=self._chance.choice(LANES), counter=counter)
        return self._sender.request(
            f"transfer {ticket}",
            body,
            lambda tx, office: queue.transfer(
                tx, office, ticket=ticket, lane=body.lane, counter=body.counter
            ),
            Ticket,
        )

    def _parks(self, ticket: str) -> Request:
        return self._sender.request(
            f"park {ticket}", ParkTicket(), lambda tx, _: queue.park(tx, ticket=ticket), Ticket
        )

    def _resumes(self) -> Request:
        ticket = self._known.parked.pop(self._chance.randrange(len(self._known.parked)))
        body = ResumeTicket(counter=self._chance.choice((None, self.counter)))
        return self._sender.request(
            f"resume {ticket}",
            body,
            lambda tx, office: queue.resume(tx, office, ticket=ticket, counter=body.counter),
            Ticket,
        )

    def _undoes(self, ticket: str) -> Request:
        return self._sender.request(
            f"undo {ticket}",
            TicketAct(),
            lambda tx, office: queue.undo(tx, office, ticket=ticket),
            Ticket,
        )

    def _finishes(self, ticket: str) -> Request:
        body = FinishTicket()
        return self._sender.request(
            f"finish {ticket}", body, lambda tx, _: queue.finish(tx, ticket=ticket), Ticket
        )
