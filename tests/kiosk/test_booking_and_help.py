"""A booked time typed or scanned, help from staff, and what changes without the hub."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from offices import AT, KEY, office, service, ticket
from person import Person

from hub.wire import ServiceState, Words
from hub.wire.opening import AloneState, OpenSpan
from kiosk import events as on
from kiosk.alone import Known, office_alone, office_time, why_none
from kiosk.effects import PrintTicket, SendRequest
from kiosk.wedge import Wedge

HOURS = timedelta(hours=1)


def at_services() -> Person:
    return Person().do(on.LanguageChosen("en", KEY))


def known(quotas: dict[str, int] | None = None, **more: object) -> Known:
    """The office as it was seen at 09.41; information is open until 12.00 and tomorrow."""
    seen = office(services=[service("information", "I", ("I", "I"), ("", ""), "info", **more)])
    noon = AT.replace(hour=5, minute=0)
    spans = [
        OpenSpan(service="information", starts=noon - 4 * HOURS, ends=noon),
        OpenSpan(service="information", starts=noon + 20 * HOURS, ends=noon + 24 * HOURS),
    ]
    alone = AloneState(series="Z", day=seen.today, last={}, spans=spans, quotas=quotas or {})
    return Known(seen, alone, 1000.0)


def test_a_typed_code_asks_for_the_booked_ticket_in_the_persons_language() -> None:
    person = at_services().do(on.BookingTouched()).type("K7M2QXHP")

    sent = person.sent()
    assert person.session.screen == "sending"
    assert sent.check_in is not None
    assert (sent.check_in.code, sent.check_in.language) == ("K7M2QXHP", "en")


def test_a_scanned_code_does_so_from_the_first_screen_on() -> None:
    person = Person().do(on.CodeScanned("https://antrean.example/j/k7m2-qxhp", KEY))

    assert person.sent().check_in is not None
    assert person.sent().key == f"{KEY}-K7M2QXHP"


def test_the_same_code_again_has_the_same_key_so_that_a_lost_answer_is_found() -> None:
    person = at_services().do(on.BookingTouched()).type("K7M2QXHP")
    first = person.sent().key
    person.do(on.RequestRefused(first, "booking_alone"), on.NextTouched())

    assert person.sent().key == first
    assert sum(isinstance(one, SendRequest) for one in person.effects) == 2


def test_a_code_that_fits_no_booking_keeps_what_was_typed_and_says_why() -> None:
    person = at_services().do(on.BookingTouched()).type("K7M2QXHP")
    person.do(on.RequestRefused(person.sent().key, "appointment_unknown"))

    assert person.session.screen == "booking"
    assert person.session.answers.booking == "K7M2QXHP"
    assert person.session.answers.fault == "appointment_unknown"


def test_who_comes_with_a_booking_outside_the_hours_is_not_told_to_choose_another_service() -> None:
    person = at_services().do(on.BookingTouched()).type("K7M2QXHP")
    person.do(on.RequestRefused(person.sent().key, "queue_closed"))

    assert person.session.screen == "booking"
    assert person.session.answers.fault == "queue_closed"


def test_something_else_under_the_scanner_is_let_be() -> None:
    person = at_services().do(on.CodeScanned("8991234567890123"))

    assert person.session.screen == "service"
    assert not [one for one in person.effects if isinstance(one, SendRequest)]


def test_a_scanned_receipt_fills_the_case_code() -> None:
    person = at_services().do(on.ServiceChosen("payment"), on.CodeScanned("CTH-261123-0001-K"))

    assert person.session.screen == "confirm"
    assert person.session.answers.case == "CTH2611230001K"


PAPERS = [
    "LOKET:R:CTH-261123-0001-K:7Q2M4X9ABC",
    "LOKET:U:CTH-261123-0001-K-U1",
    "LOKET:B:CTH-261123-0001-K-B1:7Q2M4X9ABC:500000:261123:QUJD",
]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_of_the_case_fills_its_code(paper: str) -> None:
    person = at_services().do(on.ServiceChosen("payment"), on.CodeScanned(paper), on.NextTouched())

    assert person.sent().ticket.application == "CTH2611230001K"


def test_a_letter_read_on_the_first_screen_is_kept_until_the_service_is_chosen() -> None:
    person = Person().do(on.CodeScanned(PAPERS[1], KEY))
    read = person.session.screen
    person.do(on.ServiceChosen("payment"))
    asked = person.session.screen
    person.do(on.NextTouched())

    assert (read, asked) == ("service", "confirm")
    assert person.sent().ticket.application == "CTH2611230001K"
    assert person.sent().key.startswith(KEY)


def test_a_letter_read_for_another_service_goes_with_no_ticket_of_it() -> None:
    person = at_services().do(on.CodeScanned(PAPERS[1]), on.ServiceChosen("information"))
    person.do(on.NextTouched())

    assert person.sent().ticket.application is None


def test_the_case_code_where_an_appointment_is_asked_for_is_told_apart() -> None:
    person = at_services().do(on.BookingTouched(), on.CodeScanned(PAPERS[1]))

    assert person.session.screen == "booking"
    assert person.session.answers.fault == "booking_case"
    assert not [one for one in person.effects if isinstance(one, SendRequest)]


def test_needs_and_class_go_with_the_request_and_are_wiped_with_the_person() -> None:
    person = at_services().do(on.ServiceChosen("information"), on.AssistTouched())
    person.do(on.NeedTouched("guide"), on.NeedTouched("written"), on.NeedTouched("guide"))
    person.do(on.PanelClosed(), on.SegmentTouched("priority"), on.NextTouched())

    sent = person.sent().ticket
    assert (sent.segment, sent.needs) == ("priority", ["written"])
    person.do(on.StartOverTouched())
    assert person.session.answers.needs == ()
    assert person.session.answers.segment == ""


def test_a_service_for_one_class_alone_gets_that_class() -> None:
    only = service("elderly", "L", ("L", "L"), ("", ""), "info", segments=["priority"])
    person = Person().do(on.OfficeSeen(office(services=[only])), on.LanguageChosen("id", KEY))
    person.do(on.ServiceChosen("elderly"), on.NextTouched())

    assert person.sent().ticket.segment == "priority"


def test_a_class_that_the_next_service_does_not_have_is_not_asked_for() -> None:
    plain = service("plain", "G", ("G", "G"), ("", ""), "info", segments=["general"])
    both = [*office().services, plain]
    person = Person().do(on.OfficeSeen(office(services=both)), on.LanguageChosen("id", KEY))
    person.do(on.ServiceChosen("information"), on.SegmentTouched("priority"), on.BackTouched())
    person.do(on.ServiceChosen("plain"), on.NextTouched())

    assert person.sent().ticket.segment == "general"


def test_a_number_given_without_the_hub_is_said_so_on_screen_and_paper() -> None:
    person = at_services().do(on.ServiceChosen("information"), on.NextTouched())
    own = ticket(number="IZ-001", service="information", ahead=None, estimate=None)
    person.do(on.TicketIssued(person.sent().key, own, own=True))

    assert person.session.own
    assert person.last(PrintTicket).own


def test_a_kiosk_alone_at_its_start_opens_and_closes_again_for_nobody() -> None:
    person = Person()
    person.do(on.LinkChanged(online=False), on.OfficeAlone(office()))

    assert person.session.alone
    assert person.session.screen == "language"
    person.do(on.OfficeSeen(office()))
    assert not person.session.alone


def test_the_hours_go_on_without_the_hub_over_midnight() -> None:
    seen = known()
    now = office_time(seen, 1000.0 + 60)
    assert now == AT + timedelta(minutes=1)
    assert why_none(seen, "information", AT + HOURS, {}) == ""
    assert why_none(seen, "information", AT + 3 * HOURS, {}) == "queue_closed"
    tomorrow = office_alone(seen, AT + 23 * HOURS, {})
    assert tomorrow.services[0].open
    assert tomorrow.today == seen.office.today + timedelta(days=1)


def test_what_the_hub_had_closed_stays_closed_for_the_day_only() -> None:
    used_up = Words(id="kuota habis", en="no numbers left")
    seen = known(open=False, closed_because=used_up)

    today = office_alone(seen, AT + HOURS, {}).services[0]
    assert (today.open, today.closed_because) == (False, used_up)
    assert office_alone(seen, AT + 23 * HOURS, {}).services[0].open


def test_in_an_emergency_stop_no_number_is_given_alone() -> None:
    seen = known()
    stop = {"id": "s" * 32, "kind": "stop", "text": {"id": "x", "en": "x"}, "since": AT}
    stopped = msgspec.convert(
        msgspec.to_builtins(seen.office) | {"stop": msgspec.to_builtins(stop)}, type(seen.office)
    )

    told = Known(stopped, seen.alone, 1000.0)
    assert why_none(told, "information", AT + HOURS, {}) == "queue_stopped"


def test_own_numbers_use_up_the_quota_that_was_left_at_the_last_look() -> None:
    seen = known(left=3, quotas={"information": 40})

    def service_after(given: int, at: timedelta = HOURS) -> ServiceState:
        return office_alone(seen, AT + at, {"information": given}).services[0]

    assert (service_after(2).open, service_after(2).left) == (True, 1)
    assert (service_after(3).open, service_after(3).left) == (False, 0)
    assert service_after(3).closed_because == Words(
        id="40 nomor hari ini sudah habis", en="Today's 40 numbers are used up"
    )
    assert why_none(seen, "information", AT + HOURS, {"information": 3}) == "quota_used"
    assert service_after(39, 23 * HOURS).open, "the next day has its whole quota"
    assert not service_after(40, 23 * HOURS).open


def test_a_clock_that_went_back_gives_no_number_an_instant() -> None:
    assert office_time(known(), 1000.0 - 3600) is None


def test_a_scanner_is_told_from_slow_fingers() -> None:
    heard: list[on.CodeScanned | on.ZoneScanned] = []
    time = [0.0]
    wedge = Wedge(heard.append, lambda: time[0])

    def types(text: str, pause_s: float) -> None:
        for sign in text:
            time[0] += pause_s
            wedge.key(ord(sign), sign)
        time[0] += pause_s
        wedge.key(13, None)

    types("K7M2QXHP", 0.5)
    types("ab", 0.01)
    types("K7M2QXHP", 0.01)

    [event] = heard
    assert isinstance(event, on.CodeScanned)
    assert event.text == "K7M2QXHP"
    assert len(event.key) == 32
