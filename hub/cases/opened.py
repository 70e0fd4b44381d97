"""A case opened for its papers: person, evidence, payment, number, and who prints it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.cases import blanks, documents, evidence, payments, persons
from hub.cases.applications import must_find
from hub.cases.countries import state_name
from hub.cases.doubts import eligibility
from hub.cases.papers_due import evidence_of, times_printed
from hub.cases.signers import behalf_said, capacity_said
from hub.errors import Conflict
from hub.letters import Imprint, PermitPeriod, Route, Signer
from hub.models.application import Application, Payment, RegisterNumber
from hub.models.officer import Officer
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Actor

CONSECUTIVE: Route = "5Y_CONSEC"
CUMULATIVE: Route = "10Y_CUMUL"


def is_latin(text: str) -> bool:
    """Say whether every letter of a text is one of the Latin script, accents included."""
    return all("LATIN" in unicodedata.name(one, "") for one in text if one.isalpha())


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """What a paper is made from; each question that has no answer yet is refused in words."""

    session: Session
    procedure: Procedure
    case: Application
    person: persons.Person
    values: Mapping[str, Mapping[str, str]]
    at: datetime
    officer: Actor
    counter: int
    copy: bool

    @property
    def today(self) -> date:
        """Return the office day."""
        return self.procedure.office.today(self.at)

    def office_day(self, at: datetime) -> date:
        """Return the office's calendar day of an instant."""
        return self.procedure.office.today(at)

    def said(self, step: str, key: str) -> str:
        """Return a value of the evidence, else what another step says of it, else nothing.

        Procedures number their steps differently; what a row is called stays.
        """
        own = self.values.get(step, {}).get(key, "")
        return own or next((v[key] for v in self.values.values() if v.get(key)), "")

    def imprint(self, number: str, payload: str, short_code: str) -> Imprint:
        """Return the foot of a paper."""
        return Imprint(
            case_code=self.case.case_code,
            paper_number=number,
            printed_at=self.at,
            payload=payload,
            short_code=short_code,
            copy=self.copy,
        )

    def payment(self) -> Payment:
        """Return the payment. Raises Conflict `not_paid`."""
        payment = payments.of_case(self.session, self.case.office, self.case.id)
        if payment is None:
            text = "This case is not paid yet."
            raise Conflict("not_paid", text, id="Permohonan ini belum dibayar.")
        return payment

    def number(self) -> RegisterNumber:
        """Return the register number. Raises Conflict `number_missing`."""
        number = blanks.number_of(self.session, self.case.office, self.case.id)
        if number is None:
            raise Conflict(
                "number_missing",
                "This case has no register number yet: save the blank's serial first.",
                id="Permohonan ini belum bernomor register: simpan dahulu nomor seri blangko.",
            )
        return number

    def photo(self) -> bytes:
        """Return the newest photo. Raises Conflict `photo_missing`."""
        photos = [
            document
            for document in documents.of_case(self.session, self.case.office, self.case.id)
            if document.kind == "photo"
        ]
        if not photos:
            text = "There is no photo in this case yet."
            raise Conflict("photo_missing", text, id="Belum ada foto pada permohonan ini.")
        return self.procedure.blobs.get(photos[-1].blob)

    def signature_on_record(self) -> bytes | None:
        """Return the applicant's captured signature if there is one and the office prints it."""
        if not self.procedure.office.papers.applicant_signature:
            return None
        for stage in self.procedure.sop.stages:
            for rule in stage.evidence:
                blob = self.values.get(stage.name, {}).get(rule.key, "")
                if rule.kind == "signature" and blob:
                    return self.procedure.blobs.get(blob)
        return None

    def full_name(self) -> str:
        """Return the full name, or the passport's transcription of one in another script."""
        whole = self.person.value("full_name")
        return whole if is_latin(whole) else self.person.name

    def nationality(self, longest: int = 60) -> str:
        """Return `Tiongkok (CHN)`; the code alone where no name is known, or no place for it."""
        code = self.person.value("nationality")
        name = state_name(code)
        text = f"{name.id} ({code})" if name else code
        return text if len(text) <= longest else code

    @property
    def issued_on(self) -> date:
        """Return the day of the register number; today while there is none."""
        number = blanks.number_of(self.session, self.case.office, self.case.id)
        return self.office_day(number.given_at) if number else self.today

    def periods(self) -> tuple[PermitPeriod, ...]:
        """Return the permits that the stay is counted over, up to the day of issue."""
        judged = eligibility(self.person, self.issued_on)
        chains = judged.chains[-1:] if self.route() == CONSECUTIVE else judged.chains
        stays = [stay for chain in chains for stay in chain.stays]
        return tuple(
            PermitPeriod(
                permit=stay.kind,
                number=stay.number,
                start=stay.start,
                end=max(stay.start, min(stay.end, self.issued_on)),
            )
            for stay in stays
        )

    def route(self) -> Route:
        """Return how the stay is counted: as the examiner confirmed, else as computed."""
        said = next((values["route"] for values in self.values.values() if values.get("route")), "")
        route = said or eligibility(self.person, self.issued_on).route or CONSECUTIVE
        return CUMULATIVE if route == CUMULATIVE else CONSECUTIVE

    def permit(self) -> str:
        """Return kind and number of the stay permit."""
        return f"{self.person.value('permit_type')} {self.person.value('permit_number')}"

    def signer(self, on: date | None = None) -> Signer:
        """Return who legalised, or who will, of those in force `on` a day, else today.

        Raises Conflict `signer_missing`.
        """
        signers = self.procedure.office.signers_on(on or self.today)
        sop = self.procedure.sop
        nip = self.said(sop.doing("legalise"), "nip")
        nip = nip or self.said(sop.doing("issue"), "signer_nip")
        signer = next((s for s in signers if s.nip == nip), signers[0] if signers else None)
        if signer is None:
            text = "No official may sign today: see the signers in office.toml."
            indonesian = "Tidak ada pejabat yang berwenang hari ini: lihat office.toml."
            raise Conflict("signer_missing", text, id=indonesian)
        office = self.procedure.office
        return Signer(
            name=signer.name,
            nip=signer.nip,
            capacity=capacity_said(signer),
            behalf=behalf_said(office, signer),
        )

    def officer_of(self, officer: str, capacity: Words) -> Signer | None:
        """Return a member of staff by id as a paper names them, or None for nobody."""
        row = self.session.get(Officer, (self.case.office, officer))
        return Signer(name=row.name, nip=row.nip, capacity=capacity) if row else None

    def officer_as(self, officer: str, name: str, capacity: Words) -> Signer:
        """Return a member of staff as a paper names them."""
        row = self.session.get(Officer, (self.case.office, officer))
        return Signer(name=name, nip=row.nip if row else "", capacity=capacity)


def opened_case(
    session: Session,
    office: int,
    procedure: Procedure,
    application: str,
    kind: str,
    at: datetime,
    officer: Actor,
    counter: int,
) -> OpenedCase:
    """Open a case for the paper `kind`. Raises NotFound `case_unknown`."""
    case = must_find(session, office, procedure, application)
    printed = times_printed(session, procedure, case)[evidence_of(procedure.sop, kind)]
    return OpenedCase(
        session=session,
        procedure=procedure,
        case=case,
        person=persons.read(session, procedure.keyring, case),
        values=evidence.values_of(session, procedure, case),
        at=at,
        officer=officer,
        counter=counter,
        copy=printed > 0,
    )
