"""What is kept of a chip's proofs, as bytes that the hub can judge again at any time.

"PACE": EF.CardAccess as the chip showed it · "AA": `80 challenge | 81 signature` or `82 status` ·
"CA": `80 our private number | 81 command | 82 answer` under the agreed keys, or `83 status`.
Chip Authentication is deniable by design: its record convinces whoever trusts the station.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.emrtd import tlv

PACE, ACTIVE, AGREEMENT = "PACE", "AA", "CA"
LONGEST = 4096
"""No proof is longer: EF.CardAccess and a signature have some hundred bytes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Active Authentication: what was asked and answered; `status` if the chip refused."""

    challenge: bytes = b""
    signature: bytes = b""
    status: int = 0x9000

    def encode(self) -> bytes:
        """Return the record."""
        if self.status != 0x9000:
            return tlv.write(0x82, self.status.to_bytes(2, "big"))
        return tlv.write(0x80, self.challenge) + tlv.write(0x81, self.signature)


@dataclass(frozen=True, slots=True)
class Agreed:
    """Chip Authentication: our number and one exchange under the new keys, or the refusal."""

    private: int = 0
    command: bytes = b""
    answer: bytes = b""
    status: int = 0x9000

    def encode(self) -> bytes:
        """Return the record."""
        if self.status != 0x9000:
            return tlv.write(0x83, self.status.to_bytes(2, "big"))
        number = self.private.to_bytes((self.private.bit_length() + 7) // 8, "big")
        parts = ((0x80, number), (0x81, self.command), (0x82, self.answer))
        return b"".join(tlv.write(tag, value) for tag, value in parts)


def read_signed(record: bytes) -> Signed:
    """Read an "AA" record. Raises LdsError."""
    _bounded(record)
    refused = tlv.find(record, 0x82)
    if refused is not None:
        return Signed(status=int.from_bytes(refused, "big"))
    return Signed(tlv.need(record, 0x80, "AA"), tlv.need(record, 0x81, "AA"))


def read_agreed(record: bytes) -> Agreed:
    """Read a "CA" record. Raises LdsError."""
    _bounded(record)
    refused = tlv.find(record, 0x83)
    if refused is not None:
        return Agreed(status=int.from_bytes(refused, "big"))
    number = int.from_bytes(tlv.need(record, 0x80, "CA"), "big")
    return Agreed(number, tlv.need(record, 0x81, "CA"), tlv.need(record, 0x82, "CA"))


def _bounded(record: bytes) -> None:
    if len(record) > LONGEST:
        message = "a proof of impossible length"
        raise tlv.LdsError(message)
