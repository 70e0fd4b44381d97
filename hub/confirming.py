"""Officers confirm values of the office's rules, by a letter of a day; withdrawn, never erased.

A confirmation is of exactly what the file said: another content is unconfirmed until somebody
confirms that, and the old content, brought back, is confirmed as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.confirmations import ConfirmationWithdrawn, ValueConfirmed
from hub.models.confirmation import Confirmation
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.office.confirmations import Content, Value, is_specimen, values
from hub.wire import FieldFault
from hub.writer import Tx

CONFIRMS = frozenset({"legaliser"})
"""Kepala Kantor and who is appointed in that place vouch for what the office's papers say."""
LONGEST_SOURCE = 120
SHORTEST_SOURCE = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A value as the page shows it: what it says, and who confirmed that."""

    value: Value
    confirmation: Confirmation | None
    before: tuple[Confirmation, ...]
    """Of other contents or withdrawn, the newest first."""

    @property
    def holds(self) -> bool:
        """Say whether file or page confirms it."""
        return self.value.rule.confirmed or self.confirmation is not None


def on_page(connection: Connection, office_no: int) -> frozenset[Content]:
    """Return what officers confirmed and nobody withdrew, by key and content."""
    query = select(Confirmation.value, Confirmation.content).where(
        Confirmation.office == office_no, Confirmation.withdrawn_at.is_(None)
    )
    return frozenset((row.value, row.content) for row in connection.execute(query))


def papers_are_specimens(
    connection: Connection, office_no: int, office: OfficeConfig, day: date, *also: str
) -> bool:
    """Say whether a paper of `day` is a specimen; `also` are keys of values it rests on besides."""
    return is_specimen(office, day, on_page(connection, office_no), also)


def standings(
    session: Session, office_no: int, office: OfficeConfig, day: date
) -> tuple[Standing, ...]:
    """Return every value of the office's rules with its confirmations."""
    query = select(Confirmation).where(Confirmation.office == office_no)
    rows = session.scalars(query.order_by(Confirmation.at.desc(), Confirmation.id)).all()
    return tuple(_standing(value, rows) for value in values(office, day))


def confirm(
    tx: Tx, office: OfficeConfig, shown: Sequence[Content], *, source: str, dated: str
) -> int:
    """Confirm values as the page showed them, all or none; return how many.

    Raises NotAllowed `role_missing`, BadInput `nothing_chosen` | `confirmation_wrong`, Conflict
    `value_changed` | `confirmed_before`.
    """
    _must_confirm(tx)
    if not shown:
        raise BadInput(
            "nothing_chosen",
            "Choose the values that you confirm.",
            id="Pilih nilai yang Anda konfirmasi.",
        )
    day = _day_of_letter(office.today(tx.at), source, dated)
    found = {value.key: value for value in values(office, office.today(tx.at))}
    known = on_page(tx.session.connection(), tx.office)
    me = tx.session.get_one(Officer, (tx.office, tx.actor.id))
    for key, content in shown:
        _must_be_open(found.get(key), content, known)
        row = Confirmation(
            office=tx.office,
            id=new_id(),
            value=key,
            content=content,
            by=me.id,
            by_name=me.name,
            by_nip=me.nip,
            source=source,
            source_on=day,
            at=tx.at,
        )
        tx.session.add(row)
        tx.session.flush()
        tx.emit(ValueConfirmed(key, row.id), subject=row.id)
    return len(shown)


def withdraw(tx: Tx, office: OfficeConfig, confirmation: str, reason: str) -> str:
    """Take a confirmation back, with its reason; papers are specimens again.

    Raises NotAllowed `role_missing`, NotFound, Conflict `withdrawn_before` | `file_confirms`,
    BadInput `reason_missing`.
    """
    _must_confirm(tx)
    row = tx.session.get(Confirmation, (tx.office, confirmation))
    if row is None:
        text = "There is no such confirmation."
        raise NotFound("confirmation_unknown", text, id="Konfirmasi itu tidak ada.")
    if row.withdrawn_at is not None:
        raise Conflict(
            "withdrawn_before",
            f"{row.withdrawn_by_name} has withdrawn it before.",
            id=f"Sudah dicabut oleh {row.withdrawn_by_name}.",
        )
    _must_not_stand_in_file(row, office, office.today(tx.at))
    if not reason:
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "Say why it is withdrawn."
        raise BadInput("reason_missing", text, id="Tulis mengapa dicabut.", fields=[fault])
    row.withdrawn_at, row.withdrawn_why = tx.at, reason
    row.withdrawn_by, row.withdrawn_by_name = tx.actor.id, tx.actor.name
    tx.session.flush()
    tx.emit(ConfirmationWithdrawn(row.value, row.id), subject=row.id)
    return row.id


def _standing(value: Value, rows: Sequence[Confirmation]) -> Standing:
    own = [row for row in rows if row.value == value.key]
    now = next(
        (row for row in own if row.content == value.content and row.withdrawn_at is None), None
    )
    return Standing(value, now, tuple(row for row in own if row is not now))


def _must_confirm(tx: Tx) -> None:
    if tx.actor.kind != "officer" or not CONFIRMS & tx.actor.roles:
        raise NotAllowed(
            "role_missing",
            "Only Kepala Kantor, or who is appointed in that place, confirms the office's values.",
            id="Hanya Kepala Kantor atau pejabat yang ditunjuk yang mengonfirmasi nilai kantor.",
        )


def _must_be_open(value: Value | None, content: str, known: frozenset[Content]) -> None:
    if value is None or value.content != content:
        raise Conflict(
            "value_changed",
            "The office's file says something else by now: look at the value again.",
            id="Berkas kantor sudah berubah: periksa kembali nilainya.",
        )
    if value.rule.confirmed or value.known_as in known:
        raise Conflict(
            "confirmed_before",
            f"{value.name} is confirmed already; the page shows by whom.",
            id=f"{value.name} sudah dikonfirmasi; halaman menunjukkan oleh siapa.",
        )


def _must_not_stand_in_file(row: Confirmation, office: OfficeConfig, day: date) -> None:
    now = next((value for value in values(office, day) if value.key == row.value), None)
    if now is not None and now.rule.confirmed and now.content == row.content:
        raise Conflict(
            "file_confirms",
            "The office's file confirms it too: say confirmed = false there first, or nothing "
            "would change.",
            id="Berkas kantor juga mengonfirmasinya: tulis dahulu confirmed = false di sana; "
            "tanpa itu tidak ada yang berubah.",
        )


def _day_of_letter(today: date, source: str, dated: str) -> date:
    faults = []
    day = today
    if not SHORTEST_SOURCE <= len(source) <= LONGEST_SOURCE:
        words = (
            f"{SHORTEST_SOURCE}-{LONGEST_SOURCE} huruf / {SHORTEST_SOURCE}-{LONGEST_SOURCE} letters"
        )
        faults.append(FieldFault(field="source", code="wrong", message=words))
    try:
        day = date.fromisoformat(dated)
        wrong = "ada di masa depan / lies in the future" if day > today else ""
    except ValueError:
        wrong = "bukan tanggal; tulis HH-BB-TTTT / is no date; write DD-MM-YYYY"
    if wrong:
        faults.append(FieldFault(field="source_on", code="wrong", message=wrong))
    if faults:
        raise BadInput(
            "confirmation_wrong",
            "A confirmation rests on a letter with number and day; see the named field.",
            id="Konfirmasi berdasar surat dengan nomor dan tanggal; periksa isian yang disebut.",
            fields=faults,
        )
    return day
