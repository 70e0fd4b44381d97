"""The ticket: the number, where and when, and what became of the paper."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from hub.wire import Ticket
from kiosk.expected import SLOT, call_window, is_cut, is_unsure
from kiosk.screens.page import Page
from kiosk.state import Paper, Session
from kiosk.words import clock


class TicketPage(Page):
    """The number, large enough to photograph."""

    number = StringProperty("")
    service = StringProperty("")
    ahead = StringProperty("")
    expected = StringProperty("")
    expected_label = StringProperty("")
    unsure = StringProperty("")
    own = BooleanProperty(False)
    link = StringProperty("")
    qr_px = NumericProperty(250)
    code = StringProperty("")
    paper = StringProperty("")
    paper_tone = StringProperty("quiet")
    again = StringProperty("")
    printing = BooleanProperty(False)
    leaves = StringProperty("")

    def render(self, session: Session) -> None:
        """Show the ticket of the session."""
        ticket = session.ticket
        if ticket is None:
            return
        self.number, self.own = ticket.number, session.own
        self.service = self.either(session.offered.name) if session.offered else ""
        self.ahead = "–" if ticket.ahead is None else self.people("ticket", ticket.ahead)
        self.expected = self._expected(ticket)
        cut = is_cut(ticket.estimate)
        self.expected_label = self.say("ticket.estimate_until" if cut else "ticket.estimate")
        self.unsure = self.say("ticket.unsure") if is_unsure(ticket.estimate) else ""
        self.link = ticket.tracking_url or ""
        self.qr_px = _qr_px(unsure=bool(self.unsure), booked=ticket.appointment_at is not None)
        self.code = self._code(session, ticket)
        self._show_paper(session.paper)
        left = (session.row.time_out_s or 0) - (session.at - session.touched_at)
        counting = not session.busy and not session.panel
        self.leaves = self.say("ticket.leaves", n=max(0, round(left))) if counting else ""

    def _code(self, session: Session, ticket: Ticket) -> str:
        """Return the case code, and that the number used up the booked time of its person."""
        said = [self.say("ticket.case", code=session.case_code)] if session.case_code else []
        if ticket.appointment_at is not None and session.office is not None:
            local = ticket.appointment_at.astimezone(ZoneInfo(session.office.timezone))
            said.append(self.say("ticket.booked", time=clock(local)))
        return " · ".join(said)

    def _expected(self, ticket: Ticket) -> str:
        office = self.session.office
        if ticket.estimate is None or office is None:
            return self.say("ticket.soon")
        low, high = ticket.estimate.low_min, ticket.estimate.high_min
        if timedelta(minutes=high) < SLOT:
            return self.say("ticket.soon")
        first, last = call_window(ticket.issued_at, low, high, office.timezone)
        return f"{clock(first)}–{clock(last)}"

    def _show_paper(self, paper: Paper) -> None:
        self.printing = paper.state == "printing"
        done = paper.state in ("printed", "sent")
        word = "printed" if done else paper.state or "none"
        if paper.state == "failed" and paper.code == "device_out_of_paper":
            word = "no_paper"
        self.paper = self.say(f"ticket.{word}")
        self.paper_tone = "good" if done else "quiet" if self.printing else "warn"
        again = {"failed": "button.print_again", "unknown": "button.print_copy"}
        self.again = self.say(again[paper.state]) if paper.state in again else ""


def _qr_px(*, unsure: bool, booked: bool) -> int:
    """Return how large the code may be: what else the fullest ticket says has to fit beside it."""
    if not unsure:
        return 250
    return 160 if booked else 214
