"""What the officers of the practice office write at each step, for the specimen passport."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from hub.demo.casework import Stage

_PERSON = {
    "full_name": "ANNA MARIA ERIKSSON",
    "birth_place": "ZENITH",
    "permit_type": "ITAP",
    "permit_number": "2C31JE0001-X",
    "phone": "+62800000000",
    "address": "Jalan Contoh Nomor 2, Contoh 00000",
    "guarantor": "PT Penjamin Contoh",
}
_PERMIT_DAYS = 1500
TARIFF = "3000000"


def receive() -> Stage:
    """Return step 1: the file is complete, the passport is kept."""
    return Stage("1", "loket", {"custody_place": "Loket 1, laci 2"})


def enter_data(today: date) -> Stage:
    """Return step 2: what the chip does not know is keyed."""
    person = {**_PERSON, "permit_expiry": str(today + timedelta(days=_PERMIT_DAYS))}
    values = {f"field.{name}": value for name, value in person.items()}
    return Stage(
        "2",
        "data",
        {**values, "national_reference": "ITK-CONTOH-0001"},
        before=tuple(("stay", stay) for stay in _stays(today)),
    )


def _stays(today: date) -> tuple[dict[str, str], ...]:
    """Return the permits of the specimen's person: five years limited, then permanent."""
    permanent = {
        "kind": "ITAP",
        "number": _PERSON["permit_number"],
        "start": "2021-03-01",
        "end": str(today + timedelta(days=_PERMIT_DAYS)),
        "office": "Kantor Imigrasi Contoh",
        "ended_by": "",
    }
    limited = {
        "kind": "ITAS",
        "number": "2C21JE0001-W",
        "start": "2016-03-01",
        "end": "2021-02-28",
        "office": "Kantor Imigrasi Contoh",
        "ended_by": "CONVERTED",
    }
    return limited, permanent


def check_list() -> Stage:
    """Return step 3: nobody on the list."""
    return Stage("3", "cekal", {"national_check": "CEKAL-CONTOH-1"}, decision=("decision", "CLEAR"))


def examine_documents() -> Stage:
    """Return step 4: documents and guarantor are valid."""
    return Stage(
        "4",
        "periksa",
        {
            "signed_by": "Contoh Pemeriksa dokumen",
            "verdict_passport": "VALID",
            "verdict_dokim": "VALID",
            "verdict_guarantor": "VALID",
            "route": "5Y_CONSEC",
        },
        decision=("verdict", "YA"),
    )


def scan_file() -> Stage:
    """Return step 5: every paper of the file is scanned."""
    return Stage("5", "pindai")


def take_biometrics() -> Stage:
    """Return the gate after step 5: fingers at the station, and the photo."""
    return Stage("biometrics", "pindai", fingers=True)


def answer_letter(written: date, answered: date) -> Stage:
    """Return the second gate: the regional office granted."""
    return Stage(
        "external",
        "tu",
        {
            "letter_number": "W.00-CONTOH-0001",
            "letter_date": str(written),
            "answer_number": "IMI-CONTOH-0001",
            "answer_date": str(answered),
        },
        decision=("decision", "GRANTED"),
    )


def approve(receipt_code: str, password: str) -> Stage:
    """Return step 6: the receipt is at hand, the initials are the password."""
    return Stage("6", "setuju", {"receipt_code": receipt_code, "initials": password})


def receive_payment(today: date) -> Stage:
    """Return step 7: the slip of a bank in which the treasury's number is new each time."""
    return Stage(
        "7",
        "bendahara",
        {
            "billing_code": "".join(secrets.choice("0123456789") for _ in range(15)),
            "ntpn": secrets.token_hex(8).upper(),
            "amount": TARIFF,
            "paid_on": str(today),
            "bank": "Bank Contoh",
        },
    )


def issue(blank: str) -> Stage:
    """Return step 8: the blank gives the register number, then its three papers are printed."""
    return Stage(
        "8",
        "cetak",
        {"endorsement": "Halaman 12: SKIM diberikan"},
        first=("blank_serial", blank),
    )


def legalise() -> Stage:
    """Return step 9: the head of office signs, whom the page knows and does not ask."""
    return Stage("9", "sah", {})


def scan_endorsement(register_number: str, passport: str) -> Stage:
    """Return step 10: the endorsed page for the archive, with what is read on it."""
    return Stage("10", "pindai", {"read_number": register_number, "read_passport": passport})


def hand_over(proof_code: str, passport: str) -> Stage:
    """Return step 11: only against the code on the payment proof."""
    return Stage(
        "11",
        "serah",
        {
            "proof_code": proof_code,
            "collector": "SELF",
            "collector_document_kind": "PASSPORT",
            "collector_name": _PERSON["full_name"],
            "collector_document": passport,
        },
    )


def file_away() -> Stage:
    """Return step 12: the file goes to the archivist's shelf."""
    return Stage("12", "tu", {"receiver": "arsip", "shelf": "Ruang A, rak 3, kotak 7"})
