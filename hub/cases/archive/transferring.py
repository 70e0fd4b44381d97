"""Transfer lists: paper files handed over together, signed by the giver, then by the receiver.

GIVEN → RECEIVED by the archivist, another person than the giver
      → TAKEN BACK by its giver, as long as nobody received it
A paper lies in one place: while a list waits for its receiver, its files stand on no other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hub.cases.applications import must_find, must_have_role
from hub.cases.archive.keeping import ARCHIVIST, must_be_filed
from hub.cases.archive.paged import Paged, paged
from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.correspondence import FilesTransferred, TransferTakenBack
from hub.models.correspondence import TransferList
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.writer import Tx

MAY_GIVE = frozenset({"administration", "archivist"})


def give_list(tx: Tx, procedure: Procedure, applications: Sequence[str]) -> str:
    """Sign a transfer list as its giver; return its id.

    Raises BadInput `nothing_chosen`, Conflict `on_a_list` naming the list that a file waits on.
    """
    must_have_role(tx, MAY_GIVE)
    if not applications:
        text = "Choose the files to be handed over."
        raise BadInput("nothing_chosen", text, id="Pilih berkas yang diserahkan.")
    waiting = waiting_lists(tx.session, tx.office)
    codes: list[str] = []
    for application in dict.fromkeys(applications):
        row = must_find(tx.session, tx.office, procedure, application)
        must_be_filed(tx.session, row)
        if row.case_code in waiting:
            raise _on_a_list(tx, row.case_code, waiting[row.case_code])
        codes.append(row.case_code)
    year = procedure.office.today(tx.at).year
    made = tx.session.scalar(
        select(func.count()).where(
            TransferList.office == tx.office, TransferList.number.endswith(f"/{year}")
        )
    )
    transfer = TransferList(
        office=tx.office,
        id=new_id(),
        number=f"DP-{(made or 0) + 1:04d}/{year}",
        files=" ".join(codes),
        given_by=tx.actor.id,
        given_by_name=tx.actor.name,
        given_at=tx.at,
    )
    tx.session.add(transfer)
    tx.session.flush()
    tx.emit(FilesTransferred(transfer.id, len(codes), received=False), subject=transfer.id)
    return transfer.id


def receive_list(tx: Tx, transfer: str) -> str:
    """Sign a transfer list as its receiver: the archivist, another person than the giver."""
    must_have_role(tx, ARCHIVIST)
    row = find_transfer(tx.session, tx.office, transfer)
    _must_wait(tx, row)
    if row.given_by == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Who gives and who receives the files must be two persons.",
            id="Yang menyerahkan dan yang menerima berkas harus dua orang.",
        )
    row.received_by, row.received_by_name, row.received_at = tx.actor.id, tx.actor.name, tx.at
    tx.session.flush()
    files = len(row.files.split())
    tx.emit(FilesTransferred(row.id, files, received=True), subject=row.id)
    return row.id


def take_back_list(tx: Tx, transfer: str) -> str:
    """Take back a list that nobody received yet: only its giver. It is kept, marked so."""
    must_have_role(tx, MAY_GIVE)
    row = find_transfer(tx.session, tx.office, transfer)
    _must_wait(tx, row)
    if row.given_by != tx.actor.id:
        raise NotAllowed(
            "not_the_giver",
            f"Only who gave this list takes it back: {row.given_by_name}.",
            id=f"Hanya yang menyerahkan dapat menarik daftar ini: {row.given_by_name}.",
        )
    row.received_by, row.received_by_name, row.received_at = tx.actor.id, tx.actor.name, tx.at
    tx.session.flush()
    tx.emit(TransferTakenBack(row.id, len(row.files.split())), subject=row.id)
    return row.id


def transfers(session: Session, office: int, page: int = 1) -> Paged[TransferList]:
    """Return a page of the transfer lists: those that wait for the receiver, then the newest."""
    query = (
        select(TransferList)
        .where(TransferList.office == office)
        .order_by(
            case((TransferList.received_at.is_(None), 0), else_=1),
            TransferList.given_at.desc(),
            TransferList.id,
        )
    )
    return paged(session, query, page)


def waiting_lists(session: Session, office: int) -> Mapping[str, TransferList]:
    """Return the lists that wait for their receiver, by the code of each file on them."""
    query = select(TransferList).where(
        TransferList.office == office, TransferList.received_at.is_(None)
    )
    return {code: one for one in session.scalars(query) for code in one.files.split()}


def find_transfer(session: Session, office: int, transfer: str) -> TransferList:
    """Return a transfer list. Raises NotFound `transfer_unknown`."""
    row = session.get(TransferList, (office, transfer))
    if row is None:
        text = "There is no such transfer list."
        raise NotFound("transfer_unknown", text, id="Daftar pemindahan itu tidak ada.")
    return row


def _on_a_list(tx: Tx, code: str, other: TransferList) -> Conflict:
    who = by_whom(tx, other.given_by)
    return Conflict(
        "on_a_list",
        f"{code} stands on transfer list {other.number} already{who.en}, which nobody "
        "received yet: let that list be received, or taken back by its giver, first.",
        id=f"{code} sudah ada di daftar pemindahan {other.number}{who.id}, yang belum diterima: "
        "daftar itu diterima dahulu, atau ditarik kembali oleh penyerahnya.",
    )


def _must_wait(tx: Tx, row: TransferList) -> None:
    if row.received_at is None:
        return
    who = by_whom(tx, row.received_by)
    if row.taken_back:
        raise Conflict(
            "transfer_taken_back",
            f"This list was taken back{who.en}.",
            id=f"Daftar ini sudah ditarik kembali{who.id}.",
        )
    raise Conflict(
        "transfer_received",
        f"This list was received already{who.en}.",
        id=f"Daftar ini sudah diterima{who.id}.",
    )
