"""All that can be said of a chip from its files and proofs, again and again (ICAO 9303-11 §5, §6).

Pure and shared by station and hub. Every doubt is a Finding with its reason, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from devices.capabilities import Finding, Verdict
from devices.emrtd import active, agreement, proofs, wire
from devices.emrtd.infos import PACE, SecurityInfo, parse_infos
from devices.emrtd.lds import LdsError, parse_dg14, parse_dg15
from devices.emrtd.sod import parse_sod
from devices.emrtd.trust import TrustStore, passive_authentication

ACCESS, ACTIVE, CHIP = "access", "active", "chip"
_SEVERITY = (
    Verdict.ALTERED,
    Verdict.CLONE_SUSPECTED,
    Verdict.UNKNOWN_SIGNER,
    Verdict.EXPIRED_SIGNER,
)


def judge(
    files: Mapping[str, bytes],
    given: Mapping[str, bytes],
    store: TrustStore,
    *,
    at: datetime,
) -> tuple[Finding, ...]:
    """Judge `files` (COM, DG1, SOD …) and the proofs `given` (PACE, AA, CA) as of `at`.

    First comes the finding on the signature, then access, Active and Chip Authentication where
    the chip has them.
    """
    infos, broken = _infos(files)
    further = (
        broken,
        _access(infos, given) if broken is None else None,
        _active(files, infos, given),
        _agreement(files, infos, given),
    )
    found = (finding for finding in further if finding is not None)
    return (*passive_authentication(files, store, at=at), *found)


def overall(findings: Iterable[Finding]) -> Verdict:
    """Return the one verdict: the worst doubt, else what the signature alone says."""
    known = tuple(findings)
    for verdict in _SEVERITY:
        if any(finding.verdict is verdict for finding in known):
            return verdict
    passive = next((finding for finding in known if finding.check == "passive"), None)
    return passive.verdict if passive else Verdict.NOT_CHECKED


def _infos(files: Mapping[str, bytes]) -> tuple[tuple[SecurityInfo, ...], Finding | None]:
    if "DG14" not in files:
        return (), None
    try:
        return parse_dg14(files["DG14"]), None
    except LdsError as error:
        return (), Finding(ACCESS, Verdict.ALTERED, f"DG14 cannot be read: {error}")


def _covered(files: Mapping[str, bytes]) -> frozenset[int]:
    try:
        return frozenset(parse_sod(files.get("SOD", b"")).hashes)
    except LdsError:
        return frozenset()


# ── access ───────────────────────────────────────────────────────────────────


def _access(infos: tuple[SecurityInfo, ...], given: Mapping[str, bytes]) -> Finding | None:
    """Compare what was offered in the open with what the country signed (9303-11 §4.2)."""
    signed = {info for info in infos if info.protocol.startswith(PACE)}
    if proofs.PACE not in given:
        if not signed:
            return None
        return Finding(ACCESS, Verdict.ALTERED, "EF.CardAccess hides the PACE that DG14 offers")
    try:
        shown = parse_infos(given[proofs.PACE], "EF.CardAccess")
    except LdsError as error:
        return Finding(ACCESS, Verdict.ALTERED, str(error))
    if not infos:
        reason = "EF.CardAccess cannot be confirmed: the chip gave no DG14"
        return Finding(ACCESS, Verdict.NOT_CHECKED, reason)
    offered = {info for info in shown if info.protocol.startswith(PACE)}
    if offered != signed or not set(shown) <= set(infos):
        return Finding(ACCESS, Verdict.ALTERED, "EF.CardAccess does not match DG14")
    return None


# ── Active Authentication ────────────────────────────────────────────────────


def _active(
    files: Mapping[str, bytes], infos: tuple[SecurityInfo, ...], given: Mapping[str, bytes]
) -> Finding | None:
    record = given.get(proofs.ACTIVE)
    if "DG15" not in files:
        return _withheld(ACTIVE, 15, files, asked=record is not None)
    if record is None:
        return Finding(ACTIVE, Verdict.NOT_CHECKED, _why_not_asked(files["DG15"]))
    try:
        proof = proofs.read_signed(record)
        if proof.status != wire.OK:
            reason = f"the chip does not prove the key of DG15: it answered {proof.status:04X}"
            return Finding(ACTIVE, Verdict.CLONE_SUSPECTED, reason)
        key = parse_dg15(files["DG15"])
        proven = active.proves(key, infos, proof.challenge, proof.signature)
    except LdsError as error:
        return Finding(ACTIVE, Verdict.NOT_CHECKED, f"the chip's key cannot be used: {error}")
    if proven:
        return Finding(ACTIVE, Verdict.VALID, "the chip has the key of DG15")
    return Finding(ACTIVE, Verdict.CLONE_SUSPECTED, "the chip has not the key of DG15")


def _why_not_asked(group: bytes) -> str:
    try:
        length = active.signature_length(parse_dg15(group))
    except LdsError as error:
        return f"the chip's key cannot be used: {error}"
    if length > wire.PLAIN_READ_AES:
        return f"the chip signs in {length} bytes: longer than chip or reader hands over"
    return "the chip was not asked to prove its key"


def _withheld(check: str, group: int, files: Mapping[str, bytes], *, asked: bool) -> Finding | None:
    if group not in _covered(files):
        return None
    if not asked:
        return Finding(check, Verdict.NOT_CHECKED, f"DG{group} was not read")
    reason = f"EF.SOD covers DG{group}, the chip does not give it"
    return Finding(check, Verdict.CLONE_SUSPECTED, reason)


# ── Chip Authentication ──────────────────────────────────────────────────────


def _agreement(
    files: Mapping[str, bytes], infos: tuple[SecurityInfo, ...], given: Mapping[str, bytes]
) -> Finding | None:
    record = given.get(proofs.AGREEMENT)
    if "DG14" not in files:
        return _withheld(CHIP, 14, files, asked=record is not None)
    if not agreement.names_a_key(infos):
        return None
    try:
        terms = agreement.terms_of(infos)
        if terms is None:
            return Finding(CHIP, Verdict.NOT_CHECKED, "Chip Authentication scheme not supported")
        if record is None:
            return Finding(CHIP, Verdict.NOT_CHECKED, _why_not_agreed(terms))
        return _replayed(terms, proofs.read_agreed(record))
    except LdsError as error:
        return Finding(CHIP, Verdict.NOT_CHECKED, f"the chip's key cannot be used: {error}")


def _why_not_agreed(terms: agreement.Terms) -> str:
    if len(terms.public) > agreement.LONGEST_SHORT:
        return "the chip's key needs commands longer than this chip or reader takes"
    return "the chip was not asked to prove its key"


def _replayed(terms: agreement.Terms, proof: proofs.Agreed) -> Finding:
    if proof.status != wire.OK:
        reason = f"the chip does not prove the key of DG14: it answered {proof.status:04X}"
        return Finding(CHIP, Verdict.CLONE_SUSPECTED, reason)
    if not 0 < proof.private < agreement.order_of(terms.domain):
        return Finding(CHIP, Verdict.NOT_CHECKED, "the record of the agreement is broken")
    own = agreement.OwnKey(terms.domain, proof.private)
    try:
        session = agreement.session(own, terms.key_length, terms.public)
        session.open_command(wire.parse_command(proof.command))
    except wire.WireError:
        return Finding(CHIP, Verdict.NOT_CHECKED, "the record of the agreement is broken")
    try:
        session.open_response(proof.answer)
    except wire.WireError:
        return Finding(CHIP, Verdict.CLONE_SUSPECTED, "the chip has not the key of DG14")
    return Finding(CHIP, Verdict.VALID, "the chip has the key of DG14")
