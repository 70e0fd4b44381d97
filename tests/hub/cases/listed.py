"""Hands that keep a list in the sample office and ask its real matcher about a case."""

from __future__ import annotations

from hub.cases.screening import checks, outcomes, versions
from hub.cases.screening.subject import subject_of
from hub.cases.screening.verdicts import Given, confirm_clear
from hub.cekal.records import Entry
from hub.matching.process import LoadedList
from hub.matching.task import Person
from hub.models.application import Application
from hub.models.cekal import CekalCheck

ANNA = Entry(
    id="C-1",
    names=["ERIKSON ANA M"],
    dob="1974-12-08",
    sex="F",
    nationality="XXA",
    kind="cegah",
    decree="KEP-17",
    agency="Instansi Contoh",
)
OTHERS = tuple(
    Entry(id=f"X-{n}", names=[name], dob=f"19{60 + n}-03-04", kind="cegah")
    for n, name in enumerate(
        ["BUDI SANTOSO", "LI WEI", "HASSAN ALI", "MARIA SILVA", "IVAN PETROV", "KIM MINJUN"]
    )
)


class Office:
    """The sample office with a list, its two rights, and its matcher."""

    def __init__(self, desk) -> None:
        self.desk = desk
        self.procedure = desk.procedure
        self._count = 0

    def enter(self, entries, kind="full", withdrawn=(), by="input", effective=None) -> str:
        """Put a version in and leave it to be verified; return its name."""
        self._count += 1
        name, at = f"V{self._count}", self.desk.clock.now()
        begins = effective or at
        self.procedure.lists.add(
            name, entries, kind=kind, effective=begins, at=at, withdrawn=withdrawn
        )
        return self.desk.do(
            by,
            lambda tx: versions.enter(
                tx,
                self.procedure.office,
                version=name,
                kind=kind,
                entries=len(entries),
                withdrawn=len(withdrawn),
                effective=begins,
            ),
        )

    def verify(self, name: str, by="verifikasi", good=True, reason="") -> str:
        office, keyring = self.procedure.office, self.procedure.keyring
        return self.desk.do(
            by, lambda tx: versions.judge(tx, office, keyring, name, good=good, reason=reason)
        )

    def load(self, entries, **more) -> str:
        """Put a version in force."""
        return self.verify(self.enter(entries, **more))

    def screen(self, case: str) -> str:
        """Ask the matcher about a case, as the hub does by itself; return the check's id."""
        with self.desk.database.reading() as session:
            row = session.get_one(Application, (self.desk.office_no, case))
            subject = subject_of(session, self.procedure.keyring, row)
            listed = versions.in_force(session, self.desk.office_no, self.desk.clock.now())
        assert listed is not None
        stored = self.procedure.lists
        named = {one.version: one for one in stored.manifest().versions}
        loaded = LoadedList(stored, tuple(named[name] for name in listed.versions))
        today = self.procedure.office.today(self.desk.clock.now()).isoformat()
        answer = loaded.screen(Person(subject.query, today, 5))

        def keep(tx) -> str:
            case_row = tx.session.get_one(Application, (tx.office, case))
            made = checks.record(tx, self.procedure, case_row, subject, answer, listed)
            return made.id if made else ""

        return self.desk.do("kiosk", keep)

    def check(self, case: str) -> CekalCheck:
        """Return the newest check of a case."""
        with self.desk.database.reading() as session:
            found = checks.newest(session, self.desk.office_no, case, checks.LIST)
            assert found is not None
            session.expunge(found)
            return found

    def clear(self, case: str, by="cekal") -> object:
        check = self.check(case).id
        return self.desk.do(by, lambda tx: confirm_clear(tx, self.procedure, check) and None)

    def judge(self, by: str, case: str, choice: str, entry="C-1", reason="paspor lama") -> str:
        check = self.check(case).id
        given = Given(entry, choice, reason, ("name", "birth_date"))
        return self.desk.do(
            by, lambda tx: outcomes.adjudicate(tx, self.procedure, check, given).state
        )

    def propose(self, by: str, case: str, outcome: str) -> str:
        check = self.check(case).id
        return self.desk.do(
            by, lambda tx: outcomes.propose(tx, self.procedure, check, outcome, "surat contoh")
        )

    def decide(self, by: str, case: str, agree=True, basis="") -> str:
        check = self.check(case).id
        return self.desk.do(
            by,
            lambda tx: outcomes.decide(
                tx, self.procedure, check, agree=agree, reason="setuju", legal_basis=basis
            ),
        )
