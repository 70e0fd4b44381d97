"""Checks open cases by itself: whenever the list, a person or a case's place in the sheet changes.

It asks the matching process (or an attached service) and records what was said; nothing it does
clears or refuses anybody. While nobody answers, the cases stay unchecked and Wasdakim sees that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from hub.cases.applications import must_find
from hub.cases.screening import checks, versions
from hub.cases.screening.due import due
from hub.cases.screening.subject import Subject
from hub.cases.screening.versions import ListInForce
from hub.errors import LoketError
from hub.events import Sealed
from hub.events.cekal import CekalAnswering, CekalProgressed
from hub.house import SYSTEM, House
from hub.matching.link import Loading, Matching
from hub.matching.port import Answer, Away, Source, Why, attached
from hub.office.cekal_rules import OWN_LIST
from hub.writer import Tx, Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

WAKES: Final = (
    "step.", "gate.", "application.", "cekal.version_judged", "cekal.threshold_set", "clock.moved",
)  # fmt: skip
TRIED_AGAIN_AFTER_S: Final = 2.0
GIVEN_UP_AFTER: Final = 3
"""Questions that fail in one round: whoever else is due would only wait for as many more."""
TOLD_EVERY_S: Final = 1.0
LOOKED_AGAIN_AFTER_S: Final = 30.0
"""A version takes effect at its time without anything happening."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the screener is doing: cases checked of those that are due, or a version loading."""

    done: int = 0
    total: int = 0
    why: Why | None = None
    since: datetime | None = None
    loading: Loading | None = None

    @property
    def away(self) -> bool:
        """Return whether nobody answers, so that nobody is checked."""
        return self.why is not None


class Screener:
    """Keeps every open case checked against the list in force."""

    def __init__(self, house: House, writer: Writer, service: Source | None = None) -> None:
        self._house = house
        self._writer = writer
        self._woken = asyncio.Event()
        self._progress = Progress()
        self._service = service
        self._failed: set[str] = set()
        self._told_at = 0.0
        self._telling: set[asyncio.Task[object]] = set()
        settings, rules = house.settings, house.procedure.office.cekal
        self.matching = Matching(
            settings.folder, settings.key_file, answers_within_s=rules.answers_within_s
        )

    @property
    def progress(self) -> Progress:
        """Return how far it is."""
        now = self._progress
        return Progress(now.done, now.total, now.why, now.since, self.matching.loading)

    def heard(self, sealed: list[Sealed]) -> None:
        """Look again after what changes who must be checked."""
        if any(event.kind.startswith(WAKES) for event in sealed):
            self.look_again()

    def look_again(self) -> None:
        """Look now for what is due."""
        self._woken.set()

    async def run(self) -> None:
        """Check what is due for ever; end it by cancelling."""
        self.matching.told = self._tell_loading
        try:
            while True:
                self._woken.clear()
                wait_s = await self._once()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._woken.wait()
        finally:
            await self.matching.stop()

    async def _once(self) -> float:
        try:
            await self._check_all()
        except Away as away:
            await self._is_away(away.why)
            return TRIED_AGAIN_AFTER_S
        except LoketError as error:
            log.warning("cases could not be checked: %s", error)
            await self._is_away("failed")
            return TRIED_AGAIN_AFTER_S
        except Exception:
            log.exception("the screener failed; it goes on")
            await self._is_away("failed")
            return TRIED_AGAIN_AFTER_S
        await self._answers(Progress())
        return LOOKED_AGAIN_AFTER_S

    async def _is_away(self, why: Why) -> None:
        """Note since when nobody answers, and tell why; told once, not at each try."""
        before = self._progress
        self._progress = Progress(why=why, since=before.since or self._house.clock.now())
        if before.why != why:
            log.warning("nobody answers for the cekal list (%s): no case is checked", why)
            await self._tell(CekalAnswering(why))

    async def _answers(self, progress: Progress) -> None:
        """Note how far it is, and tell if nobody answered before."""
        before, self._progress = self._progress, progress
        if before.away:
            log.info("cases are checked again")
            await self._tell(CekalAnswering(""))

    async def _check_all(self) -> None:
        house = self._house
        listed = await self._read(
            lambda session, at: versions.asked(session, house.procedure.office, house.office_no, at)
        )
        if listed is None:
            await self.matching.use("", [])
            return
        await self._load(listed)
        subjects = await self._read(lambda session, at: self._due(session, listed, at))
        self._failed &= {subject.query.id for subject in subjects}
        # one whose question fails stands in nobody's way
        subjects.sort(key=lambda subject: subject.query.id in self._failed)
        failed: list[Away] = []
        for number, subject in enumerate(subjects):
            if not self._progress.away:
                self._progress = Progress(number, len(subjects))
            try:
                answer = await self._ask(subject)
            except Away as away:
                failed.append(away)
                self._failed.add(subject.query.id)
                if len(failed) > number:  # nobody was answered for in this round
                    await self._is_away(away.why)
                if len(failed) >= GIVEN_UP_AFTER or self._nobody_there:
                    break
                continue
            await self._answers(Progress(number, len(subjects)))
            self._failed.discard(subject.query.id)
            await self._record(subject, answer, listed)
        if failed:
            raise failed[-1]

    async def _load(self, listed: ListInForce) -> None:
        office = self._house.procedure.office
        if office.cekal.source == OWN_LIST:
            names = list(listed.versions)
            await self.matching.use(listed.token, names, listed.threshold)
        elif self._service is None:
            self._service = attached(office)

    @property
    def _nobody_there(self) -> bool:
        return self._service is None and self.matching.process_id is None

    async def _ask(self, subject: Subject) -> Answer:
        office = self._house.procedure.office
        today, nearest = office.today(self._house.clock.now()), office.cekal.nearest
        if self._service is None:
            return await self.matching.ask(subject.query, today, nearest)
        within_s = office.cekal.answers_within_s
        try:
            async with asyncio.timeout(within_s):
                return await self._service.ask(subject.query, today, nearest)
        except Away:
            raise
        except Exception as error:
            # whatever a foreign program raises, this person was not checked
            log.debug("the attached service failed: %s", type(error).__name__)
            raise Away("silent" if isinstance(error, TimeoutError) else "failed") from error

    async def _record(self, subject: Subject, answer: Answer, listed: ListInForce) -> None:
        procedure = self._house.procedure

        def command(tx: Tx) -> None:
            case = must_find(tx.session, tx.office, procedure, subject.query.id)
            checks.record(tx, procedure, case, subject, answer, listed)

        await self._writer.run(command, actor=SYSTEM, name="check the list")

    def _tell_loading(self) -> None:
        """Let Wasdakim's pages show how far a version is loaded, once a second."""
        loading, now = self.matching.loading, asyncio.get_running_loop().time()
        if loading is not None and now - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = now
        done, total = (loading.done, loading.total) if loading else (0, 0)
        told = CekalProgressed(self.matching.token[:16], done, total, loading is None)
        telling = asyncio.create_task(self._tell(told))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _tell(self, told: CekalProgressed | CekalAnswering) -> None:
        with contextlib.suppress(LoketError):  # the next one comes in a moment
            await self._writer.run(
                lambda tx: tx.emit(told, subject="list"), actor=SYSTEM, name="tell of a list"
            )

    def _due(self, session: Session, listed: ListInForce, at: datetime) -> list[Subject]:
        procedure = self._house.procedure
        today = procedure.office.today(at)
        return list(due(session, self._house.office_no, procedure, listed, today))

    async def _read(self, ask: Callable[[Session, datetime], T]) -> T:
        def read() -> T:
            with self._house.database.reading() as session:
                return ask(session, self._house.clock.now())

        return await asyncio.to_thread(read)
