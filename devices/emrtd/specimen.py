"""Which passport lies on the simulated reader: options as text → files, keys, manners, ATR."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.emrtd.chip import Temper
from devices.emrtd.chip_keys import (
    ACTIVE_KEYS,
    AGREEMENTS,
    ChipKeys,
    new_active_key,
    new_agreement_key,
)
from devices.emrtd.pace import Scheme
from devices.emrtd.personalize import SIGNATURES, SPECIMEN, Passport, personalize
from devices.mrz.wire import Mrz
from devices.options import Options
from devices.pcsc.wire import contactless_atr

FIELDS = {
    "document_number": "document_number",
    "surname": "surname",
    "given_names": "given_names",
    "birth": "birth_date",
    "expiry": "expiry_date",
    "sex": "sex",
    "nationality": "nationality",
    "issuing_state": "issuing_state",
    "personal_number": "optional_data",
}
"""Options that are fields of the zone."""

ACCESS = {
    "pace-3des": Scheme("0.4.0.127.0.7.2.2.4.2.1", 12),
    "pace-aes128": Scheme("0.4.0.127.0.7.2.2.4.2.2", 13),
    "pace-aes192": Scheme("0.4.0.127.0.7.2.2.4.2.3", 16),
    "pace-aes256": Scheme("0.4.0.127.0.7.2.2.4.2.4", 18),
    "pace-im": Scheme("0.4.0.127.0.7.2.2.4.4.2", 13),
    "pace-cam": Scheme("0.4.0.127.0.7.2.2.4.6.2", 13),
    "pace-dh": Scheme("0.4.0.127.0.7.2.2.4.1.2", 2),
}
"""Generic mapping on P-256, bP256r1, bP384r1 and P-521, and three forms that we do not have."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "access": ("bac", *ACCESS),
    "bac": ("yes", "no"),
    "active": ("no", *ACTIVE_KEYS),
    "agreement": ("no", *AGREEMENTS, *(f"dh-{cipher}" for cipher in AGREEMENTS)),
    "details": ("no", "yes"),
    "extended": ("no", "info", "history"),
    "signer": ("valid", "expired"),
}
"""Options with fixed answers, the usual one first; also signature, face=FILE and can=DIGITS."""

_FREE = ("signature", "face", "can")
_HISTORY = {
    "no": bytes.fromhex("8073000080"),  # card capabilities, without extended length
    "info": bytes.fromhex("8031806549010000"),  # does not speak of it: EF.ATR/INFO does
    "history": bytes.fromhex("80730000C0"),
}
_WIDE_ANSWER = 4096
_CAN = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Specimen:
    """A passport and how its chip behaves."""

    passport: Passport
    scheme: Scheme | None
    can: str
    temper: Temper
    atr: bytes


def make_specimen(options: Mapping[str, str], *, others: Collection[str] = ()) -> Specimen:
    """Make the passport that `options` describe; `others` are left to the caller.

    Raises ValueError naming the options or answers that exist.
    """
    given = Options(options)
    given.only(*FIELDS, *CHOICES, *_FREE, *others)
    chosen = {name: given.one_of(name, known) for name, known in CHOICES.items()}
    can = options.get("can", "")
    if can and not _CAN.fullmatch(can):
        message = "can: tulis enam angka / can: write six digits"
        raise ValueError(message)
    scheme = ACCESS.get(chosen["access"])
    extended = chosen["extended"]
    temper = Temper(
        refuses_bac=chosen["bac"] == "no",
        longest_answer=256 if extended == "no" else _WIDE_ANSWER,
        tells_longest=extended == "info",
    )
    return Specimen(
        _passport(options, chosen, scheme),
        scheme,
        can,
        temper,
        contactless_atr(_HISTORY[extended]),
    )


def _passport(
    options: Mapping[str, str], chosen: Mapping[str, str], scheme: Scheme | None
) -> Passport:
    active, agreement = chosen["active"], chosen["agreement"]
    face = options.get("face", "")
    return personalize(
        _zone(options),
        signature=Options(options).one_of("signature", tuple(SIGNATURES)),
        signer_expired=chosen["signer"] == "expired",
        face=Path(face).read_bytes() if face else b"",
        scheme=scheme,
        keys=ChipKeys(
            None if active == "no" else new_active_key(active),
            None if agreement == "no" else new_agreement_key(agreement),
        ),
        details=chosen["details"] == "yes",
    )


def _zone(options: Mapping[str, str]) -> Mrz:
    fields = {field: options[name] for name, field in FIELDS.items() if name in options}
    if fields:
        fields.setdefault("optional_data", "")
    mrz = dataclasses.replace(SPECIMEN, **fields)  # type: ignore[arg-type]  # all are text
    return dataclasses.replace(
        mrz, document_number=mrz.document_number.upper(), sex=mrz.sex.upper()
    )
