"""The supervisor's room of the two clocks: touch time by step, lead time by outcome; two files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from hub.cases import times
from hub.cases.times import LeadLine, TouchLine
from hub.cases.waiting import PARTIES
from hub.errors import BadInput, Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.room_list import TIMES
from hub.web.rooms.room import a_day, must_look, show
from hub.web.typed_dates import iso_date
from hub.web.words import Speech
from hub.wire import FieldFault

USUAL = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class TimesPage:
    """The two reports of a period; the parties in the order of the columns."""

    first: date
    last: date
    touch: tuple[TouchLine, ...]
    lead: tuple[LeadLine, ...]
    standard_min: int
    parties: tuple[str, ...] = PARTIES

    @property
    def mean_s(self) -> int:
        """Return what a case takes: the means of its steps together."""
        return sum(line.mean_s for line in self.touch)

    @property
    def unclocked(self) -> int:
        """Return how many completed steps nobody clocked."""
        return sum(line.unclocked for line in self.touch)

    @property
    def on_paper(self) -> int:
        """Return how many completed steps were entered later from paper."""
        return sum(line.on_paper for line in self.touch)


@get("/times")
async def show_times(
    desk: NamedDependency[Desk], first: FromQuery[str] = "", last: FromQuery[str] = ""
) -> Response[str]:
    """Show both reports from `?first=` to `?last=`, else of the last ninety days."""
    must_look(desk, TIMES)
    refused: Refused | None = None
    try:
        begin, end = _period(desk, first, last)
    except BadInput as error:
        refused = error
        begin, end = _period(desk, "", "")
    office, procedure = desk.office_no, desk.procedure
    here = f"/times?first={begin}&last={end}"
    return await show(
        desk,
        TIMES,
        "times.html",
        lambda session, _at: TimesPage(
            begin,
            end,
            times.touch_times(session, office, procedure, begin, end),
            times.lead_times(session, office, procedure, begin, end),
            procedure.sop.sheet.minutes,
        ),
        here=here,
        refused=refused,
    )


@get(["/times/touch.csv", "/times/lead.csv"])
async def download_times(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    first: FromQuery[str] = "",
    last: FromQuery[str] = "",
) -> Response[bytes]:
    """Give the report that the address names as a file."""
    must_look(desk, TIMES)
    report = PurePosixPath(request.url.path).stem
    begin, end = _period(desk, first, last)
    if report == "touch":
        _, _, touch = await desk.read(
            lambda session, _at: times.touch_times(
                session, desk.office_no, desk.procedure, begin, end
            )
        )
        table = touch_table(touch, desk.speech)
    else:
        _, _, lead = await desk.read(
            lambda session, _at: times.lead_times(
                session, desk.office_no, desk.procedure, begin, end
            )
        )
        table = lead_table(lead, desk.speech)
    text = io.StringIO()
    csv.writer(text).writerows(table)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="loket-{report}-{begin}-{end}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    content = ("\ufeff" + text.getvalue()).encode()
    return Response(content, media_type="text/csv", headers=headers)


def touch_table(lines: tuple[TouchLine, ...], speech: Speech) -> list[list[str]]:
    """Return the touch report as rows under a head; minutes with one decimal."""
    heads = ("step", "times_done", "times_clocked", "times_paper", "times_reopened", "mean_min",
             "longest_min", "standard_min", "times_over")  # fmt: skip
    rows = [[speech.say(head) for head in heads]]
    for line in lines:
        name = f"{line.step} {speech.pick(line.title)}"
        counts = (line.done, line.clocked, line.on_paper, line.reopened)
        standard = str(line.standard_min) if line.standard_min else ""
        means = (
            (f"{line.mean_s / 60:.1f}", f"{line.longest_s / 60:.1f}") if line.clocked else ("", "")
        )
        rows.append([name, *map(str, counts), *means, standard, str(line.over)])
    return rows


def lead_table(lines: tuple[LeadLine, ...], speech: Speech) -> list[list[str]]:
    """Return the lead report as rows under a head; working days."""
    heads = [speech.say(head) for head in ("outcome", "cases", "mean_days", "longest_days",
                                           "promised_kept")]  # fmt: skip
    heads += [speech.say(f"waited_{party}") for party in PARTIES]
    rows = [heads]
    for line in lines:
        days = [str(count) for _, count in line.waited]
        mean = f"{line.mean_days:.1f}"
        kept = str(line.promised_kept)
        longest = str(line.longest_days)
        rows.append([speech.pick(line.words), str(line.cases), mean, longest, kept, *days])
    return rows


def _period(desk: Desk, first: str, last: str) -> tuple[date, date]:
    today = desk.office.today(desk.clock.now())
    end = a_day(iso_date(last), today, "last")
    begin = a_day(iso_date(first), end - USUAL, "first")
    if begin > end:
        words = "sebelum atau sama dengan hari terakhir / not after the last day"
        fault = FieldFault(field="first", code="wrong", message=words)
        text = "The first day lies after the last one."
        raise BadInput(
            "period_wrong", text, id="Hari pertama sesudah hari terakhir.", fields=[fault]
        )
    return begin, end


routes = [show_times, download_times]
