"""The people of SOP Cekal in a simulated day: who judges, who keeps the list, and the screener."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from listed import ANNA
from mortal_hub import MortalHub, Request
from msgspec.structs import replace as replaced
from people import Sender
from sqlalchemy.orm import Session

from hub.cases import steps
from hub.cases.applications import must_find
from hub.cases.screening import checks, outcomes, verdicts, versions
from hub.cases.screening.due import due
from hub.cases.screening.states import DIFFERENT, HELD, OPEN, OUTCOMES, PASSING, SAME, State
from hub.cases.screening.verdicts import Given
from hub.errors import LoketError
from hub.house import SYSTEM
from hub.matching.process import LoadedList
from hub.matching.task import Person as AskedFor
from hub.models.cekal import CekalCheck
from hub.procedure import Procedure
from hub.settings import THE_OFFICE
from hub.wire import CounterState
from hub.writer import Actor, Tx

EXPECTED = {
    "role_missing", "segregation", "check_decided", "check_superseded", "proposal_open",
    "not_held", "nothing_proposed", "refer_to_wasdakim", "step_done", "step_not_yet",
    "case_diverted", "case_ended", "list_judged", "outcome_wrong", "evidence_missing",
    "evidence_wrong",
}  # fmt: skip
"""Refusals that people in each other's way get; any other one is a mistake of the hub."""
Act = tuple[str, Callable[[Tx, Procedure], str]]


class _Worker:
    """Sends one request at a time, and again until it is told."""

    counter = None

    def __init__(self, actor: Actor, hub: MortalHub, chance: Random) -> None:
        self.pending: Request | None = None
        self.refusals: list[str] = []
        self._sender = Sender(actor)
        self._hub = hub
        self._chance = chance

    def _request(self, act: Act) -> Request:
        name, run = act
        # the procedure of whichever hub is alive when the request arrives
        return self._sender.request(
            name, name, lambda tx, _office: run(tx, self._hub.house.procedure), str
        )

    def hears(self, answer: object) -> None:
        assert answer is None or isinstance(answer, str)

    def is_refused(self, refusal: LoketError, now: CounterState | None) -> None:
        del now
        assert refusal.code in EXPECTED, refusal
        self.refusals.append(refusal.code)


class Judge(_Worker):
    """Opens a case and does what its newest check asks for, whether it is theirs to do or not."""

    def __init__(
        self, actor: Actor, hub: MortalHub, chance: Random, cases: Sequence[str], confirms: float
    ) -> None:
        super().__init__(actor, hub, chance)
        self._cases = cases
        self._confirms = confirms

    def decides(self) -> Request | None:
        case = self._chance.choice(self._cases)
        with self._hub.house.database.reading() as session:
            check = checks.newest(session, THE_OFFICE, case, checks.LIST)
            if check is None or self._chance.random() < 0.2:
                return None
            return self._request(self._act(session, case, check))

    def _act(self, session: Session, case: str, check: CekalCheck) -> Act:
        identity, state = check.id, State(check.state)
        if state in OPEN:
            return self._verdict(identity, checks.candidates_of(check))
        if state in HELD:
            return self._outcome(session, check)
        if state in PASSING or self._chance.random() < 0.5:
            return self._pass(session, case)
        return f"clear {identity}", lambda tx, rules: verdicts.confirm_clear(tx, rules, identity).id

    def _pass(self, session: Session, case: str) -> Act:
        house, actor = self._hub.house, self._sender.actor
        values = steps.prepare(
            session, THE_OFFICE, house.procedure, case, "3", {"decision": "CLEAR"},
            house.clock.now(), actor,
        )  # fmt: skip
        return f"pass {case}", lambda tx, rules: steps.complete(tx, rules, case, "3", values).next

    def _verdict(self, check: str, candidates: Sequence[checks.Candidate]) -> Act:
        entry = self._chance.choice(candidates).entry
        choice = SAME if self._chance.random() < self._confirms else DIFFERENT
        given = Given(entry, choice, "paspor lama", ("name", "birth_date"))
        return f"verdict {check}", lambda tx, rules: outcomes.adjudicate(tx, rules, check, given).id

    def _outcome(self, session: Session, check: CekalCheck) -> Act:
        identity = check.id
        if outcomes.open_proposal(session, check) is None:
            outcome = self._chance.choice(OUTCOMES)
            return f"propose {identity}", lambda tx, rules: outcomes.propose(
                tx, rules, identity, outcome, "surat contoh"
            )
        agree = self._chance.random() < 0.7
        return f"decide {identity}", lambda tx, rules: outcomes.decide(
            tx, rules, identity, agree=agree, reason="setuju", legal_basis="Pasal contoh"
        )


class ListInput(_Worker):
    """Puts changes of the list in: an entry changed, a new one, one withdrawn."""

    def __init__(self, actor: Actor, hub: MortalHub, chance: Random, most: int) -> None:
        super().__init__(actor, hub, chance)
        self._left = most

    def decides(self) -> Request | None:
        if self._left == 0 or self._chance.random() < 0.7:
            return None
        self._left -= 1
        name, at = f"C{self._left}", self._hub.house.clock.now()
        how = self._chance.choice(("changed", "new", "withdrawn"))
        entry = replaced(ANNA, decree=f"KEP-{self._left}") if how == "changed" else ANNA
        entry = replaced(entry, id=f"N-{self._left}") if how == "new" else entry
        gone = ["C-1"] if how == "withdrawn" else []
        entries = [] if gone else [entry]
        lists = self._hub.house.procedure.lists
        lists.add(name, entries, kind="update", effective=at, at=at, withdrawn=gone)
        return self._request((f"enter {name}", lambda tx, rules: versions.enter(
            tx, rules.office, version=name, kind="update", entries=len(entries),
            withdrawn=len(gone), effective=at)))  # fmt: skip


class Verifier(_Worker):
    """Verifies what was put in."""

    def decides(self) -> Request | None:
        with self._hub.house.database.reading() as session:
            rows = versions.every(session, THE_OFFICE)
            waiting = [row.version for row in rows if row.state == versions.ENTERED]
        if not waiting or self._chance.random() < 0.5:
            return None
        name, good = self._chance.choice(waiting), self._chance.random() < 0.8
        return self._request((f"verify {name}", lambda tx, rules: versions.judge(
            tx, rules.office, rules.keyring, name, good=good, reason="dibandingkan")))  # fmt: skip


class Screener(_Worker):
    """Asks the real matcher about the first case that is due; its answer may come late."""

    def __init__(self, hub: MortalHub, chance: Random) -> None:
        super().__init__(SYSTEM, hub, chance)

    def decides(self) -> Request | None:
        house = self._hub.house
        rules, now = house.procedure, house.clock.now()
        with house.database.reading() as session:
            listed = versions.in_force(session, THE_OFFICE, now)
            today = rules.office.today(now)
            subjects = list(due(session, THE_OFFICE, rules, listed, today)) if listed else []
        if listed is None or not subjects:
            return None
        stored = {one.version: one for one in rules.lists.manifest().versions}
        loaded = LoadedList(rules.lists, tuple(stored[name] for name in listed.versions))
        subject = self._chance.choice(subjects)
        answer = loaded.screen(AskedFor(subject.query, today.isoformat(), 5))

        def keep(tx: Tx, living: Procedure) -> str:
            case = must_find(tx.session, tx.office, living, subject.query.id)
            made = checks.record(tx, living, case, subject, answer, listed)
            return made.id if made else ""

        return self._request((f"check {subject.query.id}", keep))
