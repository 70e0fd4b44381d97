"""A closed day's report, or how today stands: as a page and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.opening import days
from hub.opening.days import DayReport
from hub.web.desk import Desk
from hub.web.rendering import page
from hub.web.supervisor.showing import must_supervise

_CSV = "text/csv"
_HEAD = (
    "service", "issued", "served", "absent", "ended", "mean_wait_s", "longest_wait_s", "given_back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayPage:
    """A day's report, whether it is closed, and the other closed days."""

    report: DayReport
    closed: bool
    others: tuple[date, ...]
    services: dict[str, str]


@get("/supervisor/day/{day:str}")
async def show_day(desk: NamedDependency[Desk], day: FromPath[str]) -> Response[str]:
    """Show the report of a closed day, or today as it stands."""
    must_supervise(desk)
    asked = _day(day)
    seq, at, view = await desk.read(lambda session, _at: _read(session, desk, asked))
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("day_report"),
        section="supervisor",
        here=f"/supervisor/day/{asked.isoformat()}",
        stream="",
        place=desk.speech.say("queue_supervisor"),
    )
    return page("day.html", frame, view)


@get("/supervisor/day/{day:str}/report.csv")
async def day_csv(desk: NamedDependency[Desk], day: FromPath[str]) -> Response[str]:
    """Give the report as CSV: one row a service."""
    must_supervise(desk)
    asked = _day(day)
    _, _, view = await desk.read(lambda session, _at: _read(session, desk, asked))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("day", *_HEAD))
    for line in view.report.services:
        writer.writerow((asked, *(getattr(line, name) for name in _HEAD)))
    name = f'attachment; filename="laporan-{asked.isoformat()}.csv"'
    return Response(out.getvalue(), media_type=_CSV, headers={"Content-Disposition": name})


def _read(session: Session, desk: Desk, asked: date) -> DayPage:
    connection, at = session.connection(), desk.clock.now()
    closed = days.is_closed(connection, desk.office_no, asked)
    report = (
        days.read_report(connection, desk.office_no, asked)
        if closed
        else days.report_of(connection, desk.office_no, desk.office, asked, at)
    )
    return DayPage(
        report=report,
        closed=closed,
        others=tuple(days.closed_days(connection, desk.office_no)),
        services={one.code: desk.speech.pick(one.name) for one in desk.office.services},
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(
            "day_unknown",
            "Write the day as 2026-11-23.",
            id="Tulis tanggal seperti 2026-11-23.",
        ) from error


routes = [show_day, day_csv]
