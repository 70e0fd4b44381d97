"""The archive package of a finished case: a BagIt bag (RFC 8493) in a tar, stored encrypted.

CODE/bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
CODE/signature.txt       LOKET:A:CODE:SHA-256 of the tag manifest:signature of the office
CODE/data/case.json      the whole case record
CODE/data/case.pdf       the same case to be read, as PDF/A: its data, numbers and history
CODE/data/audit.json     its events with their seals
CODE/data/documents/…    every file of the case; what was withdrawn ends in .BATAL before its type
CODE/data/letters/…      its letters as the agenda numbers them: the notices, a letter of rejection
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.blobs import StoredFile, register
from hub.cases import documents, letter_book, letters_sent
from hub.cases.archive.scratch import scratch_folder
from hub.cases.history_paper import case_record_paper, headed
from hub.cases.record import case_record, events_of
from hub.cases.views import DocumentLine
from hub.cases.void_files import withdrawals
from hub.errors import BadInput
from hub.letters.once import print_once
from hub.models.application import Application, ArchivePackage
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.models.station import BlobRow
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Actor, Tx

PACKAGE = "package"
SIGNATURE = "signature.txt"
SIGNED = "LOKET:A:"
VOID = "BATAL"
AFTER_END = "end"
"""Where a file belongs that was left after a case had ended before its last step."""
MEDIA_TYPE = "application/x-tar"
LARGEST_BYTES = 512 * 1024 * 1024


def build(
    session: Session,
    procedure: Procedure,
    application: Application,
    values: Mapping[str, str],
    at: datetime,
    officer: Actor,
) -> StoredFile:
    """Build the package of a case and store it encrypted; return the stored file."""
    with scratch_folder() as folder:
        bag = folder / application.case_code
        bag.mkdir()
        record = case_record(session, procedure, application)
        record["handed_over"] = _handed_over(session, application, values, at, officer)
        (bag / "case.json").write_bytes(_pretty(record))
        (bag / "audit.json").write_bytes(_pretty(events_of(session, application)))
        _write_documents(session, procedure, application, bag / "documents")
        _write_letters(session, procedure, application, bag / "letters")
        (bag / "case.pdf").write_bytes(_readable(session, procedure, application, at, officer))
        _make_bag(bag, procedure, application, at)
        _sign(bag, procedure)
        return procedure.blobs.put(_tar(bag, at), largest=LARGEST_BYTES)


def _handed_over(
    session: Session,
    application: Application,
    values: Mapping[str, str],
    at: datetime,
    officer: Actor,
) -> dict[str, object]:
    """Return who gave the file to the archive, and who seals its package again, if it is there."""
    filed = package_row(session, application.office, application.id)
    if filed is None:
        return {"by": officer.name, "at": at, "shelf": values.get("shelf", "")}
    giver = session.get(Officer, (filed.office, filed.given_by))
    return {
        "by": giver.name if giver is not None else filed.given_by,
        "at": filed.at,
        "shelf": filed.shelf,
        "sealed_again": {"by": officer.name, "at": at},
    }


def reference(package: StoredFile) -> str:
    """Return the text by which a command refers to a package stored before it."""
    return f"{package.id}:{package.sha256}:{package.size}"


def lay_down(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    """Record the package, its shelf, giver and receiver. Raises BadInput `package_missing`."""
    stored = stored_of(values.get(PACKAGE, ""))
    register(tx, stored, MEDIA_TYPE).application = application.id
    tx.session.add(
        ArchivePackage(
            office=tx.office,
            id=new_id(),
            application=application.id,
            blob=stored.id,
            sha256=stored.sha256,
            shelf=values["shelf"],
            retention=procedure.office.retention.classification,
            given_by=tx.actor.id,
            received_by=_officer(tx, values["receiver"]),
            at=tx.at,
        )
    )
    tx.session.flush()


def stored_of(text: str) -> StoredFile:
    """Return the package that a `reference` names. Raises BadInput `package_missing`."""
    parts = text.split(":")
    if len(parts) != len(StoredFile.__slots__) or not parts[2].isdecimal():
        fault = FieldFault(field=PACKAGE, code="missing", message="paket arsip / archive package")
        text = "The archive package was not prepared."
        raise BadInput("package_missing", text, id="Paket arsip belum disiapkan.", fields=[fault])
    return StoredFile(parts[0], parts[1], int(parts[2]))


def package_of(tx: Tx, application: str) -> str:
    """Return the id of a case's package, or an empty text."""
    query = select(ArchivePackage.id).where(
        ArchivePackage.office == tx.office, ArchivePackage.application == application
    )
    return tx.session.scalar(query) or ""


def package_row(session: Session, office: int, application: str) -> ArchivePackage | None:
    """Return the package of a case, None before it is archived."""
    return session.scalar(
        select(ArchivePackage).where(
            ArchivePackage.office == office, ArchivePackage.application == application
        )
    )


def line_of(
    session: Session, procedure: Procedure, application: Application
) -> DocumentLine | None:
    """Return the package as a file of the case, None before it is archived."""
    package = package_row(session, application.office, application.id)
    if package is None:
        return None
    giver = session.get(Officer, (package.office, package.given_by))
    last = procedure.sop.doing("archive")
    return DocumentLine(
        id=package.id,
        item=f"{last}.{PACKAGE}",
        name=Words(id="Paket arsip", en="Archive package"),
        kind="package",
        blob=package.blob,
        media_type=MEDIA_TYPE,
        step=last if application.state == "ARCHIVED" else AFTER_END,
        by=giver.name if giver is not None else package.given_by,
        at=package.at,
    )


def _officer(tx: Tx, login: str) -> str:
    query = select(Officer.id).where(Officer.office == tx.office, Officer.login == login)
    return tx.session.scalar(query) or ""


def _write_documents(
    session: Session, procedure: Procedure, application: Application, folder: Path
) -> None:
    folder.mkdir()
    voids = withdrawals(session, procedure, application)
    for number, document in enumerate(
        documents.of_case(session, application.office, application.id), start=1
    ):
        ending = mimetypes.guess_extension(document.media_type) or ".bin"
        content = procedure.blobs.get(document.blob)
        mark = f".{VOID}" if voids.since(document) else ""
        (folder / f"{number:02d}-{document.item}{mark}{ending}").write_bytes(content)


def _write_letters(
    session: Session, procedure: Procedure, application: Application, folder: Path
) -> None:
    """Write the letters of a case that came out of a printer or were scanned, if there are any."""
    letters = letter_book.of_case(session, application.office, application.id)
    unprinted = letters_sent.unprinted(session, letters) if letters else {}
    for letter in letters:
        if letter.blob is None or unprinted.get(letter.id) == letters_sent.FAILED:
            continue
        stored = session.get_one(BlobRow, (letter.office, letter.blob))
        ending = mimetypes.guess_extension(stored.media_type) or ".bin"
        name = f"{letter.year}-{letter.agenda:04d}-{letter.direction}-{letter.kind}{ending}"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(procedure.blobs.get(letter.blob))


def _make_bag(bag: Path, procedure: Procedure, application: Application, at: datetime) -> None:
    import bagit  # with its command line half a megabyte, for one step in twelve

    info = {
        "Source-Organization": procedure.office.office.name.id,
        "External-Identifier": application.case_code,
        "Bagging-Date": procedure.office.today(at).isoformat(),
        "External-Description": f"{procedure.sop.number} {procedure.sop.sheet.name.id}",
    }
    bagit.make_bag(str(bag), info, checksums=["sha256"])


def _readable(
    session: Session, procedure: Procedure, application: Application, at: datetime, officer: Actor
) -> bytes:
    moment = at.replace(microsecond=0)
    paper = case_record_paper(session, procedure, application, moment, officer)
    return print_once(headed(session, application.office, procedure, at, application.id), paper)


def _sign(bag: Path, procedure: Procedure) -> None:
    """Sign the tag manifest, which vouches for the manifest, which vouches for every file."""
    digest = hashlib.sha256((bag / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    text = procedure.keyring.sign(f"{SIGNED}{bag.name}:{digest.upper()}")
    (bag / SIGNATURE).write_text(text + "\n", "ascii")


def _tar(bag: Path, at: datetime) -> bytes:
    import tarfile  # loaded with the first package: an idle hub does without

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(bag.rglob("*")):
            member = tar.gettarinfo(str(path), arcname=str(path.relative_to(bag.parent)))
            member.mtime = int(at.timestamp())
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            if path.is_file():
                with path.open("rb") as file:
                    tar.addfile(member, file)
            else:
                tar.addfile(member)
    return packed.getvalue()


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
