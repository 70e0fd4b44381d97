"""Whether the office gives numbers and calls now: hours, closed day, emergency stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import Connection, bindparam, insert, select, update

from hub.database import table_of
from hub.errors import BadInput, Conflict, NotFound
from hub.events.opening import NoticeShown, OfficeResumed, OfficeStopped
from hub.models.opening import NoticeRow, OfficeNow
from hub.models.schema import new_id
from hub.office import OfficeConfig, ServiceConfig
from hub.opening.again import again_words
from hub.statements import Statement
from hub.wire import FieldFault, NoticeState, Words
from hub.wire.again import closed_until
from hub.writer import Tx

NUMBERS, EVERYTHING = "numbers", "everything"
SCOPES = (NUMBERS, EVERYTHING)
STOPPED = Words(id="Antrean dihentikan sementara", en="The queue is stopped for now")
DAY_OVER = Words(id="Antrean hari ini sudah ditutup", en="Today's queue is closed")
LONGEST_TEXT = 200

# statements are built once: building one costs more than running it
_NOW, _NOTICES = table_of(OfficeNow), table_of(NoticeRow)
_READ_NOW = Statement(
    select(_NOW.c.stopped, _NOW.c.notice, _NOW.c.closed_day).where(
        _NOW.c.office == bindparam("of_office")
    )
)
_CHANGE_NOW = update(_NOW).where(_NOW.c.office == bindparam("of_office"))
_SHOWN = (
    select(*_NOTICES.c)
    .where(_NOTICES.c.office == bindparam("of_office"), _NOTICES.c.ended_at.is_(None))
    .order_by(_NOTICES.c.shown_at)
)


@dataclass(frozen=True, slots=True)
class Now:
    """What holds for the whole office at this moment."""

    stopped: str = ""
    notice: str | None = None
    closed_day: date | None = None


def now_of(connection: Connection, office_no: int) -> Now:
    """Return what holds for the whole office."""
    row = _READ_NOW.one_or_none(connection, {"of_office": office_no})
    return Now(*row) if row is not None else Now()


def require_numbers(now: Now, office: OfficeConfig, service: ServiceConfig, at: datetime) -> None:
    """Refuse a number while none are given. Raises Conflict `queue_stopped`, `queue_closed`."""
    if now.stopped:
        raise _stopped()
    because = office.closed_because(service.code, at)
    if because is None and now.closed_day is not None and now.closed_day >= office.today(at):
        because = DAY_OVER
    if because is not None:
        again = again_words(office, service.code, at)
        raise Conflict(
            "queue_closed",
            f"{because.en}.{again.en}",
            id=f"{because.id}.{again.id}",
            fields=[FieldFault(field="service", code="closed")],
        )


def require_calls(tx: Tx) -> None:
    """Refuse a call while everything stands still. Raises Conflict `queue_stopped`."""
    if now_of(tx.connection, tx.office).stopped == EVERYTHING:
        raise _stopped()


def why_no_numbers(
    office: OfficeConfig, service: ServiceConfig, now: Now, left: int | None, at: datetime
) -> Words | None:
    """Return why a service gives no number at `at`, None while it does."""
    if now.stopped:
        return STOPPED
    if because := office.closed_because(service.code, at):
        opening = office.next_opening(service.code, at)
        return closed_until(because, opening, at.astimezone(office.zone))
    if now.closed_day is not None and now.closed_day >= office.today(at):
        return DAY_OVER
    if left == 0:
        return Words(
            id=f"{service.quota} nomor hari ini sudah habis",
            en=f"Today's {service.quota} numbers are used up",
        )
    return None


# ── the emergency stop, and messages on every screen ─────────────────────────


def stop(tx: Tx, *, scope: str, text: Words) -> NoticeState:
    """Stop the queue with a message on every screen; a stop in force is replaced.

    Raises BadInput `stop_invalid`.
    """
    faults = _text_faults(text)
    if scope not in SCOPES:
        faults.append(FieldFault(field="scope", code="unknown", message=" / ".join(SCOPES)))
    if faults:
        raise _text_refused("stop_invalid", faults)
    earlier = now_of(tx.connection, tx.office)
    if earlier.notice is not None:
        _end(tx, earlier.notice)
    notice = _show(tx, "stop", text)
    _set_now(tx, stopped=scope, notice=notice)
    tx.emit(OfficeStopped(notice, scope), subject=notice)
    return _state(tx.connection, tx.office, notice)


def resume(tx: Tx) -> None:
    """End the emergency stop. Raises Conflict `not_stopped`."""
    now = now_of(tx.connection, tx.office)
    if not now.stopped or now.notice is None:
        raise Conflict(
            "not_stopped", "The queue is not stopped.", id="Antrean tidak sedang dihentikan."
        )
    _end(tx, now.notice)
    _set_now(tx, stopped="", notice=None)
    tx.emit(OfficeResumed(now.notice), subject=now.notice)


def show_message(tx: Tx, *, text: Words) -> NoticeState:
    """Show a message on every screen until it is ended. Raises BadInput `message_invalid`."""
    if faults := _text_faults(text):
        raise _text_refused("message_invalid", faults)
    notice = _show(tx, "message", text)
    tx.emit(NoticeShown(notice, shown=True), subject=notice)
    return _state(tx.connection, tx.office, notice)


def end_message(tx: Tx, *, notice: str) -> None:
    """Take a message off the screens. Raises NotFound `notice_unknown`."""
    if not any(n.id == notice and n.kind == "message" for n in notices(tx.connection, tx.office)):
        raise NotFound(
            "notice_unknown",
            "This message is not shown any more.",
            id="Pesan itu sudah tidak ditampilkan.",
        )
    _end(tx, notice)
    tx.emit(NoticeShown(notice, shown=False), subject=notice)


def notices(connection: Connection, office_no: int) -> list[NoticeState]:
    """Return what the screens show now, the oldest first."""
    scope = now_of(connection, office_no).stopped
    return [
        NoticeState(
            id=row.id,
            kind=cast("Literal['stop', 'message']", row.kind),
            text=Words(id=row.text_id, en=row.text_en),
            since=row.shown_at,
            scope=cast("Literal['', 'numbers', 'everything']", scope if row.kind == "stop" else ""),
        )
        for row in connection.execute(_SHOWN, {"of_office": office_no})
    ]


def stop_of(connection: Connection, office_no: int) -> NoticeState | None:
    """Return the emergency stop in force, None when there is none."""
    if not now_of(connection, office_no).stopped:
        return None
    return next((one for one in notices(connection, office_no) if one.kind == "stop"), None)


def close_day_now(tx: Tx, day: date) -> None:
    """Give no more numbers on `day`."""
    _set_now(tx, closed_day=day)


def _stopped() -> Conflict:
    return Conflict(
        "queue_stopped",
        f"{STOPPED.en}. Numbers keep their place; wait until it is announced that it goes on.",
        id=f"{STOPPED.id}. Nomor tetap berlaku; tunggu pengumuman.",
    )


def _text_faults(text: Words) -> list[FieldFault]:
    told = (("text_id", text.id), ("text_en", text.en))
    return [
        FieldFault(field=field, code="length", message=f"3–{LONGEST_TEXT}")
        for field, said in told
        if not 3 <= len(said.strip()) <= LONGEST_TEXT or not said.isprintable()
    ]


def _text_refused(code: str, faults: list[FieldFault]) -> BadInput:
    return BadInput(
        code,
        f"Write the message in both languages, 3 to {LONGEST_TEXT} characters each.",
        id=f"Tulis pesan dalam dua bahasa, masing-masing 3 sampai {LONGEST_TEXT} huruf.",
        fields=faults,
    )


def _show(tx: Tx, kind: str, text: Words) -> str:
    notice = new_id()
    row = {
        "office": tx.office,
        "id": notice,
        "kind": kind,
        "text_id": text.id.strip(),
        "text_en": text.en.strip(),
        "shown_at": tx.at,
        "shown_by": tx.actor.reference,
    }
    tx.connection.execute(insert(_NOTICES), row)
    return notice


def _end(tx: Tx, notice: str) -> None:
    tx.connection.execute(
        update(_NOTICES)
        .where(_NOTICES.c.office == tx.office, _NOTICES.c.id == notice)
        .values(ended_at=tx.at, ended_by=tx.actor.reference)
    )


def _state(connection: Connection, office_no: int, notice: str) -> NoticeState:
    return next(one for one in notices(connection, office_no) if one.id == notice)


def _set_now(tx: Tx, **values: object) -> None:
    if tx.connection.execute(_CHANGE_NOW, {"of_office": tx.office, **values}).rowcount:
        return
    first = {"office": tx.office, "stopped": "", "notice": None, "closed_day": None} | values
    tx.connection.execute(insert(_NOW), first)
