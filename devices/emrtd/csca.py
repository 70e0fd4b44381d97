"""The office's store of country certificates: a folder, filled only with what is vouched for.

A master list counts when a country that is trusted already signed it; a link certificate when the
old key signed it; a revocation list when an authority here signed it. For anything else a person
compares a SHA-256 with what the issuer published and says so.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from devices.emrtd.certificates import Certificate
from devices.emrtd.countries import missing_countries
from devices.emrtd.master_list import Found, MasterList, read_file
from devices.emrtd.revocation import RevocationList
from devices.emrtd.tlv import LdsError
from devices.emrtd.trust import TrustStore, load_store

JOURNAL = "imports.json"
LARGEST_FILE = 256 * 1024 * 1024


class NotVouched(Exception):
    """Nobody who is trusted stands for a file; `fingerprints` are to be compared by a person."""

    def __init__(self, fingerprints: dict[str, str]) -> None:
        super().__init__("nobody who is trusted here stands for this file")
        self.fingerprints = fingerprints


@dataclass(slots=True)
class Imported:
    """What an import changed; `how` says who stood for it."""

    added: list[Certificate] = field(default_factory=list)
    known: int = 0
    revocations: int = 0
    signers: int = 0
    how: str = ""
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Status:
    """How a store stands on a day."""

    certificates: int
    by_country: dict[str, int]
    expired: int
    imported_at: datetime | None
    revocation_lists: int
    overdue: tuple[str, ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]


def import_file(
    path: Path, folder: Path, *, confirmed: Collection[str] = (), at: datetime
) -> Imported:
    """Take what `path` holds into the store `folder`; importing it again changes nothing.

    `confirmed` are SHA-256 fingerprints (of the file, of a master list's signer, of a certificate)
    that a supervisor compared. Raises LdsError, NotVouched; both leave the store as it was.
    """
    if path.stat().st_size > LARGEST_FILE:
        message = "the file is larger than any list of certificates"
        raise LdsError(message)
    data = path.read_bytes()
    found = read_file(path.name, data)
    if found.faults and not (found.lists or found.certificates or found.revocations):
        raise LdsError(found.faults[0])
    if not (found.lists or found.certificates or found.revocations or found.signers):
        message = "it holds none of them"
        raise LdsError(message)
    store = load_store(folder)
    trusted = {print_.replace(":", "").lower() for print_ in confirmed}
    result = Imported(signers=found.signers, refused=list(found.faults))
    wanted = _vouched(found, store, trusted, hashlib.sha256(data).hexdigest(), result)
    _keep(wanted, store, folder, result)
    _keep_revocations(found.revocations, folder, result)
    _note(folder, path.name, data, result, at)
    return result


def status(folder: Path, *, at: datetime) -> Status:
    """Return how the store in `folder` stands."""
    return describe(load_store(folder), _journal(folder), at=at)


def describe(store: TrustStore, entries: list[dict[str, object]], *, at: datetime) -> Status:
    """Return how a store stands whose imports were `entries`."""
    last = datetime.fromisoformat(str(entries[-1]["at"])) if entries else None
    by_country = Counter(ca.country for ca in store.authorities)
    return Status(
        certificates=len(store.authorities),
        by_country=dict(sorted(by_country.items())),
        expired=sum(not ca.valid_on(at) for ca in store.authorities),
        imported_at=last,
        revocation_lists=len(store.revocations),
        overdue=tuple(sorted(rl.country for rl in store.revocations if rl.overdue(at))),
        missing=tuple(missing_countries(by_country)),
        unreadable=store.unreadable,
    )


# ── who stands for it ────────────────────────────────────────────────────────


def _vouched(
    found: Found, store: TrustStore, trusted: set[str], file_print: str, result: Imported
) -> list[Certificate]:
    """Return the certificates to take. Raises NotVouched naming every fingerprint to compare."""
    if file_print in trusted:
        result.how = "fingerprint of the file confirmed"
        lists = [ca for given in found.lists for ca in given.certificates]
        return [*lists, *found.certificates]
    wanted, unknown = _vouched_lists(found.lists, store, trusted, result)
    for ca in found.certificates:
        if ca in store.authorities or ca.fingerprint in trusted or _links(ca, store):
            wanted.append(ca)
            result.how = result.how or "fingerprint confirmed, or linked to a known key"
        else:
            unknown[ca.fingerprint] = f"certificate of {ca.country or 'no country'}"
    if unknown and not wanted:
        raise NotVouched(unknown | {file_print: "the whole file"})
    result.refused += [f"{what}: not confirmed, {print_}" for print_, what in unknown.items()]
    return wanted


def _vouched_lists(
    lists: list[MasterList], store: TrustStore, trusted: set[str], result: Imported
) -> tuple[list[Certificate], dict[str, str]]:
    """Return what vouched lists hold, and the signers of the others.

    The PKD's file holds the lists of many countries: one that is believed may vouch for the next.
    """
    wanted: list[Certificate] = []
    left = list(lists)
    while True:
        known = replace(store, authorities=(*store.authorities, *wanted))
        taken = [(given, how) for given in left if (how := _stands_for(given, known, trusted))]
        if not taken:
            break
        for given, how in taken:
            result.how = result.how or how
            wanted += given.certificates
            left.remove(given)
    signers = {
        given.signer.fingerprint: f"signer of the master list, {given.signer.country}"
        for given in left
    }
    return wanted, signers


def _stands_for(given: MasterList, store: TrustStore, trusted: set[str]) -> str:
    if given.signer.fingerprint in trusted:
        return f"fingerprint of the signer confirmed, {given.signer.country}"
    issuer = store.issuer_of(given.signer) if store.authorities else ""
    if isinstance(issuer, str) or store.revoked(given.signer):
        return ""
    return f"signed under the known authority of {issuer.country}"


def _links(ca: Certificate, store: TrustStore) -> bool:
    return not isinstance(store.issuer_of(ca), str)


def _fault(ca: Certificate) -> str:
    """Return why a certificate is no use as an authority, "" if it is."""
    if not ca.is_authority:
        return f"{ca.country} {ca.fingerprint[:16]}: is no authority"
    try:
        ca.public_key()
    except LdsError as error:
        return f"{ca.country} {ca.fingerprint[:16]}: {error}"
    if ca.self_issued and not ca.signed_by_key_of(ca):
        return f"{ca.country} {ca.fingerprint[:16]}: its own signature is wrong"
    return ""


# ── the folder ───────────────────────────────────────────────────────────────


def _keep(wanted: Iterable[Certificate], store: TrustStore, folder: Path, result: Imported) -> None:
    have = {ca.fingerprint for ca in store.authorities}
    for ca in wanted:
        if ca.fingerprint in have:
            result.known += 1
        elif reason := _fault(ca):
            result.refused.append(reason)
        else:
            have.add(ca.fingerprint)
            _write(folder / f"{ca.country or 'XX'}-{ca.fingerprint[:32]}.cer", ca.der)
            result.added.append(ca)


def _keep_revocations(lists: Iterable[RevocationList], folder: Path, result: Imported) -> None:
    store = load_store(folder)
    held = {rl.issuer: rl for rl in store.revocations}
    for given in lists:
        before = held.get(given.issuer)
        if before is not None and before.issued >= given.issued:
            continue
        if not store.vouched(given):
            result.refused.append(f"{given.country}: its revocation list has no known signer")
            continue
        name = hashlib.sha256(given.issuer).hexdigest()[:16]
        _write(folder / f"{given.country or 'XX'}-{name}.crl", given.der)
        held[given.issuer] = given
        result.revocations += 1


def _note(folder: Path, name: str, data: bytes, result: Imported, at: datetime) -> None:
    entry = {
        "at": at.isoformat(),
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "how": result.how,
        "added": len(result.added),
        "known": result.known,
        "revocation_lists": result.revocations,
        "refused": len(result.refused),
    }
    text = json.dumps([*_journal(folder), entry], indent=1, ensure_ascii=False)
    _write(folder / JOURNAL, text.encode())


def _journal(folder: Path) -> list[dict[str, object]]:
    try:
        entries = json.loads((folder / JOURNAL).read_text())
    except (OSError, ValueError):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(path.suffix + ".new")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
