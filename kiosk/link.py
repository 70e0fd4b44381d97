"""The kiosk's link to the hub: requests that survive drops and restarts, and the office's state.

A request goes out again under the same key until the hub has answered it, so that one person
gets one ticket however often the line breaks. What happens is told as `kiosk.events`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

import msgspec

from hub.client import HubClient, Unreachable, follow
from hub.errors import Busy, Fault, NotAllowed, Refused
from hub.wire import DeviceReport, OfficeState, StationReport, TicketPrinted
from hub.wire import Event as FeedEvent
from kiosk.doubtful import may_have_arrived
from kiosk.effects import SendRequest
from kiosk.events import (
    DeviceAccepted,
    Event,
    LinkChanged,
    OfficeAlone,
    OfficeSeen,
    RequestRefused,
    Resumed,
    TicketIssued,
)
from kiosk.outbox import Kept, Outbox, OutboxFull, PaperReport, Wanted
from kiosk.standing_in import StandIn

log = logging.getLogger(__name__)

ACCEPTED = "kiosk.device_accepted"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 4.0
"""A person stands and waits: no longer pause than they would bear."""
SETTLE_S = 0.2
"""Events come in bursts; the office is asked once per burst."""
REPORT_EVERY_S = 60.0
OWN_AFTER_S = 8.0
"""So long a person waits for a silent hub; then the kiosk gives a number of its own."""
ALONE_EVERY_S = 15.0
"""While the hub is away the hours still go on: the office is shown anew so often."""
ABANDONED_AFTER_S = 600.0
"""An older request is not sent again after a restart: its person has left."""


class Tell(Protocol):
    """Takes what happened, in the thread of the event loop."""

    def __call__(self, event: Event) -> None:
        """Take `event`."""
        ...


class Link:
    """One kiosk's conversation with its hub."""

    def __init__(
        self, hub: HubClient, outbox: Outbox, tell: Tell, *, now: Callable[[], float], boot: str
    ) -> None:
        self._hub = hub
        self._outbox = outbox
        self._tell = tell
        self._now = now
        self._boot = boot
        self._online = False
        self._back = asyncio.Event()
        self._stale = asyncio.Event()
        self._report: StationReport | None = None
        self._unreported = asyncio.Event()
        self._office_seen = asyncio.Event()
        self._stand_in = StandIn(hub, outbox, now=now)
        self._away_since: float | None = now()
        self.care: Mapping[str, int] = {}
        """After how many uses a device wants its care, by the office's file."""

    # ── requests ─────────────────────────────────────────────────────────────

    def keep(self, effect: SendRequest) -> Wanted:
        """Store a request; it is safe from now on. Raises OutboxFull."""
        wanted = Wanted(effect.key, effect.ticket, effect.draft, check_in=effect.check_in)
        self._outbox.keep(wanted, at=self._now())
        return wanted

    async def deliver(self, wanted: Wanted) -> None:
        """Send a stored request until the hub answers it; tell the ticket or the refusal."""
        pause_s, began = FIRST_PAUSE_S, self._now()
        while True:
            try:
                wanted = await self._ask_or_doubt(wanted)
            except (Unreachable, Busy, Fault) as error:
                log.info("request %s waits for the hub: %s", wanted.key, type(error).__name__)
                if may_have_arrived(error):
                    self._stand_in.doubt(wanted.key)
                self._lost()
                began = min(began, self._now())  # a clock set back must not hold a person up
                if self._waited_enough(began) and self._do_without(wanted):
                    return
                await self._pause(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            except Refused as refusal:
                self._stand_in.settle(wanted.key)
                self._refuse(wanted, refusal.code)
                return
            else:
                break
        self._stand_in.settle(wanted.key)
        self._found()
        if wanted.issued is not None:
            self._tell(TicketIssued(wanted.key, wanted.issued, wanted.case_code))

    def _waited_enough(self, began: float) -> bool:
        away = self._away_since
        return self._now() - min(began, began if away is None else away) >= OWN_AFTER_S

    def _do_without(self, wanted: Wanted) -> bool:
        """End a request without the hub: an own number, or a word that it cannot be done now."""
        self._tell_alone()
        if wanted.check_in is not None:
            self._refuse(wanted, "booking_alone")
            return True
        if code := self._stand_in.why_none(wanted.ticket.service):
            self._refuse(wanted, code)
            return True
        given = self._stand_in.give(wanted)
        if given is None or given.issued is None:
            return False
        self._tell(TicketIssued(wanted.key, given.issued, own=True))
        self._stand_in.show(given.issued.id)
        self._unreported.set()
        return True

    def _refuse(self, wanted: Wanted, code: str) -> None:
        self._outbox.forget(wanted.key)
        log.info("request %s refused: %s", wanted.key, code)
        self._tell(RequestRefused(wanted.key, code))

    def drop(self, key: str) -> None:
        """Forget a request whose person gave up; it is never sent again."""
        self._outbox.forget(key)
        self._unreported.set()

    def leave(self) -> None:
        """Forget the ticket of a person who has left: a restart must not show it to the next."""
        self._outbox.forget_shown()

    def unfinished(self) -> Kept | None:
        """Return the request that a restart interrupted, if its person may still be there.

        Older ones are deleted. Raises OutboxUnreadable.
        """
        fresh: Kept | None = None
        for kept in self._outbox.requests():
            if self._now() - kept.made_at > ABANDONED_AFTER_S:
                log.warning("request %s is too old to be sent again", kept.wanted.key)
                self._outbox.forget(kept.wanted.key)
            else:
                if fresh is not None:
                    self._outbox.forget(fresh.wanted.key)
                fresh = kept
        self._stand_in.void_unseen()
        return fresh

    async def resume(self, kept: Kept, *, paper: str = "") -> None:
        """Go on with an interrupted request; `paper` says what came of a print that had begun."""
        wanted = kept.wanted
        language = wanted.ticket.language
        self._tell(Resumed(wanted.key, wanted.ticket.service, language))
        if wanted.issued is None:
            self._stand_in.doubt(wanted.key)
            await self.deliver(wanted)
            return
        await self._office_seen.wait()
        issued = TicketIssued(wanted.key, wanted.issued, wanted.case_code, paper, own=wanted.own)
        self._tell(issued)
        self._stand_in.show(wanted.issued.id)

    async def _ask_or_doubt(self, wanted: Wanted) -> Wanted:
        """Send a request; who leaves while it is on its way may leave a number behind."""
        try:
            return await self._ask(wanted)
        except asyncio.CancelledError:
            self._stand_in.doubt(wanted.key)
            self._unreported.set()
            raise

    async def _ask(self, wanted: Wanted) -> Wanted:
        ticket = wanted.ticket
        if wanted.draft is not None and not wanted.application:
            opened = await self._hub.open_draft(wanted.draft, key=f"{wanted.key}-draft")
            # the draft is the hub's now: its personal data leaves this machine's disk
            wanted = replace(wanted, draft=None, application=opened.id, case_code=opened.case_code)
            self._note(wanted)
        if wanted.application:
            ticket = msgspec.structs.replace(ticket, application=wanted.application)
        if wanted.check_in is not None:
            issued = await self._hub.check_in(wanted.check_in, key=wanted.key)
        else:
            issued = await self._hub.issue_ticket(ticket, key=wanted.key)
        wanted = replace(wanted, issued=issued)
        self._note(wanted)
        return wanted

    def _note(self, wanted: Wanted) -> None:
        """Store the hub's answer; without room the hub's own memory of the key has to do."""
        try:
            self._outbox.advance(wanted)
        except OutboxFull:
            log.error("the answer to request %s is not stored: is the disk full?", wanted.key)  # noqa: TRY400

    # ── paper ────────────────────────────────────────────────────────────────

    def begin_print(self, key: str) -> int:
        """Journal that paper is about to come; return the process id for the printer."""
        self._stand_in.prints(key)
        return self._outbox.begin_print(key)

    def settle_print(self, key: str, ticket: str, printed: TicketPrinted, *, nonce: str) -> None:
        """Keep what became of a paper; it is told to the hub as soon as it listens."""
        report = PaperReport(f"{key}-paper-{nonce}", ticket, printed)
        self._outbox.settle_print(key, report)
        self._unreported.set()

    # ── the office and this station ──────────────────────────────────────────

    def refresh(self) -> None:
        """Ask the hub for the office soon."""
        self._stale.set()

    def report(self, version: str, devices: list[DeviceReport]) -> None:
        """Tell the hub how this kiosk's devices are; only the newest report is kept."""
        self._report = StationReport(boot=self._boot, version=version, devices=devices)
        self._unreported.set()

    async def run(self) -> None:
        """Follow the hub until cancelled: feed, office, and what is still to be reported."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._keep_fresh())
            group.create_task(self._keep_reporting())
            group.create_task(self._work_alone())

    async def look(self) -> OfficeState:
        """Read the office once and tell it. Raises Fault, Refused."""
        counted = self._stand_in.acknowledged()
        office = await self._hub.office()
        self.care = office.device_care
        self._found()
        # first what working alone needs: whoever sees a ready kiosk may rely on it
        await self._stand_in.see(office, counted)
        self._office_seen.set()
        self._tell(OfficeSeen(office))
        return office

    async def _follow(self) -> None:
        while True:
            try:
                office = await self.look()
                async with aclosing(
                    follow(self._hub, office.seq, on_link=self._feed_changed)
                ) as items:
                    async for item in items:
                        if isinstance(item, FeedEvent) and item.kind == ACCEPTED:
                            await self._accepted(item)
                        self._stale.set()
            except NotAllowed as refusal:
                log.error("the hub does not know this kiosk: %s", refusal.code)  # noqa: TRY400 — no trace
                self._online = False
                self._tell(LinkChanged(online=False, code=refusal.code))
            except (Fault, Refused) as error:
                log.debug("hub not reached: %s", type(error).__name__)
                self._lost()
            await asyncio.sleep(LONGEST_PAUSE_S / 2)

    async def _accepted(self, event: FeedEvent) -> None:
        """Tell that a person accepted a device, if it is one of this kiosk. Raises Fault."""
        me = await self._hub.me()
        if event.body.get("station") == me.id:
            self._tell(DeviceAccepted(str(event.body.get("role"))))

    async def _keep_fresh(self) -> None:
        while True:
            await self._stale.wait()
            await asyncio.sleep(SETTLE_S)
            self._stale.clear()
            try:
                await self.look()
            except (Fault, Refused) as error:
                log.debug("office not read: %s", type(error).__name__)

    async def _work_alone(self) -> None:
        """Show the office as it goes on without the hub, while that is away."""
        while True:
            self._show_alone()
            await asyncio.sleep(ALONE_EVERY_S if self._office_seen.is_set() else SETTLE_S)

    def _show_alone(self) -> None:
        # a hub that only restarts is back sooner than anybody would notice
        if self._away_since is None or self._now() - self._away_since < OWN_AFTER_S:
            return
        self._tell_alone()

    def _tell_alone(self) -> None:
        office = self._stand_in.office()
        if office is not None:
            self._office_seen.set()
            self._tell(OfficeAlone(office))

    async def _keep_reporting(self) -> None:
        self._unreported.set()
        pause_s = FIRST_PAUSE_S
        while True:
            # the hub takes a silent station for a lost one: the same report again now and then
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPORT_EVERY_S):
                    await self._unreported.wait()
            self._unreported.clear()
            try:
                await self.catch_up()
                pause_s = FIRST_PAUSE_S
            except (Unreachable, Busy, Fault):
                self._unreported.set()
                await self._pause(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def catch_up(self) -> None:
        """Tell the hub what it does not have yet. Raises Unreachable, Busy, Fault."""
        await self._stand_in.hand_over()
        await self._send_papers()
        report = self._report
        if report is not None:
            await self._send_report(report)

    async def _send_papers(self) -> None:
        for paper in self._outbox.reports():
            ticket = self._stand_in.ticket_of(paper.ticket)
            if ticket is None:
                continue  # its number is not the hub's yet
            try:
                await self._hub.ticket_printed(ticket, paper.printed, key=paper.key)
            except Busy:
                raise
            except Refused as refusal:
                log.warning("paper of ticket %s not taken: %s", paper.ticket, refusal.code)
            self._outbox.reported(paper.key)

    async def _send_report(self, report: StationReport) -> None:
        devices = [*report.devices, *self._stand_in.lamp()]
        report = msgspec.structs.replace(report, devices=devices)
        try:
            await self._hub.report(report, key=_fresh_key(report, self._now()))
        except Busy:
            raise
        except Refused as refusal:
            log.warning("report on devices not taken: %s", refusal.code)

    # ── whether the hub is there ─────────────────────────────────────────────

    def _feed_changed(self, linked: bool) -> None:
        if linked:
            self._found()
            self._stale.set()
        else:
            self._lost()

    def _found(self) -> None:
        self._back.set()
        self._away_since = None
        if not self._online:
            log.info("the hub answers")
            self._online = True
            self._tell(LinkChanged(online=True))

    def _lost(self) -> None:
        self._back.clear()
        now = self._now()
        self._away_since = now if self._away_since is None else min(self._away_since, now)
        if self._online:
            log.warning("the hub does not answer")
        self._online = False
        self._tell(LinkChanged(online=False))

    async def _pause(self, longest_s: float) -> None:
        """Wait, but no longer than until the hub is seen again."""
        if self._online:
            await asyncio.sleep(longest_s)
            return
        try:
            async with asyncio.timeout(longest_s):
                await self._back.wait()
        except TimeoutError:
            return


def _fresh_key(report: StationReport, at: float) -> str:
    return f"{report.boot}-report-{at:.3f}"
