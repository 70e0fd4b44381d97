"""What a passport says, by source: the hub reads MRZ and chip files itself and judges them.

A station's own verdict is only a hint and is not looked at (ICAO 9303-10, 9303-11). What a chip
gave is kept, so that it can be judged again years later, with the certificates of that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from devices.capabilities import Finding
from devices.mrz.dates import typed_date
from devices.mrz.errors import MrzError
from devices.mrz.typed import typed_number
from devices.mrz.wire import Mrz, lines_of, parse_mrz
from hub.errors import BadInput
from hub.wire import ChipEvidence, FieldFault, PassportInput, Words

if TYPE_CHECKING:
    from devices.emrtd.trust import TrustStore

VERDICTS = {
    "": Words(id="Cip tidak dibaca", en="Chip not read"),
    "valid": Words(id="Cip sah", en="Chip valid"),
    "altered": Words(id="Isi cip berubah", en="Chip content altered"),
    "unknown_signer": Words(id="Penanda tangan cip tidak dikenal", en="Chip signer unknown"),
    "expired_signer": Words(
        id="Sertifikat penanda cip kedaluwarsa atau dicabut", en="Chip signer expired or revoked"
    ),
    "clone_suspected": Words(id="Cip diduga salinan", en="Chip may be a copy"),
    "not_checked": Words(id="Cip dibaca, belum diperiksa", en="Chip read, not checked"),
}


@dataclass(frozen=True, slots=True)
class PassportFacts:
    """What was found: values by source, and the hub's verdict on the chip ("" if unread)."""

    source: str
    values: Mapping[str, Mapping[str, str]]
    chip_access: str = ""
    chip_verdict: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def number(self) -> str:
        """Return the passport number of the strongest source."""
        order = ("chip", "mrz", "typed")
        return next(self.values[s]["passport_number"] for s in order if s in self.values)


class KeptChip(msgspec.Struct, frozen=True, kw_only=True):
    """A chip as it is kept with its case: what it gave, and how it was judged at the time."""

    files: dict[str, bytes]
    proofs: dict[str, bytes] = {}
    judged_at: datetime
    findings: tuple[tuple[str, str, str], ...] = ()


def keep(chip: ChipEvidence, facts: PassportFacts, at: datetime) -> bytes:
    """Return the record of a chip for the case's files."""
    found = tuple((one.check, str(one.verdict), one.reason) for one in facts.findings)
    kept = KeptChip(files=chip.files, proofs=chip.proofs, judged_at=at, findings=found)
    return msgspec.json.encode(kept)


def replay(kept: bytes, trust: TrustStore, *, at: datetime) -> tuple[Finding, ...]:
    """Judge a kept chip again as of `at`. Raises BadInput when the record is none."""
    record = kept_chip(kept)
    from devices.emrtd.judgement import judge  # loaded with the first chip (hub.countries)

    return judge(record.files, record.proofs, trust, at=at)


def kept_chip(kept: bytes) -> KeptChip:
    """Read the record of a chip. Raises BadInput `chip_record_wrong`."""
    try:
        return msgspec.json.decode(kept, type=KeptChip)
    except msgspec.DecodeError as error:
        raise BadInput(
            "chip_record_wrong",
            "This file is no record of a chip.",
            id="Berkas ini bukan catatan cip.",
        ) from error


def examine(passport: PassportInput, trust: TrustStore, *, on: date, at: datetime) -> PassportFacts:
    """Read and judge a passport on the office day `on`. Raises BadInput naming the field."""
    values: dict[str, Mapping[str, str]] = {}
    access = verdict = ""
    findings: tuple[Finding, ...] = ()
    if passport.chip is not None:
        from devices.emrtd.judgement import judge, overall  # loaded with the first chip

        values["chip"] = _of_chip(passport.chip, on)
        access = passport.chip.access
        findings = judge(passport.chip.files, passport.chip.proofs, trust, at=at)
        verdict = str(overall(findings))
    if passport.mrz:
        values["mrz"] = _of_mrz(_parsed(passport.mrz), on)
    if passport.source == "typed" or not values:
        values["typed"] = _of_typing(passport, on)
    if passport.source not in values:
        raise _wrong(passport.source, "tidak disertakan / is not included")
    return PassportFacts(passport.source, values, access, verdict, findings)


def _of_chip(chip: ChipEvidence, on: date) -> dict[str, str]:
    from devices.emrtd.lds import LdsError, parse_dg1_mrz

    try:
        return _of_mrz(parse_dg1_mrz(chip.files.get("DG1", b"")), on)
    except (LdsError, MrzError) as error:
        message = "DG1 tidak terbaca / DG1 cannot be read"
        raise _wrong("chip.files.DG1", message) from error


def _parsed(text: str) -> Mrz:
    try:
        return parse_mrz(lines_of(text))
    except MrzError as error:
        raise _wrong("mrz", str(error)) from error


def _of_mrz(mrz: Mrz, on: date) -> dict[str, str]:
    names = [name for name in (mrz.given_names, mrz.surname) if name]
    return {
        "surname": mrz.surname,
        "given_names": mrz.given_names,
        "full_name": " ".join(names),
        "sex": mrz.sex,
        "birth_date": mrz.born(on),
        "nationality": mrz.nationality,
        "issuing_state": mrz.issuing_state,
        "passport_number": mrz.document_number,
        "passport_expiry": mrz.expires(on),
    }


def _of_typing(passport: PassportInput, on: date) -> dict[str, str]:
    try:
        values = {
            "passport_number": typed_number(passport.document_number),
            "birth_date": typed_date(
                passport.birth_date, "birth_date", on=on, past=True
            ).isoformat(),
            "passport_expiry": typed_date(
                passport.expiry_date, "expiry_date", on=on, past=False
            ).isoformat(),
        }
    except MrzError as error:
        raise _wrong(error.field, str(error)) from error
    extra = {
        "surname": passport.surname.upper(),
        "given_names": passport.given_names.upper(),
        "full_name": f"{passport.given_names} {passport.surname}".strip().upper(),
        "sex": passport.sex,
        "nationality": passport.nationality,
        "issuing_state": passport.issuing_state,
    }
    return values | {field: text for field, text in extra.items() if text}


def _wrong(field: str, message: str) -> BadInput:
    return BadInput(
        "passport_wrong",
        "The passport data cannot be right; look at the named field.",
        id="Data paspor tidak mungkin benar; periksa isian yang disebut.",
        fields=[FieldFault(field=f"passport.{field}", code="wrong", message=message)],
    )
