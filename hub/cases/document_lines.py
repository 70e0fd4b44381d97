"""The files of a case as its page lists them: called by name, each version told from the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import archive, documents, fingers
from hub.cases.checklists import paper_name
from hub.cases.legalising import SIGNED
from hub.cases.undone import undone_at
from hub.cases.views import DocumentLine, Standing
from hub.cases.void_files import Withdrawals, withdrawals
from hub.models.application import Application, Document, Evidence
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Actor

BODILY = ("photo", "finger", "signature", "chip")
CEKAL_FILE = "cekal"
"""The scan of a check by hand: for those who see how a case stands with the list."""


def document_lines(
    session: Session, procedure: Procedure, row: Application, officer: Actor
) -> tuple[DocumentLine, ...]:
    """Return the files that `officer` may see, oldest first, and the archive package last."""
    only_money = officer.roles <= {"treasurer"}
    sees_cekal = bool(procedure.office.cekal.sees & officer.roles)
    package = None if only_money else archive.line_of(session, procedure, row)
    kept = documents.of_case(session, row.office, row.id)
    places = _places(session, row, kept, withdrawals(session, procedure, row))
    lines = tuple(
        DocumentLine(
            id=document.id,
            item=document.item,
            name=_item_name(procedure, row, document.item, document.kind),
            kind=document.kind,
            blob=document.blob,
            media_type=document.media_type,
            step=document.step,
            by=document.by,
            at=document.at,
            void_since=places[document.id].void_since,
            version=places[document.id].version,
            versions=places[document.id].versions,
            page=places[document.id].page,
            pages=places[document.id].pages,
            standing=places[document.id].standing,
        )
        for document in kept
        if not (only_money and document.kind in BODILY)
        and (sees_cekal or document.kind != CEKAL_FILE)
    )
    return (*lines, package) if package else lines


@dataclass(frozen=True, slots=True)
class _Place:
    """Which version of its item a file is, which page of it, and whether it holds."""

    version: int
    versions: int
    page: int
    pages: int
    standing: Standing
    void_since: datetime | None


def _places(
    session: Session, row: Application, kept: Sequence[Document], voids: Withdrawals
) -> dict[str, _Place]:
    query = select(Evidence.step, Evidence.blob, Evidence.at).where(
        Evidence.office == row.office,
        Evidence.application == row.id,
        Evidence.voided_at.is_(None),
        Evidence.blob.is_not(None),
    )
    evidence = {blob: (step, at) for step, blob, at in session.execute(query)}
    undone = {
        step: undone_at(session, row.office, row.id, step)
        for step in {step for step, _ in evidence.values()}
    }
    doubted = {
        blob
        for blob, (step, at) in evidence.items()
        if (since := undone[step]) is not None and at < since
    }
    items: dict[str, list[Document]] = {}
    for document in kept:
        items.setdefault(document.item, []).append(document)
    return {
        identity: place
        for files in items.values()
        for identity, place in _of_item(files, frozenset(evidence), doubted, voids)
    }


def _of_item(
    files: Sequence[Document],
    evidence: frozenset[str | None],
    doubted: set[str | None],
    voids: Withdrawals,
) -> Iterator[tuple[str, _Place]]:
    """Yield each file of one item with its place; pages of one scan were kept at one instant."""
    groups = [list(pages) for _, pages in groupby(files, key=lambda one: one.at)]
    standing = [_holds(pages, evidence, doubted, voids) for pages in groups]
    if not any(standing):  # not evidence by itself: the newest that is not void holds
        newest = [n for n, pages in enumerate(groups) if voids.since(pages[0]) is None][-1:]
        standing = ["in_force" if n in newest else "" for n in range(len(groups))]
    several = len(groups) > 1 and files[0].kind != "print"
    for number, pages in enumerate(groups):
        for page, document in enumerate(pages, start=1):
            void = voids.since(document)
            said: Standing = "" if void or not several else standing[number] or "replaced"
            yield document.id, _Place(number + 1, len(groups), page, len(pages), said, void)


def _holds(
    pages: Sequence[Document],
    evidence: frozenset[str | None],
    doubted: set[str | None],
    voids: Withdrawals,
) -> Standing:
    blobs = {one.blob for one in pages}
    if not blobs & evidence or voids.since(pages[0]) is not None:
        return ""
    return "doubted" if blobs & doubted else "in_force"


_BESIDE = {
    "external.cover": Words(id="Surat pengantar dipindai", en="Cover letter scanned"),
    "custody.signature": Words(
        id="Tanda terima paspor bertanda tangan", en="Signed receipt of the passport"
    ),
    "loss.statement": Words(
        id="Pernyataan kehilangan tanda bukti bayar", en="Statement of the lost proof of payment"
    ),
}
"""Files that no step asks for."""


def _item_name(procedure: Procedure, row: Application, item: str, kind: str) -> Words:
    step, _, key = item.partition(".")
    paper = paper_name(procedure, row, key.removeprefix("scan."))
    if key.startswith("scan.") and paper is not None:
        return paper
    if item in _BESIDE:
        return _BESIDE[item]
    if key == SIGNED:
        return Words(id="Surat bertanda tangan elektronik", en="Electronically signed letter")
    if key == "missing_list":
        return Words(id="Daftar kekurangan berkas", en="List of what is missing")
    stage = procedure.sop.stage(step)
    rule = stage.rule(key.partition(".")[0]) if stage else None
    if rule and rule.kind == "finger" and (number := key.rpartition(".")[2]).isdecimal():
        return fingers.NAMES[int(number)]
    if rule:
        return rule.label
    if kind == "chip":
        return Words(id="Berkas cip paspor", en="Passport chip files")
    return Words(id="Berkas lain", en="Another file")
