"""A package is sealed anew when papers came to its case after it: the passport was fetched at last.

The former seal is not forgotten: the act keeps its checksum, and its file stays stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.blobs import register
from hub.cases.applications import must_find, must_have_role
from hub.cases.archive.keeping import ARCHIVIST, SEAL, must_be_filed, write_move
from hub.cases.archive.package import MEDIA_TYPE, build, package_row, reference, stored_of
from hub.errors import Conflict
from hub.models.application import ArchivePackage, Document
from hub.models.correspondence import ArchiveMove
from hub.procedure import Procedure
from hub.writer import Actor, Tx


def outgrown(session: Session, office: int, packages: Sequence[str]) -> frozenset[str]:
    """Return the ids of those `packages` whose case got a file after they were last sealed."""
    sealed = _sealed(session, office, packages)
    query = (
        select(ArchivePackage.id, ArchivePackage.at, func.max(Document.at))
        .join(
            Document,
            (Document.office == ArchivePackage.office)
            & (Document.application == ArchivePackage.application),
        )
        .where(ArchivePackage.office == office, ArchivePackage.id.in_(packages))
        .group_by(ArchivePackage.id, ArchivePackage.at)
    )
    return frozenset(
        package
        for package, at, newest in session.execute(query)
        if newest > sealed.get(package, at)
    )


def prepare(
    session: Session,
    procedure: Procedure,
    office: int,
    application: str,
    at: datetime,
    officer: Actor,
) -> str:
    """Build the new package in a thread before `seal_again`; empty if none is due."""
    row = must_find(session, office, procedure, application)
    package = package_row(session, office, row.id)
    if package is None or not outgrown(session, office, [package.id]):
        return ""
    return reference(build(session, procedure, row, {"shelf": package.shelf}, at, officer))


def seal_again(tx: Tx, procedure: Procedure, application: str, package: str) -> str:
    """Put the new package in place of the former one; return its id.

    Raises NotAllowed, Conflict `not_archived` | `nothing_to_seal`, BadInput `package_missing`.
    """
    must_have_role(tx, ARCHIVIST)
    row = must_find(tx.session, tx.office, procedure, application)
    kept = must_be_filed(tx.session, row)
    if not outgrown(tx.session, tx.office, [kept.id]):
        raise Conflict(
            "nothing_to_seal",
            "Nothing came to this case since its package was sealed.",
            id="Tidak ada berkas baru sejak paketnya disegel.",
        )
    stored = stored_of(package)
    register(tx, stored, MEDIA_TYPE).application = row.id
    former = kept.sha256
    kept.blob, kept.sha256 = stored.id, stored.sha256
    write_move(tx, kept, SEAL, note=f"SHA-256 {former}")
    return kept.id


def _sealed(session: Session, office: int, packages: Sequence[str]) -> Mapping[str, datetime]:
    """Return when packages were last sealed anew, those that were."""
    query = (
        select(ArchiveMove.package, func.max(ArchiveMove.at))
        .where(
            ArchiveMove.office == office,
            ArchiveMove.package.in_(packages),
            ArchiveMove.act == SEAL,
        )
        .group_by(ArchiveMove.package)
    )
    return {package: at for package, at in session.execute(query)}
