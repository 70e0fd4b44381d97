"""What a page needs of the hub, bundled for one request of one signed-in officer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.orm import Session

from hub import opening
from hub.cases import may_see_cases
from hub.cases.history_paper import headed
from hub.clock import Clock
from hub.database import Database
from hub.errors import Refused
from hub.letters import Letterhead
from hub.office import OfficeConfig
from hub.officers import MAY_SUPERVISE, SignedIn
from hub.procedure import Procedure
from hub.queue import board
from hub.web.forms import Form
from hub.web.rendering import PART_HEADER, Frame
from hub.web.room_list import CUSTODY, ROOMS
from hub.web.words import Speech, language
from hub.wire import NoticeState
from hub.writer import Done, Tx, Writer

T = TypeVar("T")


class _TakenBack(Refused):
    """A rehearsed command would have gone through; nothing of it is stored."""


AnyRequest = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class Desk:
    """The hub as one officer's page uses it: read, command, frame."""

    database: Database
    writer: Writer
    procedure: Procedure
    office_no: int
    clock: Clock
    officer: SignedIn
    speech: Speech
    live: bool
    shown: tuple[NoticeState, ...] = ()
    """What every screen shows, for the banner."""

    @property
    def office(self) -> OfficeConfig:
        """Return the office's rules."""
        return self.procedure.office

    async def read(self, ask: Callable[[Session, datetime], T]) -> tuple[int, datetime, T]:
        """Return what `ask` reads, with the feed position and instant it was read at."""
        return await asyncio.to_thread(self._read, ask)

    async def command(self, run: Callable[[Tx], T], form: Form, name: str) -> Done[T]:
        """Run a command under the form's own key. Raises Refused."""
        return await self.writer.run(
            run, actor=self.officer.actor, key=form.key, request=form.raw, name=name
        )

    async def letterhead(self, application: str = "") -> Letterhead:
        """Return the letterhead of a paper set now, of a case if one is named."""
        _, _, head = await self.read(
            lambda session, at: headed(session, self.office_no, self.procedure, at, application)
        )
        return head

    async def rehearse(self, run: Callable[[Tx], object]) -> None:
        """Let a command be judged as it will be, and change nothing. Raises Refused."""

        def take_back(tx: Tx) -> None:
            run(tx)
            tx.session.flush()  # also what the database itself refuses
            raise _TakenBack("taken_back", "")

        with suppress(_TakenBack):
            await self.writer.run(take_back, actor=self.officer.actor, name="rehearsal")

    def frame(
        self,
        seq: int,
        at: datetime,
        *,
        title: str,
        section: str,
        here: str,
        stream: str,
        place: str = "",
    ) -> Frame:
        """Return what stands around a page that was read at `seq`."""
        return Frame(
            title=title,
            office=self.speech.pick(self.office.office.name),
            place=place or self.place(),
            section=section,
            here=here,
            stream=stream,
            seq=seq,
            now=at,
            speech=self.speech,
            officer=self.officer,
            counter=self.officer.counter,
            rooms=self.rooms(),
            shown=self.shown,
        )

    def rooms(self) -> frozenset[str]:
        """Return the pages that the officer's roles open."""
        roles = self.officer.roles
        cases = {"cases"} if may_see_cases(self.procedure, roles) else set()
        behind = {"rooms"} if any(room.admits(roles) for room in ROOMS) else set()
        behind |= {"custody"} if CUSTODY.admits(roles) else set()
        rules = self.office.cekal
        found = cases | behind | ({"supervisor"} if roles & MAY_SUPERVISE else set())
        found |= {"wasdakim"} if roles & rules.sees else set()
        return frozenset(found | ({"cekal_list"} if roles & rules.browses else set()))

    def place(self, counter: int | None = None) -> str:
        """Return where the officer works, for the head of the page."""
        number = counter or self.officer.counter
        if number is None:
            return self.speech.pick(self.office.office.directorate)
        return self.speech.say("counter_n", number=number)

    def _read(self, ask: Callable[[Session, datetime], T]) -> tuple[int, datetime, T]:
        at = self.clock.now()
        with self.database.reading() as session:
            # the position first: SQLite's snapshot begins with the first read
            seq = board.position(session.connection(), self.office_no)
            return seq, at, ask(session, at)


async def provide_desk(
    request: AnyRequest,
    database: NamedDependency[Database],
    writer: NamedDependency[Writer],
    procedure: NamedDependency[Procedure],
    office_no: NamedDependency[int],
    clock: NamedDependency[Clock],
    officer: NamedDependency[SignedIn],
    lang: NamedDependency[str],
) -> Desk:
    """Return the desk of this request."""

    def shown() -> tuple[NoticeState, ...]:
        with database.reading_core() as connection:
            return tuple(opening.notices(connection, office_no))

    return Desk(
        database=database,
        writer=writer,
        procedure=procedure,
        office_no=office_no,
        clock=clock,
        officer=officer,
        speech=Speech(language(lang), procedure.office.zone),
        live=request.headers.get(PART_HEADER) == "live",
        shown=await asyncio.to_thread(shown),
    )


DESK = {"desk": Provide(provide_desk)}
"""The dependency that every page of the staff declares."""
