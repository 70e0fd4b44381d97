"""Passive Authentication: are a chip's files as their issuer signed them? (ICAO 9303-11 §5.1)

Pure and shared by station and hub: the station's findings are hints, the hub judges again. A
broken file, certificate or signature is a Finding, never an exception.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devices.capabilities import Finding, Verdict
from devices.emrtd.certificates import (
    Certificate,
    read_certificate,
    read_certificates,
    verify,
)
from devices.emrtd.countries import same_country
from devices.emrtd.lds import FILES, LdsError, parse_com, parse_dg1_mrz
from devices.emrtd.revocation import RevocationList, read_revocations
from devices.emrtd.sod import LDS_SECURITY_OBJECT, SecurityObject, SignedContent, parse_sod

PASSIVE = "passive"
_ENDINGS = {".cer", ".crt", ".der", ".pem", ".crl"}
_LONGEST_CHAIN = 6
"""Link certificates follow each other every three to five years."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The country signing certificates (CSCA) that an office accepts, and what was withdrawn.

    A link certificate (a new key, signed with the old one) counts only beside its old key.
    """

    authorities: tuple[Certificate, ...] = ()
    unreadable: tuple[str, ...] = ()
    revocations: tuple[RevocationList, ...] = ()

    def issuers_of(self, signer: Certificate) -> list[Certificate]:
        """Return the authorities named as the issuer of `signer`, those of its key id first."""
        named = [ca for ca in self.authorities if ca.subject == signer.issuer]
        return sorted(named, key=lambda ca: ca.key_id != signer.authority_key_id)

    def issuer_of(self, signer: Certificate) -> Certificate | str:
        """Return the authority that signed `signer`, else the reason why there is none."""
        if not self.authorities:
            return "no country certificates are installed here"
        reason = "the signer's country authority is not known here"
        for authority in self.issuers_of(signer):
            try:
                if not authority.is_authority or not authority.signed(signer):
                    reason = "the signer's certificate is not signed by the authority it names"
                elif not self.anchored(authority):
                    reason = "the authority's link certificate lacks the key that it links to"
                else:
                    return authority
            except LdsError as error:
                reason = f"the authority's key cannot be used: {error}"
        return reason

    def anchored(self, authority: Certificate) -> bool:
        """Return whether `authority` leads to a certificate that names itself as issuer."""
        at = authority
        for _ in range(_LONGEST_CHAIN):
            if at.self_issued and at.signed_by_key_of(at):
                return True
            before = [ca for ca in self.issuers_of(at) if ca != at and at.signed_by_key_of(ca)]
            if not before:
                return False
            at = before[0]
        return False

    def revoked(self, certificate: Certificate) -> bool:
        """Return whether a list signed by an authority of its country withdraws `certificate`."""
        lists = [
            withdrawn
            for withdrawn in self.revocations
            if certificate.serial in withdrawn.serials and withdrawn.issuer == certificate.issuer
        ]
        return any(self.vouched(withdrawn) for withdrawn in lists)

    def vouched(self, withdrawn: RevocationList) -> bool:
        """Return whether an authority here signed the list: any key of the country may."""
        return any(
            ca.country == withdrawn.country and _signed(withdrawn, ca) for ca in self.authorities
        )


def _signed(withdrawn: RevocationList, authority: Certificate) -> bool:
    try:
        return withdrawn.signed_by(authority)
    except LdsError:
        return False


def load_store(source: Path | Iterable[bytes]) -> TrustStore:
    """Return a store from a folder of .cer, .crt, .der, .pem and .crl files, or one file, or data.

    A PEM file may hold many. Files that hold no certificate are named in `unreadable`; a missing
    folder is an empty store.
    """
    found: list[Certificate] = []
    withdrawn: list[RevocationList] = []
    broken: list[str] = []
    for name, data in _sources(source):
        try:
            if name.lower().endswith(".crl"):
                withdrawn.append(read_revocations(data))
            else:
                found.extend(read_certificates(data))
        except LdsError:
            broken.append(name)
    return TrustStore(tuple(dict.fromkeys(found)), tuple(broken), tuple(withdrawn))


def passive_authentication(
    files: Mapping[str, bytes], store: TrustStore, *, at: datetime
) -> tuple[Finding, ...]:
    """Judge `files` (by short name: COM, DG1, SOD …) as of the aware instant `at`.

    The first finding is the verdict ("passive", …); the others name each further doubt.
    """
    if not files.get("SOD"):
        return (_finding(Verdict.NOT_CHECKED, "the chip gave no EF.SOD"),)
    try:
        security = parse_sod(files["SOD"])
        doubts = [*_altered(files, security), *_signer_doubts(security, files, store, at)]
    except LdsError as error:
        return (_finding(Verdict.ALTERED, f"EF.SOD cannot be judged: {error}"),)
    if not doubts:
        return (_finding(Verdict.VALID, "all files are as a known authority signed them"),)
    return tuple(sorted(doubts, key=lambda finding: _WEIGHT[finding.verdict]))


_WEIGHT = {
    Verdict.ALTERED: 0,
    Verdict.UNKNOWN_SIGNER: 1,
    Verdict.EXPIRED_SIGNER: 2,
    Verdict.CLONE_SUSPECTED: 3,
    Verdict.NOT_CHECKED: 4,
    Verdict.VALID: 5,
}


def _finding(verdict: Verdict, reason: str) -> Finding:
    return Finding(PASSIVE, verdict, reason)


def _sources(source: Path | Iterable[bytes]) -> list[tuple[str, bytes]]:
    if not isinstance(source, Path):
        return [(f"certificate {number}", data) for number, data in enumerate(source, 1)]
    if source.is_file():
        return [(source.name, source.read_bytes())]
    paths = sorted(source.glob("*")) if source.is_dir() else []
    return [(path.name, path.read_bytes()) for path in paths if path.suffix.lower() in _ENDINGS]


# ── the files against the signed hashes ──────────────────────────────────────


def _altered(files: Mapping[str, bytes], security: SecurityObject) -> list[Finding]:
    doubts = [
        _finding(Verdict.ALTERED, reason)
        for name, data in sorted(files.items())
        if name.startswith("DG") and (reason := _group_doubt(name, data, security))
    ]
    if "COM" in files and (reason := _contents_doubt(files["COM"], security)):
        doubts.append(_finding(Verdict.ALTERED, reason))
    if reason := signature_doubt(security, LDS_SECURITY_OBJECT, "EF.SOD"):
        doubts.append(_finding(Verdict.ALTERED, reason))
    return doubts


def _group_doubt(name: str, data: bytes, security: SecurityObject) -> str:
    if name not in FILES:
        return f"{name} is no data group"
    signed = security.hashes.get(FILES[name].file_id - 0x0100)
    if signed is None:
        return f"{name} is not covered by EF.SOD"
    if not hmac.compare_digest(_hash(security.hash_name, data), signed):
        return f"{name} does not match EF.SOD"
    return ""


def _contents_doubt(com: bytes, security: SecurityObject) -> str:
    """EF.COM is not signed: it must announce exactly what EF.SOD covers."""
    try:
        announced = set(parse_com(com).groups)
    except LdsError as error:
        return f"EF.COM cannot be read: {error}"
    covered = {f"DG{number}" for number in security.hashes}
    return "" if announced == covered else "EF.COM does not announce what EF.SOD covers"


def signature_doubt(signed: SignedContent, content_type: str, where: str) -> str:
    """Return why the signature on a signed content is no proof, "" if it is one. Raises LdsError.

    Who the signer is, is another question.
    """
    text = signed.content
    if signed.signed_attributes:
        digest = _hash(signed.digest_name, signed.content)
        if not hmac.compare_digest(digest, signed.signed_digest):
            return f"{where}: its contents do not match the signed digest"
        if signed.signed_type != content_type:
            return f"{where}: the signed content type is another"
        text = signed.signed_attributes
    key = read_certificate(signed.signer).public_key()
    algorithm = signed.signature_algorithm
    if not verify(key, algorithm, signed.signature, text, digest_name=signed.digest_name):
        return f"{where}: its signature is wrong"
    return ""


def _hash(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


# ── the signer against the store ─────────────────────────────────────────────


def _signer_doubts(
    security: SecurityObject, files: Mapping[str, bytes], store: TrustStore, at: datetime
) -> list[Finding]:
    signer = read_certificate(security.signer)
    authority = store.issuer_of(signer)
    if isinstance(authority, str):
        return [_finding(Verdict.UNKNOWN_SIGNER, authority)]
    doubts = []
    if not signer.valid_on(at):
        doubts.append(_finding(Verdict.EXPIRED_SIGNER, "the document signer is not valid today"))
    if not authority.valid_on(at):
        doubts.append(_finding(Verdict.EXPIRED_SIGNER, "the country authority is not valid today"))
    if store.revoked(signer):
        doubts.append(_finding(Verdict.EXPIRED_SIGNER, "the document signer was revoked"))
    if store.revoked(authority):
        doubts.append(_finding(Verdict.EXPIRED_SIGNER, "the country authority was revoked"))
    if reason := _country_doubt(signer, authority, files):
        doubts.append(_finding(Verdict.UNKNOWN_SIGNER, reason))
    return doubts


def _country_doubt(signer: Certificate, authority: Certificate, files: Mapping[str, bytes]) -> str:
    if signer.country != authority.country:
        return "signer and authority are of different countries"
    try:
        issuing_state = parse_dg1_mrz(files["DG1"]).issuing_state
    except (KeyError, LdsError):
        return ""
    return "" if same_country(signer.country, issuing_state) else "the signer is of another country"
