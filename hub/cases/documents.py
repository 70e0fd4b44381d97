"""The files of a case: scans, pictures, chip files and printed papers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import BadInput
from hub.models.application import Document
from hub.models.schema import new_id
from hub.models.station import BlobRow
from hub.wire import FieldFault
from hub.writer import Tx


def keep(tx: Tx, application: str, *, kind: str, item: str, blob: str, step: str) -> str:
    """Make a stored file part of a case; return the document's id. Raises BadInput.

    The same file for the same item is kept once; a file of another case is refused.
    """
    known = tx.session.scalar(
        select(Document).where(
            Document.office == tx.office,
            Document.application == application,
            Document.item == item,
            Document.blob == blob,
        )
    )
    if known is not None:
        return known.id
    stored = _claim(tx, application, item, blob)
    document = Document(
        office=tx.office,
        id=new_id(),
        application=application,
        kind=kind,
        item=item,
        blob=blob,
        sha256=stored.sha256,
        media_type=stored.media_type,
        step=step,
        by=tx.actor.name or tx.actor.reference,
        at=tx.at,
    )
    tx.session.add(document)
    tx.session.flush()
    return document.id


def of_case(session: Session, office: int, application: str) -> tuple[Document, ...]:
    """Return the files of a case, oldest first."""
    query = select(Document).where(Document.office == office, Document.application == application)
    return tuple(session.scalars(query.order_by(Document.at, Document.item, Document.id)))


def usable(session: Session, office: int, application: str, blob: str) -> BlobRow | None:
    """Return a stored file if it belongs to this case or to none, else None."""
    stored = session.get(BlobRow, (office, blob))
    if stored is None or stored.application not in (None, application):
        return None
    return stored


def _claim(tx: Tx, application: str, item: str, blob: str) -> BlobRow:
    stored = usable(tx.session, tx.office, application, blob)
    if stored is None:
        fault = FieldFault(field=item, code="blob_unknown", message="berkas tidak ada / no file")
        text = "There is no such file for this case."
        raise BadInput("blob_unknown", text, id="Berkas itu tidak ada.", fields=[fault])
    stored.application = application
    return stored
