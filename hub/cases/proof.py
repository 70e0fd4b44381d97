"""Is the evidence of a step enough? Every row that is missing or wrong is named, in two tongues."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import blanks, documents, field_rules, fingers, payments, persons
from hub.cases.applying import is_outdated
from hub.cases.codes import read_secret
from hub.cases.compare import differ
from hub.cases.evidence import PAPER, TICKED, Found
from hub.cases.payments import billing
from hub.cases.requirements import Requirement
from hub.cases.screening.standing import standing
from hub.cases.signers import signer_of
from hub.letters.wording import in_words
from hub.models.application import Application
from hub.models.officer import Officer
from hub.models.station import JobRow
from hub.office.staff_numbers import is_nip
from hub.procedure import Procedure
from hub.wire import FieldFault, Words

LONGEST = 500
BY_PASSWORD, BY_CARD = "verified", "card"
CONFIRMED = (BY_PASSWORD, BY_CARD)
"""What a step records of how its officer confirmed it."""
_PRINTED_FOR_ANOTHER = Words(
    id="dicetak untuk tujuan atau dasar lain; cetak lagi",
    en="was printed for another purpose or ground; print it again",
)
_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
_PICTURES = ("image/", "application/pdf", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Judge:
    """Where evidence is judged: the case, the office day, and the officer who leaves it."""

    session: Session
    procedure: Procedure
    application: Application
    today: date
    at: datetime
    officer: str

    def faults(
        self, requirements: Sequence[Requirement], found: Mapping[str, Found]
    ) -> list[FieldFault]:
        """Return a fault for every row that is missing or wrong, in order."""
        rows = [(row, found.get(row.key)) for row in requirements]
        values = {key: here.value for key, here in found.items()}
        judged = [(row, here, self.judge(row, here, values)) for row, here in rows]
        judged = self._together(judged)
        return [
            FieldFault(
                field=row.key,
                code="missing" if here is None else "wrong",
                message=f"{words.id} / {words.en}",
            )
            for row, here, words in judged
            if words is not None
        ]

    def judge(
        self, row: Requirement, found: Found | None, values: Mapping[str, str]
    ) -> Words | None:
        """Return what is wrong with one row, or None."""
        if found is None or not found.value:
            return self._missing(row, values)
        if row.person is not None:
            wrong = field_rules.fault(row.person, found.value, self.today)
            return _labelled(row, wrong) if wrong else None
        wrong = _KINDS[row.kind](self, row, found)
        if wrong is None and row.rule.kind == "list_check":
            return _list_check(self, values)
        if wrong is None and row.rule.check in _CHECKS:
            wrong = _CHECKS[row.rule.check](self, found.value, values)
        return _labelled(row, wrong) if wrong else None

    def _together(
        self, judged: list[tuple[Requirement, Found | None, Words | None]]
    ) -> list[tuple[Requirement, Found | None, Words | None]]:
        """Add what cannot be true of several values of the person together."""
        if sum(row.person is not None for row, _, _ in judged) < 2:
            return judged
        values = {row.field: here.value for row, here, _ in judged if row.field and here}
        wrong = field_rules.faults_between(values)
        return [
            (row, here, words or (_labelled(row, wrong[row.field]) if row.field in wrong else None))
            for row, here, words in judged
        ]

    def _missing(self, row: Requirement, values: Mapping[str, str]) -> Words | None:
        if not row.required:
            return None
        when = row.rule.when
        if when is not None and values.get(when.key) not in when.values:
            return None
        if row.rule.kind == "list_check" and values.get("national_check"):
            return None  # a check in the national system is a full alternative
        return _labelled(row, Words(id="belum ada", en="is missing"))


def _labelled(row: Requirement, words: Words) -> Words:
    return Words(id=f"{row.label.id}: {words.id}", en=f"{row.label.en}: {words.en}")


# ── by kind ──────────────────────────────────────────────────────────────────


def _checkbox(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge, row
    return None if found.value == TICKED else Words(id="belum dicentang", en="is not ticked")


def _text(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge, row
    if len(found.value) > LONGEST:
        return Words(id=f"paling panjang {LONGEST} karakter", en=f"has over {LONGEST} characters")
    return None


def _choice(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge
    if any(choice.value == found.value for choice in row.choices):
        return None
    return Words(id="pilih salah satu", en="choose one of the answers")


def _date(judge: Judge, row: Requirement, found: Found) -> Words | None:
    if row.field == "birth_date" and _PARTIAL_DATE.fullmatch(found.value):
        return None
    try:
        day = date.fromisoformat(found.value)
    except ValueError:
        return Words(
            id="bukan tanggal; tulis HH-BB-TTTT, misalnya 15-04-2032",
            en="is no date; write DD-MM-YYYY, for example 15-04-2032",
        )
    if day > judge.today and not row.field.endswith("_expiry"):
        return Words(id="ada di masa depan", en="lies in the future")
    return None


def _money(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge, row
    if len(found.value) <= LONGEST and found.value.isdecimal() and int(found.value) > 0:
        return None
    return Words(id="bukan jumlah rupiah", en="is no amount in rupiah")


def _capture(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del row
    if not found.blobs:
        return Words(id="belum ada berkas dari perangkat", en="has no file from the device")
    for blob in found.blobs:
        stored = documents.usable(
            judge.session, judge.application.office, judge.application.id, blob
        )
        if stored is None:
            return Words(id="berkas tidak dikenal", en="names an unknown file")
        if not stored.media_type.startswith(_PICTURES):
            return Words(id="bukan gambar atau PDF", en="is neither picture nor PDF")
    return None


def _fingers(judge: Judge, row: Requirement, found: Found) -> Words | None:
    case = judge.application
    known = fingers.of_case(judge.session, judge.procedure, case, case.position, row.key)
    return fingers.lacking(known) or (_capture(judge, row, found) if found.blobs else None)


def _print(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del row
    if found.value == PAPER:
        return None
    job = judge.session.get(JobRow, (judge.application.office, found.value))
    ours = job is not None and job.application == judge.application.id
    if job is not None and ours and job.kind == "print_document" and job.state == "done":
        return _PRINTED_FOR_ANOTHER if is_outdated(judge.application, job.options) else None
    return Words(id="belum tercetak", en="is not printed yet")


def _login(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge, row
    if found.value in CONFIRMED:
        return None
    return Words(
        id="kata sandi atau PIN kartu belum diisi", en="fill in the password or the card's PIN"
    )


def _doubts(judge: Judge, row: Requirement, found: Found) -> Words | None:
    del judge, row
    if found.value == "0":
        return None
    return Words(id=f"{found.value} belum dijawab", en=f"{found.value} not answered yet")


_Kind = Callable[[Judge, Requirement, Found], Words | None]
_KINDS: dict[str, _Kind] = {
    "checkbox": _checkbox,
    "text": _text,
    "reference": _text,
    "screened": _text,
    "choice": _choice,
    "date": _date,
    "money": _money,
    "scan": _capture,
    "photo": _capture,
    "finger": _fingers,
    "signature": _capture,
    "print": _print,
    "login": _login,
    "doubts": _doubts,
}


# ── by the SOP's named checks ────────────────────────────────────────────────


def _list_check(judge: Judge, values: Mapping[str, str]) -> Words | None:
    if values.get("decision") != "CLEAR":
        return None
    stands = standing(judge.session, judge.procedure, judge.application, judge.at)
    if stands.why != "blocked":
        return None
    return Words(
        id="Ada kemungkinan cocok: putuskan di halaman adjudikasi (SOP Cekal)",
        en="There is a possible match: decide on the adjudication page (SOP Cekal)",
    )


def _receipt_code(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    index = judge.procedure.keyring.blind("receipt", read_secret(value))
    if index == judge.application.receipt_index:
        return None
    return Words(
        id="bukan kode tanda terima permohonan ini", en="is not the code of this case's receipt"
    )


def _billing_code(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    if not payments.BILLING_CODE.fullmatch(value):
        return Words(id="harus 15 angka", en="must have 15 digits")
    case, keyring = judge.application, judge.procedure.keyring
    if payments.billing_used(judge.session, case.office, keyring, value, case.id):
        return Words(id="milik permohonan lain", en="belongs to another case")
    entered = billing.all_of(judge.session, case.office, case.id)
    codes = {billing.code_of(keyring, case, one) for one in entered}
    if codes and value not in codes:
        return Words(
            id="bukan kode billing yang diberikan untuk permohonan ini",
            en="is no billing code that was given for this case",
        )
    return None


def _paid_on(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    """A code is paid while it is valid: not before its issue, not after its last day."""
    case, keyring = judge.application, judge.procedure.keyring
    for one in billing.all_of(judge.session, case.office, case.id):
        if billing.code_of(keyring, case, one) == values.get("billing_code"):
            if one.issued_on <= date.fromisoformat(value) <= one.expires_on:
                return None
            first, last = in_words(one.issued_on), in_words(one.expires_on)
            return Words(
                id=f"di luar masa kode billing, {first.id} s.d. {last.id}",
                en=f"outside the code's validity, {first.en} to {last.en}",
            )
    return None


def _ntpn(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    if not payments.NTPN.fullmatch(value):
        return Words(id="harus 16 huruf atau angka", en="must have 16 letters or digits")
    office = judge.application.office
    if payments.ntpn_used(judge.session, office, judge.procedure.keyring, value):
        return Words(id="sudah dipakai pembayaran lain", en="belongs to another payment")
    return None


def _tariff(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    """What is due stands on the billing code; without one, the tariff of the day of payment."""
    amount = _due(judge, values)
    if int(value) == amount:
        return None
    due = f"Rp {amount:,}".replace(",", ".") if amount else "?"
    return Words(id=f"harus sama dengan tarif, {due}", en=f"must equal the tariff, {due}")


def _due(judge: Judge, values: Mapping[str, str]) -> int | None:
    case, keyring = judge.application, judge.procedure.keyring
    for one in billing.all_of(judge.session, case.office, case.id):
        if billing.code_of(keyring, case, one) == values.get("billing_code"):
            return one.amount
    try:
        day = date.fromisoformat(values.get("paid_on", ""))
    except ValueError:
        day = judge.today
    tariff = judge.procedure.fee_on(day)
    return tariff.amount if tariff else None


def _blank(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    blank = blanks.find(judge.session, judge.application.office, value)
    if blank is not None and blank.state == "received":
        return None
    if blank is not None and blank.state == "used" and blank.application == judge.application.id:
        return None
    why = blanks.became(blank)
    return Words(
        id=f"tidak ada di persediaan blangko: {why.id}",
        en=f"is not in the stock of blanks: {why.en}",
    )


def _signer_nip(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    if not is_nip(value):
        return Words(id="bukan NIP (18 angka)", en="is no staff number (18 digits)")
    if any(s.nip == value for s in judge.procedure.office.signers_on(judge.today)):
        return None
    return Words(id="tidak berwenang hari ini", en="may not sign today")


def _signer_name(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    signer = signer_of(judge.procedure.office, values.get("nip", ""), judge.today)
    if signer is None or signer.name.split() == value.split():
        return None
    return Words(
        id=f"nama pejabat dengan NIP itu: {signer.name}",
        en=f"the official with that staff number is {signer.name}",
    )


def _signer_capacity(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    signer = signer_of(judge.procedure.office, values.get("nip", ""), judge.today)
    if signer is None or signer.capacity == value:
        return None
    return Words(
        id=f"pejabat ini menandatangani sebagai {signer.capacity}",
        en=f"this official signs as {signer.capacity}",
    )


def _proof_code(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    case = judge.application
    if not payments.is_proof(judge.session, case.office, judge.procedure.keyring, case.id, value):
        return Words(
            id="bukan kode tanda bukti bayar permohonan ini",
            en="is not the code of this case's proof",
        )
    payment = payments.of_case(judge.session, case.office, case.id)
    needed = judge.procedure.office.treasury.handover_needs_verified
    if needed and payment is not None and not payment.verified_how:
        return Words(
            id="pembayarannya belum diverifikasi bendahara",
            en="its payment was not verified by the treasurer yet",
        )
    return None


def _all_valid(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del judge
    parts = {key: text for key, text in values.items() if key.startswith("verdict_")}
    if value != "YA" or "INVALID" not in parts.values():
        return None
    return Words(
        id="Ya tidak dapat: ada putusan tidak sah; pilih Tidak",
        en="Yes is not possible: a verdict says not valid; choose No",
    )


def _register_number(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    case = judge.application
    given = blanks.number_of(judge.session, case.office, case.id)
    if given is not None and "".join(value.split()).upper() == given.number.upper():
        return None
    return Words(
        id="tidak sama dengan nomor register permohonan ini; bila halaman yang salah, koreksi",
        en="is not this case's register number; if the page is wrong, have it corrected",
    )


def _passport_number(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    person = persons.read(judge.session, judge.procedure.keyring, judge.application)
    if not differ("passport_number", value, person.value("passport_number")):
        return None
    return Words(
        id="tidak sama dengan nomor paspor pada data", en="is not the passport number on record"
    )


def _receiver(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del values
    officer = judge.session.scalar(
        select(Officer).where(
            Officer.office == judge.application.office,
            Officer.login == value,
            Officer.active.is_(True),
        )
    )
    if officer is None:
        return Words(id="bukan petugas kantor ini", en="is no officer of this office")
    if officer.id == judge.officer:
        return Words(
            id="penyerah dan penerima harus dua orang",
            en="giver and receiver must be two persons",
        )
    return None


_Check = Callable[[Judge, str, Mapping[str, str]], Words | None]


def _collector_document(judge: Judge, value: str, values: Mapping[str, str]) -> Words | None:
    del judge
    return field_rules.nik_fault(value) if values.get("collector_document_kind") == "KTP" else None


_CHECKS: dict[str, _Check] = {
    "receipt_code": _receipt_code,
    "billing_code": _billing_code,
    "ntpn": _ntpn,
    "tariff": _tariff,
    "paid_on": _paid_on,
    "blank": _blank,
    "signer_nip": _signer_nip,
    "signer_name": _signer_name,
    "signer_capacity": _signer_capacity,
    "proof_code": _proof_code,
    "receiver": _receiver,
    "all_valid": _all_valid,
    "register_number": _register_number,
    "passport_number": _passport_number,
    "collector_document": _collector_document,
}
