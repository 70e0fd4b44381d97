"""Certificate revocation lists of country authorities (ICAO 9303-12 §7.1.4). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, pem

from devices.emrtd.certificates import Certificate, canonical_name, verify
from devices.emrtd.sod import asn1_errors


@dataclass(frozen=True, slots=True)
class RevocationList:
    """The serial numbers that an issuer has withdrawn."""

    der: bytes
    issuer: bytes
    country: str
    issued: datetime
    next_due: datetime | None
    serials: frozenset[int]
    tbs: bytes
    signature_algorithm: bytes
    signature: bytes

    def signed_by(self, authority: Certificate) -> bool:
        """Return whether `authority` signed this list. Raises LdsError."""
        key = authority.public_key()
        return verify(key, self.signature_algorithm, self.signature, self.tbs)

    def overdue(self, at: datetime) -> bool:
        """Return whether a newer list should have been fetched by `at`."""
        return self.next_due is not None and self.next_due < at


def read_revocations(data: bytes) -> RevocationList:
    """Read a list in DER or PEM. Raises LdsError."""
    with asn1_errors("the revocation list"):
        der = pem.unarmor(data)[2] if pem.detect(data) else data
        parsed = crl.CertificateList.load(der, strict=True)
        tbs = parsed["tbs_cert_list"]
        withdrawn = tbs["revoked_certificates"]
        return RevocationList(
            der=der,
            issuer=canonical_name(tbs["issuer"]),
            country=str(tbs["issuer"].native.get("country_name", "")).upper(),
            issued=tbs["this_update"].native,
            next_due=tbs["next_update"].native,
            serials=frozenset(
                int(entry["user_certificate"].native)
                for entry in (withdrawn if withdrawn.native else ())
            ),
            tbs=tbs.dump(),
            signature_algorithm=parsed["signature_algorithm"].dump(),
            signature=parsed["signature"].native,
        )
