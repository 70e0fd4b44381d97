"""Issues a ticket at the desk and prints it: two commands with the drawing between them.

The number is given first, durably. If its paper cannot be drawn or the counter has no working
ticket printer, the officer writes the number down; a number is never lost with its paper.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from hub import blobs as files
from hub.blobs import Blobs
from hub.confirming import papers_are_specimens
from hub.database import Database
from hub.errors import LoketError
from hub.letters.press import Press
from hub.letters.slips import QueueSlip
from hub.office import OfficeConfig
from hub.queue import candidates, desk_tickets
from hub.wire import Ticket
from hub.wire.queue import DeskTicket, DeskTicketGiven
from hub.writer import Actor, Done, Tx, Writer

log = logging.getLogger(__name__)

LONGEST_KEY = 80
TICKET_PRINTER = "ticket_printer"


@dataclass(frozen=True, slots=True)
class DeskPrinting:
    """What issuing at the desk takes of the hub."""

    writer: Writer
    database: Database
    office: OfficeConfig
    office_no: int
    press: Press
    blobs: Blobs

    async def issue(
        self, ask: DeskTicket, *, counter: int, actor: Actor, key: str, request: bytes
    ) -> Done[DeskTicketGiven]:
        """Issue and print; the same `key` gives the same ticket and print job. Raises Refused."""

        def issue(tx: Tx) -> Ticket:
            return desk_tickets.issue_at_desk(tx, self.office, ask, counter=counter)

        name = f"desk ticket {counter}"
        issued = await self.writer.run(
            issue, actor=actor, key=key, request=request, name=name, answer=Ticket
        )
        stored = await self._drawn(ask, issued.value, counter)

        def give(tx: Tx) -> DeskTicketGiven:
            if stored is not None:
                files.register(tx, stored, "image/png", station=actor.id)
            blob = stored.id if stored else None
            return desk_tickets.give_paper(
                tx, ticket=issued.value, counter=self._printer_of(counter), blob=blob
            )

        return await self.writer.run(
            give,
            actor=actor,
            key=f"paper-{key}"[:LONGEST_KEY],
            request=request,
            name=f"{name} paper",
            answer=DeskTicketGiven,
        )

    async def _drawn(
        self, ask: DeskTicket, ticket: Ticket, counter: int
    ) -> files.StoredFile | None:
        printer = self._printer_of(counter)
        if not ask.print or not await asyncio.to_thread(self._has_printer, printer):
            return None
        service = self.office.service(ticket.service)
        if service is None:
            return None
        specimen = await asyncio.to_thread(self._is_specimen, ticket)
        wait = ticket.estimate
        slip = QueueSlip(
            office=self.office.office.name.id,
            number=ticket.number,
            service=service.name,
            issued_at=ticket.issued_at,
            zone=self.office.office.timezone,
            language=ticket.language,
            ahead=ticket.ahead,
            low_min=wait.low_min if wait else None,
            high_min=wait.high_min if wait else None,
            today=wait.today if wait else "yes",
            specimen=specimen,
        )
        try:
            return await asyncio.to_thread(self.blobs.put, await self.press.draw(slip))
        except LoketError as error:
            log.warning("the paper of ticket %s could not be made: %s", ticket.id, error)
            return None

    def _is_specimen(self, ticket: Ticket) -> bool:
        with self.database.reading_core() as connection:
            day = self.office.today(ticket.issued_at)
            return papers_are_specimens(connection, self.office_no, self.office, day)

    def _printer_of(self, counter: int) -> int:
        """Return the counter whose ticket printer the office file names for `counter`."""
        configured = self.office.counter(counter)
        named = configured.prints_at if configured else None
        return named if named is not None else counter

    def _has_printer(self, counter: int) -> bool:
        configured = self.office.counter(counter)
        if configured is None:
            return False
        with self.database.reading_core() as connection:
            return TICKET_PRINTER in candidates.reported_working(
                connection, self.office_no, configured
            )
