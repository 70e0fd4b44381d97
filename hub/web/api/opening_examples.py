"""One example of every request and answer of opening, numbers, appointments and roster."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

from hub.wire import NoticeState, Words
from hub.wire.opening import (
    AloneState,
    AppointmentList,
    AppointmentState,
    BookAppointment,
    CancelAppointment,
    CheckIn,
    ImportDone,
    ImportTable,
    NumbersVoidedAnswer,
    OfflineTicket,
    OpenSpan,
    PlanRoster,
    ResumeQueue,
    RosterEntry,
    RosterState,
    RowFault,
    ServeByHand,
    ServedByHandAnswer,
    StopQueue,
    VoidNumbers,
)

_AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
_DAY = date(2026, 11, 23)
_SOME = "9e8d7c6b5a493827160504f3e2d1c0ba"
_BOOKED = AppointmentState(
    id=_SOME, code="K7M2QXHP", service="skim", at=_AT, state="booked", reference="SIMKIM-2231"
)
_SHIFT = RosterEntry(counter=1, starts="08:00", ends="12:00", lanes=["intake"], officer="siti")
_CSV = "service,at,reference\nskim,2026-11-23 09:15,SIMKIM-2231\n"

SHOWN: tuple[msgspec.Struct, ...] = (
    OfflineTicket(service="skim", serial=3, given_at=_AT),
    AloneState(
        series="Z",
        day=_DAY,
        last={"skim": 2},
        spans=[OpenSpan(service="skim", starts=_AT, ends=_AT + timedelta(hours=4))],
    ),
    VoidNumbers(
        day=_DAY, service="skim", first=4, last=4, kind="void", reason="kertas macet / paper jam"
    ),
    NumbersVoidedAnswer(prefix="AZ", count=1),
    BookAppointment(service="skim", at=_AT, reference="SIMKIM-2231"),
    CheckIn(code="K7M2QXHP"),
    CancelAppointment(code="K7M2QXHP"),
    ImportTable(csv=_CSV, dry_run=True),
    _BOOKED,
    AppointmentList(day=_DAY, appointments=[_BOOKED]),
    ImportDone(
        booked=[],
        faults=[RowFault(line=3, column="at", reason="sudah lewat / has passed")],
        dry_run=True,
    ),
    _SHIFT,
    PlanRoster(day=_DAY, entries=[_SHIFT]),
    RosterState(day=_DAY, entries=[_SHIFT]),
    StopQueue(
        scope="everything",
        text_id="Mohon tinggalkan gedung dengan tenang.",
        text_en="Please leave the building calmly.",
    ),
    ResumeQueue(),
    NoticeState(
        id=_SOME,
        kind="stop",
        text=Words(
            id="Mohon tinggalkan gedung dengan tenang.", en="Please leave the building calmly."
        ),
        since=_AT,
        scope="everything",
    ),
    ServeByHand(
        numbers="A-010 – A-025, P-003", served_from=_AT, served_to=_AT, reason="listrik padam"
    ),
    ServedByHandAnswer(record=_SOME, numbers=["A-010", "A-011"]),
)
