"""The pages of a scanned paper: put in order, left out, added to, and saved as one new version.

A paper's pages are those of its present file and of what was scanned for it since, under the name
`KEY+`. Saving makes one PDF of the chosen pages; the file before it stays with the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from devices.capabilities import ScannedPage
from hub import jobs
from hub.blobs import Blobs, StoredFile, register
from hub.cases import documents, evidence, steps
from hub.cases.requirements import Requirement, unfold
from hub.cases.undone import undone_at
from hub.errors import BadInput, NotFound
from hub.models.application import Application
from hub.models.station import BlobRow
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

MORE = "+"
"""What is added to a paper's key for pages that are scanned in addition."""


@dataclass(frozen=True, slots=True)
class PaperFiles:
    """A paper of the current step, and the stored files that hold its pages, in order."""

    key: str
    name: Words
    evidence: str
    files: tuple[str, ...]
    foreign: bool = False
    """Its present file was uploaded: it is replaced as a whole, never taken apart."""


def files_of(
    session: Session, procedure: Procedure, application: Application, key: str, at: datetime
) -> PaperFiles:
    """Return a paper's files. Raises NotFound `row_unknown`."""
    stage = procedure.sop.stage(application.position)
    rows = unfold(procedure, application, stage, procedure.office.today(at)) if stage else ()
    row = next((one for one in rows if one.key == key and one.kind == "scan"), None)
    if stage is None or row is None:
        raise NotFound(
            "row_unknown",
            "The case has moved on; this paper is no longer scanned here.",
            id="Permohonan sudah maju; kertas ini tidak dipindai lagi di sini.",
        )
    name = f"{stage.name}.{key}"
    present, since = _present(session, procedure, application, stage.name, row, at)
    known = jobs.of_application(session.connection(), application.office, application.id)
    added = [
        blob
        for job in reversed(known)
        if job.evidence == f"{name}{MORE}" and job.state == "done" and _is_later(job, since)
        for blob in job.blobs
    ]
    foreign = bool(present) and not _is_pdf(session, application.office, present[0])
    return PaperFiles(key, row.label, name, (*present, *added), foreign)


def pages(blobs: Blobs, files: Sequence[str]) -> dict[str, bytes]:
    """Return the JPEG of every page as `FILE-NUMBER`; files of others are left out."""
    return {name: page.jpeg for name, page in _taken_apart(blobs, files).items()}


def joined(blobs: Blobs, files: Sequence[str], order: Sequence[str]) -> StoredFile:
    """Store one PDF of the pages `order` names. Raises BadInput `pages_wrong`."""
    from devices.pdf import pages_to_pdf

    known = _taken_apart(blobs, files)
    if not order or len(set(order)) != len(order) or not set(order) <= set(known):
        fault = FieldFault(field="order", code="wrong", message="muat ulang halaman / reload")
        raise BadInput(
            "pages_wrong",
            "Choose at least one page of this paper, each once. Reload the page and try again.",
            id="Pilih paling sedikit satu halaman kertas ini, masing-masing sekali. Muat ulang.",
            fields=[fault],
        )
    return blobs.put(pages_to_pdf([known[name] for name in order]))


def save(
    tx: Tx, procedure: Procedure, application: str, paper: PaperFiles, stored: StoredFile
) -> str:
    """Make the new file the paper's evidence; what it was made of stays with the case."""
    register(tx, stored, "application/pdf")
    stage = paper.evidence.partition(".")[0]
    for blob in paper.files:
        documents.keep(tx, application, kind="scan", item=paper.evidence, blob=blob, step=stage)
    return steps.supply(tx, procedure, application, paper.key, stored.id)


def _taken_apart(blobs: Blobs, files: Sequence[str]) -> dict[str, ScannedPage]:
    from devices.pdf import pages_of_pdf  # loads the picture library

    found: dict[str, ScannedPage] = {}
    for file in files:
        try:
            parts = pages_of_pdf(blobs.get(file))
        except ValueError:
            continue  # it was uploaded: nobody takes it apart
        found |= {f"{file}-{n}": page for n, page in enumerate(parts)}
    return found


def _present(
    session: Session,
    procedure: Procedure,
    application: Application,
    stage: str,
    row: Requirement,
    at: datetime,
) -> tuple[tuple[str, ...], datetime | None]:
    nothing: Mapping[str, str] = {}
    found = evidence.gather(session, procedure, application, stage, [row], nothing, at)
    here = found.get(row.key)
    if here is not None:
        return here.blobs, here.at
    return (), undone_at(session, application.office, application.id, stage)


def _is_later(job: jobs.JobView, since: datetime | None) -> bool:
    return since is None or (job.ended_at is not None and job.ended_at > since)


def _is_pdf(session: Session, office: int, blob: str) -> bool:
    row = session.get(BlobRow, (office, blob))
    return row is not None and row.media_type == "application/pdf"
