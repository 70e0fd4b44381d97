"""An office with its staff, and hands that take a case through its steps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import select

from devices.emrtd.personalize import Passport
from devices.emrtd.trust import load_store
from devices.mrz.wire import compose_mrz
from hub import blobs, cases
from hub.cases import applications, blanks, papers, payments, persons, steps
from hub.cases.payments import matching
from hub.cases.steps import StepDone
from hub.cases.views import CaseView
from hub.clock import Clock
from hub.countries import Countries
from hub.house import House
from hub.letters import Paper
from hub.models.application import Application
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.models.station import JobRow
from hub.office.case_rules import Relaxation
from hub.procedure import Procedure
from hub.wire import ChipEvidence, PassportInput, Preregistration, Words
from hub.writer import Actor, Tx

T = TypeVar("T")
KIOSK = Actor("station", "kiosk-1", "Kios 1")
STAFF = {
    "loket": {"counter_officer", "data_operator"},
    "cekal": {"watchlist_examiner"},
    "dokumen": {"document_examiner"},
    "pindai": {"scan_operator"},
    "tu": {"administration"},
    "pejabat": {"approver"},
    "bendahara": {"treasurer"},
    "cetak": {"issuing_officer"},
    "kakanim": {"legaliser"},
    "serah": {"handover_officer"},
    "arsip": {"archivist"},
    "supervisor": {"supervisor"},
    "cekal-2": {"watchlist_examiner"},
    "kepala": {"watchlist_head"},
    "input": {"watchlist_entry", "watchlist_verifier"},
    "verifikasi": {"watchlist_verifier"},
}
NIPS = {"kakanim": "197501012000011001"}
FIELDS = {
    "field.birth_place": "Zenith",
    "field.permit_type": "ITAP",
    "field.permit_number": "2D11JE0001-T",
    "field.permit_expiry": "2029-05-02",
    "field.stays": '[{"kind":"ITAP","number":"2D11JE0001-T","start":"2021-04-01",'
    '"end":"2029-05-02"}]',
    "field.address": "Jalan Contoh 1",
    "field.guarantor": "Contoh Budi",
    "national_reference": "IT-0001",
}
MANDATORY = ("form", "guarantor_letter", "guarantee", "passport", "stay_permit")
COPIED = ("passport.copy", "stay_permit.copy")
VALID = {
    "verdict_passport": "VALID",
    "verdict_dokim": "VALID",
    "verdict_guarantor": "VALID",
    "route": "5Y_CONSEC",
}


class Desk:
    """The whole staff of the sample office."""

    fields: Mapping[str, str] = FIELDS

    def __init__(self, house: House, clock: Clock, passport: Passport) -> None:
        self.clock = clock
        self.passport = passport
        trust = load_store([passport.csca])
        known = Countries(store=trust)
        self.procedure: Procedure = dataclasses.replace(house.procedure, countries=known)
        self.database = house.database
        self.office_no = house.office_no
        self._writer = house.writer()
        self.staff = self._employ(STAFF)

    def employ(self, login: str, roles: set[str]) -> Actor:
        """Return an officer to act as, entered if nobody has that login yet."""
        return self._employ({login: roles})[login]

    def _employ(self, staff: Mapping[str, set[str]]) -> dict[str, Actor]:
        """Enter all who have no login yet at once, as each commit waits for the disk."""

        def add(tx: Tx) -> dict[str, str]:
            query = select(Officer.login, Officer.id).where(Officer.office == tx.office)
            known = {login: identity for login, identity in tx.session.execute(query)}
            for login in (one for one in staff if one not in known):
                known[login] = new_id()
                tx.session.add(
                    Officer(
                        office=tx.office,
                        id=known[login],
                        login=login,
                        name=f"Contoh {login.title()}",
                        nip=NIPS.get(login, ""),
                        password_hash="-",
                        roles=" ".join(sorted(staff[login])),
                        created_at=tx.at,
                    )
                )
            return known

        ids = self._writer.run_alone(add, actor=KIOSK)
        return {
            login: Actor("officer", ids[login], f"Contoh {login.title()}", frozenset(roles), 1)
            for login, roles in staff.items()
        }

    def do(self, login: str, command: Callable[[Tx], T]) -> T:
        """Run a command as a member of staff, or as the kiosk."""
        actor = KIOSK if login == "kiosk" else self.staff[login]
        return self._writer.run_alone(command, actor=actor)

    # ── what the kiosk and the devices do ────────────────────────────────────

    def chip(self, **changed: bytes) -> Preregistration:
        """A pre-registration with the passport's chip read."""
        files = {**self.passport.files, **changed}
        return Preregistration(
            passport=PassportInput(
                source="chip",
                document_number="L898902C3",
                birth_date="740812",
                expiry_date="320415",
                mrz="\n".join(compose_mrz(self.passport.mrz)),
                chip=ChipEvidence(access="BAC", files=files, apdus=82),
            ),
            phone="+62811",
        )

    def open(self, pre: Preregistration | None = None) -> str:
        pre = pre or self.chip()
        found = applications.examine_passport(self.procedure, pre.passport, self.clock.now())
        opened = self.do(
            "kiosk", lambda tx: applications.open_draft(tx, self.procedure, pre, found)
        )
        return opened.id

    def capture(
        self,
        case: str,
        evidence: str,
        kind: str,
        media: str = "image/jpeg",
        *,
        options: Mapping[str, str] | None = None,
        **facts: str,
    ) -> str:
        """A counter device did what was asked; its job is done."""
        stored = self.procedure.blobs.put(f"{kind} for {evidence}".encode())
        job = new_id()

        def done(tx: Tx) -> None:
            blobs.register(tx, stored, media)
            printing = kind == "print_document"
            tx.session.add(
                JobRow(
                    office=tx.office,
                    id=job,
                    counter=1,
                    kind=kind,
                    state="done",
                    options=json.dumps(dict(options or {})),
                    application=case,
                    evidence=evidence,
                    blob=stored.id if printing else None,
                    actor="officer:x",
                    deadline=tx.at + timedelta(minutes=3),
                    queued_at=tx.at,
                    ended_at=tx.at,
                    blobs="[]" if printing else json.dumps([stored.id]),
                    facts=json.dumps(facts),
                )
            )

        self.do("kiosk", done)
        return job

    def take_fingers(self, case: str, stage: str = "biometrics", quality: int = 90) -> None:
        """The counter's reader took every finger that the office asks for."""
        for number in self.procedure.office.biometrics.fingers:
            name = f"{stage}.finger.{number}"
            self.capture(case, name, "capture_finger", "image/png", quality=str(quality))

    # ── what officers do ─────────────────────────────────────────────────────

    def complete(
        self, login: str, case: str, step: str, values: Mapping[str, str], remark: str = ""
    ) -> StepDone:
        with self.database.reading() as session:
            prepared = steps.prepare(
                session,
                self.office_no,
                self.procedure,
                case,
                step,
                values,
                self.clock.now(),
                self.staff[login],
            )
        return self.do(
            login, lambda tx: steps.complete(tx, self.procedure, case, step, prepared, remark)
        )

    def begin(self, login: str, case: str) -> str:
        return self.do(login, lambda tx: steps.begin(tx, self.procedure, case))

    def supply(self, login: str, case: str, key: str, value: str) -> str:
        return self.do(login, lambda tx: steps.supply(tx, self.procedure, case, key, value))

    def view(self, case: str, login: str = "supervisor") -> CaseView:
        with self.database.reading() as session:
            return cases.case_view(
                session, self.office_no, self.procedure, case, self.staff[login], self.clock.now()
            )

    # ── what papers carry ────────────────────────────────────────────────────

    def receipt_code(self, case: str) -> str:
        with self.database.reading() as session:
            row = session.get_one(Application, (self.office_no, case))
            person = persons.read(session, self.procedure.keyring, row)
            return applications.receipt_payload(row, person)

    def proof_code(self, case: str) -> str:
        with self.database.reading() as session:
            row = session.get_one(Application, (self.office_no, case))
            payment = payments.of_case(session, self.office_no, case)
            assert payment is not None
            known = payments.facts(self.procedure.keyring, row, payment)
            return payments.proof_payload(self.procedure.keyring, payment, known)

    def paper(
        self, case: str, kind: str, login: str = "loket", *, at: datetime | None = None
    ) -> Paper:
        """Return a paper of the case as `login` prints it at counter 1, now or `at`."""
        with self.database.reading() as session:
            return papers.paper(
                session,
                self.office_no,
                self.procedure,
                case,
                kind,
                at or self.clock.now(),
                officer=self.staff[login],
                counter=1,
            )

    def relax(self, rule: str, letter: str, until: date) -> None:
        """Let the office's file name a letter that lifts one rule of segregation."""
        one = Relaxation(
            rule=rule,
            letter=letter,
            valid_from=date(2026, 11, 1),
            valid_to=until,
            reason=Words(id="Hanya tujuh petugas", en="Only seven officers"),
        )
        office = msgspec.structs.replace(self.procedure.office, relaxations=(one,))
        self.procedure = dataclasses.replace(self.procedure, office=office)

    def stock(self, *serials: str) -> None:
        self.do("cetak", lambda tx: blanks.receive(tx, serials))

    # ── one way through each step, with everything it asks for ───────────────

    def tick_papers(self, case: str) -> None:
        """The officer ticks every paper of the complete file."""
        for item in (*MANDATORY, *COPIED):
            self.supply("loket", case, f"checklist.{item}", "on")

    def name_collector(self, case: str, **changed: str) -> None:
        """The officer keys who collects, before the slip is printed."""
        values = {
            "proof_code": self.proof_code(case),
            "collector": "SELF",
            "collector_document_kind": "PASSPORT",
            "collector_name": "Anna Maria Eriksson",
            "collector_document": "L898902C3",
        }
        for key, value in {**values, **changed}.items():
            self.supply("serah", case, key, value)

    def step_1(self, case: str) -> StepDone:
        self.capture(case, "1.receipt", "print_document", "application/pdf")
        ticks = {f"checklist.{item}": "on" for item in (*MANDATORY, *COPIED)}
        values = {**ticks, "custody_place": "Loket 1, laci 2"}
        return self.complete("loket", case, "1", values)

    def step_2(self, case: str) -> StepDone:
        return self.complete("loket", case, "2", FIELDS)

    def step_3(self, case: str) -> StepDone:
        values = {"decision": "CLEAR", "national_check": "NC-7"}
        return self.complete("cekal", case, "3", values)

    def step_4(self, case: str) -> StepDone:
        values = {
            **VALID,
            "verdict": "YA",
            "signed_by": "Contoh Kepala Seksi",
            "signed_dokim": "on",
            "signed_passport": "on",
        }
        return self.complete("dokumen", case, "4", values)

    def step_5(self, case: str) -> StepDone:
        for item in MANDATORY:
            self.capture(case, f"5.scan.{item}", "scan", "image/png")
        return self.complete("pindai", case, "5", {})

    def step_biometrics(self, case: str) -> StepDone:
        self.take_fingers(case)
        self.capture(case, "biometrics.photo", "take_photo")
        return self.complete("loket", case, "biometrics", {})

    def step_external(self, case: str) -> StepDone:
        self.capture(case, "external.answer_scan", "scan", "image/png")
        values = {
            "letter_number": "W.00-1",
            "letter_date": "2026-11-20",
            "answer_number": "IMI-2",
            "answer_date": "2026-11-23",
            "decision": "GRANTED",
        }
        return self.complete("tu", case, "external", values)

    def step_6(self, case: str) -> StepDone:
        self.capture(case, "6.receipt_scan", "scan", "image/png")
        values = {"receipt_code": self.receipt_code(case), "initials": "verified"}
        return self.complete("pejabat", case, "6", values)

    def step_7(self, case: str, ntpn: str = "A1B2C3D4E5F6G7H8") -> StepDone:
        self.capture(case, "7.slip", "scan", "image/png")
        values = {
            "billing_code": f"8{int(case[:12], 16) % 10**14:014}",
            "ntpn": ntpn,
            "amount": "Rp 3.000.000",
            "paid_on": "2026-11-23",
            "bank": "Bank Contoh",
        }
        done = self.complete("bendahara", case, "7", values)
        self.do("bendahara", lambda tx: matching.confirm_with_slip(tx, self.procedure, case))
        return done

    def step_8(self, case: str, serial: str = "SK 0001") -> StepDone:
        self.stock(serial)
        self.supply("cetak", case, "blank_serial", serial)
        return self.issue(case)

    def issue(self, case: str) -> StepDone:
        """The rest of step 8: its three papers are printed, the passport is endorsed."""
        for paper in ("skim", "skim_card", "endorsement_text"):
            self.capture(case, f"8.{paper}", "print_document", "application/pdf")
        return self.complete("cetak", case, "8", {"endorsement": "hal. 12"})

    def step_9(self, case: str) -> StepDone:
        values = {
            "signer": "Contoh Kepala Kantor",
            "nip": "19750101 200001 1 001",
            "capacity": "DEFINITIF",
            "signed": "on",
        }
        return self.complete("kakanim", case, "9", values)

    def step_10(self, case: str) -> StepDone:
        self.capture(case, "10.endorsed_page", "scan", "image/png")
        values = {
            "compared": "on",
            "read_number": self.view(case).register_number,
            "read_passport": "L898902C3",
        }
        return self.complete("pindai", case, "10", values)

    def step_11(self, case: str) -> StepDone:
        self.capture(case, "11.collection_slip", "print_document", "application/pdf")
        values = {
            "proof_code": self.proof_code(case),
            "collector": "SELF",
            "collector_document_kind": "PASSPORT",
            "collector_name": "Anna Maria Eriksson",
            "collector_document": "L898902C3",
            "slip_signed": "on",
        }
        return self.complete("serah", case, "11", values)

    def step_12(self, case: str) -> StepDone:
        values = {"slip_in_file": "on", "receiver": "arsip", "shelf": "Ruang 1, rak 2, kotak 3"}
        return self.complete("tu", case, "12", values)

    def go(self, until: str, case: str = "") -> str:
        """Take a case (or a new one) to just before `until`, or to its end."""
        case = case or self.open()
        for stage in self.procedure.sop.stages:
            if stage.name == until:
                break
            getattr(self, f"step_{stage.name}")(case)
        return case

    def go_on(self, case: str) -> None:
        """Take a case from where it stands to its end."""
        while (current := self.view(case).current) is not None:
            getattr(self, f"step_{current.key}")(case)
