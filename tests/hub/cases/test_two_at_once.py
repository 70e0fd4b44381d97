"""Two officers press the same act of one case at the same moment, with different words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from case_desk import FIELDS, NIPS, STAFF, Desk
from listed import ANNA, OTHERS, Office
from sqlalchemy import func, select

from hub.cases import (
    agenda,
    applications,
    blanks,
    custody,
    nonconformity,
    reopen,
    steps,
)
from hub.cases.agenda import Letter
from hub.cases.archive import keeping
from hub.cases.archive.keeping import Act
from hub.cases.check import broken_cases
from hub.cases.payments import billing, matching
from hub.cases.screening import outcomes
from hub.cases.screening.verdicts import confirm_clear
from hub.errors import Conflict
from hub.models.application import Blank, Payment, RegisterNumber
from hub.models.correspondence import LetterRow
from hub.models.officer import Officer
from hub.models.queue import EventRow
from hub.writer import Done, Tx

ONE_HUB = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
"""Two hubs meet in the first test; what refuses here does not depend on the database."""
Command = Callable[[Tx, str], object]


@dataclass(frozen=True)
class Race:
    """What two officers were told: the one whose act counts, and the other."""

    winner: str
    won: Done[object]
    again: Done[object]
    loser: str
    refused: Conflict

    def faults(self, desk: Desk) -> list[str]:
        """Return what is wrong with how it ended."""
        who = desk.staff[self.winner].name
        found = [
            (self.again.replayed and self.again.body == self.won.body, "repeat: another answer"),
            (self.again.seq == self.won.seq, "repeat: another place in the feed"),
            (who in self.refused.en, f"English does not say who: {self.refused.en}"),
            (who in self.refused.id, f"Indonesian does not say who: {self.refused.id}"),
        ]
        return [f"{self.refused.code}: {words}" for fine, words in found if not fine]


class Rivals(Desk):
    """A staff of which everybody has a colleague with the same rights."""

    def __init__(self, house, clock, passport) -> None:
        super().__init__(house, clock, passport)
        self.house = house
        self.staff |= self._employ({f"{login}-b": roles for login, roles in STAFF.items()})
        self.do("kiosk", self._let_both_sign)
        self.races: dict[str, Race] = {}

    def _let_both_sign(self, tx: Tx) -> None:
        officer = tx.session.get_one(Officer, (tx.office, self.staff["kakanim-b"].id))
        officer.nip = NIPS["kakanim"]

    def race(self, act: str, login: str, command: Command) -> Race:
        """Let `login` and the colleague do the same at once; then each repeats it once."""
        both = (login, f"{login}-b")

        async def run() -> list[list[object]]:
            # an office on PostgreSQL may have several hubs: each officer comes by another one
            writers = [self.house.writer() for _ in both[: 1 if self.database.is_sqlite else 2]]
            for writer in writers:
                writer.start()
            try:
                return [
                    await asyncio.gather(
                        *(
                            writers[place % len(writers)].run(
                                lambda tx, who=who: command(tx, who),
                                actor=self.staff[who],
                                key=f"{act} by {who}, {len(self.races)}",
                                request=who.encode(),
                                name=act,
                                answer=object,
                            )
                            for place, who in enumerate(both)
                        ),
                        return_exceptions=True,
                    )
                    for _ in range(2)
                ]
            finally:
                for writer in writers:
                    await writer.stop()

        first, second = asyncio.run(run())
        won = [place for place, one in enumerate(first) if isinstance(one, Done)]
        assert len(won) == 1, f"{act}: {first}"
        [at] = won
        refused = first[1 - at]
        assert isinstance(refused, Conflict), f"{act}: {refused!r}"
        race = Race(both[at], first[at], second[at], both[1 - at], refused)
        assert isinstance(second[1 - at], Conflict), f"{act}: done twice by {race.loser}"
        self.races[act if act not in self.races else f"{act}, {len(self.races)}"] = race
        return race

    def complete(
        self, login: str, case: str, step: str, values: Mapping[str, str], remark: str = ""
    ) -> object:
        prepared = {}
        for who in (login, f"{login}-b"):
            with self.database.reading() as session:
                prepared[who] = steps.prepare(
                    session, self.office_no, self.procedure, case, step, values,
                    self.clock.now(), self.staff[who],
                )  # fmt: skip
        race = self.race(
            f"step {step}",
            login,
            lambda tx, who: steps.complete(
                tx, self.procedure, case, step, prepared[who], remark or f"kata {who}"
            ),
        )
        return race.won.value

    def count(self, what: object, *which: object) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(what).where(*which)) or 0

    def broken(self) -> list[str]:
        """Return what is wrong in the records, or with what somebody was told."""
        with self.database.reading() as session:
            unsound = list(broken_cases(session, self.office_no, self.procedure))
        told = [f"{act}: {words}" for act, one in self.races.items() for words in one.faults(self)]
        return [*unsound, *told]


@pytest.fixture
def desk(house, clock, passport) -> Rivals:
    return Rivals(house, clock, passport)


def test_each_step_is_completed_once_and_the_other_is_told_by_whom(desk) -> None:
    case = desk.go("never")

    names = [f"step {stage.name}" for stage in desk.procedure.sop.stages]
    assert [*desk.races] == names
    assert desk.broken() == []
    assert {race.refused.code for race in desk.races.values()} == {"step_done"}
    done = desk.count(EventRow, EventRow.kind.in_(("step.completed", "gate.passed")))
    assert done == len(names)
    assert desk.count(RegisterNumber) == desk.count(Payment) == 1
    history = {line.remark for line in desk.view(case).history if line.remark}
    assert history == {f"kata {race.winner}" for race in desk.races.values()}
    with pytest.raises(Conflict) as ended:
        desk.begin("loket", case)
    assert desk.staff[desk.races["step 12"].winner].name in ended.value.id


@ONE_HUB
def test_the_acts_beside_the_steps_are_done_once_and_the_other_is_told_by_whom(desk) -> None:
    todo = desk.procedure
    case = desk.go("2")
    holder = desk.races["step 1"].winner
    desk.do(holder, lambda tx: custody.offer(tx, todo, case, "wasdakim"))
    desk.race("accept", "dokumen", lambda tx, who: custody.accept(tx, todo, case, f"laci {who}"))
    desk.complete("loket", case, "2", FIELDS)
    desk.race("reopen", "loket", lambda tx, who: reopen.reopen(tx, todo, case, "2", f"oleh {who}"))
    desk.complete("loket", case, "2", {})
    desk.step_3(case)

    wrong = {"verdict": "TIDAK", "verdict_guarantor": "INVALID"}
    desk.race("no", "dokumen", lambda tx, who: steps.complete(tx, todo, case, "4", wrong, who))
    for state in ("UNDER_REVIEW", "NEED_APPLICANT", "UNDER_REVIEW"):
        desk.race(
            f"carried on to {state}",
            "pejabat",
            lambda tx, who, state=state: nonconformity.move(tx, todo, case, state, f"kata {who}"),
        )
    desk.race(
        "settled",
        "pejabat",
        lambda tx, who: nonconformity.resume(tx, todo, case, "CORRECTED", f"kata {who}"),
    )
    desk.step_4(case)
    desk.step_5(case)
    desk.step_biometrics(case)

    def letter(kind: str, answers: str = "") -> Command:
        way = "out" if kind == "cover" else "in"
        return lambda tx, who: agenda.enter(
            tx, todo, Letter(way, kind, f"{kind}-{who}", "2026-11-23", "Kanwil", case, answers)
        )

    cover = str(desk.race("letter sent", "tu", letter("cover")).won.value)
    desk.race("letter answered", "tu", letter("answer", cover))
    desk.capture(case, "external.answer_scan", "scan", "image/png")
    desk.complete("tu", case, "external", {"decision": "GRANTED"})
    desk.step_6(case)

    codes = {"bendahara": "820261120000001", "bendahara-b": "820261120000002"}
    entered = desk.race(
        "billing",
        "bendahara",
        lambda tx, who: billing.enter(tx, todo, case, codes[who], "2026-11-23", instead_of=""),
    )
    desk.capture(case, "7.slip", "scan", "image/png")
    paid = {"ntpn": "A1B2C3D4E5F6G7H8", "amount": "3000000", "paid_on": "2026-11-23"}
    desk.complete("bendahara", case, "7", {"billing_code": codes[entered.winner], **paid})
    desk.do("bendahara", lambda tx: matching.confirm_with_slip(tx, todo, case))
    desk.stock("SK0099")
    desk.race("spoiled", "cetak", lambda tx, who: blanks.spoil(tx, "SK0099", f"kata {who}"))
    desk.do(desk.races["accept"].winner, lambda tx: custody.offer(tx, todo, case, "darinsuk"))
    desk.do("serah", lambda tx: custody.accept(tx, todo, case, "Loket 2"))
    desk.go_on(case)
    for act in ("check", "label", "shelve", "lend", "return"):
        desk.race(
            f"archive {act}",
            "arsip",
            lambda tx, who, act=act: keeping.move(
                tx, todo, case, Act(act, place="Rak 1", due_on="2026-11-30", note=f"untuk {who}")
            ),
        )

    assert desk.broken() == []
    assert desk.count(Blank, Blank.state == "spoiled") == 1
    assert desk.count(LetterRow) == 2


@ONE_HUB
def test_a_case_ends_once_and_a_hold_is_decided_once(desk) -> None:
    todo, office = desk.procedure, Office(desk)
    case = desk.go("3")
    office.load(OTHERS)
    office.screen(case)
    check = office.check(case).id
    desk.race("clear", "cekal", lambda tx, who: confirm_clear(tx, todo, check).id)
    office.load([*OTHERS, ANNA])
    office.screen(case)
    check = office.check(case).id
    office.judge("cekal", case, "SAME")
    office.judge("kepala", case, "SAME")
    desk.race(
        "proposed",
        "kepala",
        lambda tx, who: outcomes.propose(tx, todo, check, "LIFTED", f"kata {who}"),
    )
    desk.race(
        "declined",
        "kakanim",
        lambda tx, who: outcomes.decide(tx, todo, check, agree=False, reason=f"kata {who}"),
    )
    office.propose("kepala", case, "LIFTED")
    desk.race(
        "lifted",
        "kakanim",
        lambda tx, who: outcomes.decide(tx, todo, check, agree=True, reason=f"kata {who}"),
    )
    desk.race(
        "rejected",
        "pejabat",
        lambda tx, who: applications.reject(tx, todo, case, f"kata {who}", "pasal 1"),
    )

    assert desk.broken() == []
    assert desk.count(EventRow, EventRow.kind == "application.rejected") == 1
