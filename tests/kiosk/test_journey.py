"""The journey without widgets: events in, sessions and effects out."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from offices import KEY, chip_passport, office, ticket
from person import Person

from kiosk import events as on
from kiosk.effects import (
    AskPrinter,
    CallStaff,
    CancelRead,
    DropRequest,
    PrintTicket,
    ReadChip,
    Wipe,
)
from kiosk.session import reduce
from kiosk.state import Session, View


def test_nobody_is_served_before_the_hub_has_told_the_office() -> None:
    session, _ = reduce(Session(), on.LanguageChosen("id", KEY))

    assert session.screen == "closed"


def test_a_service_without_a_form_takes_four_touches() -> None:
    person = Person().begin("information").do(on.NextTouched())

    assert person.session.screen == "sending"
    assert person.sent().ticket.service == "information"
    assert person.sent().draft is None


def test_only_a_service_of_the_skim_procedure_asks_for_a_passport_and_opens_a_draft() -> None:
    services = [
        msgspec.structs.replace(service, form="passport") if service.code == "stay" else service
        for service in office().services
    ]
    person = Person().do(on.OfficeSeen(office(services=services))).begin("stay")
    assert person.session.screen == "confirm"

    person.do(on.NextTouched())

    assert person.sent().ticket.service == "stay"
    assert person.sent().draft is None


def test_a_closed_service_is_not_entered() -> None:
    person = Person().begin("passport")

    assert person.session.screen == "service"


def test_the_printer_is_asked_before_a_ticket_is_offered() -> None:
    person = Person().begin("information")

    assert person.session.screen == "confirm"
    assert isinstance(person.effects[-1], AskPrinter)


def test_a_passport_is_read_with_the_key_that_was_typed() -> None:
    person = Person().types_passport().do(on.NextTouched())

    key = person.last(ReadChip).key
    assert (key.document_number, key.birth_date, key.expiry_date) == (
        "L898902C3",
        "740812",
        "120415",
    )


def test_what_the_chip_says_is_checked_by_the_person_and_sent_as_read_from_the_chip() -> None:
    person = Person().types_passport().do(on.NextTouched(), on.ChipRead(chip_passport()))
    assert person.session.screen == "check"

    person.do(on.NextTouched(), on.NextTouched())

    draft = person.sent().draft
    assert draft is not None
    assert draft.passport.source == "chip"
    assert draft.notice_version


def test_a_chip_that_cannot_be_read_leads_to_typed_data_marked_as_typed() -> None:
    person = Person().types_passport().do(on.NextTouched(), on.ChipFailed("device_silent"))

    person.do(on.SkipTouched(), on.NextTouched(), on.NextTouched())

    draft = person.sent().draft
    assert draft is not None
    assert draft.passport.source == "typed"
    assert draft.passport.birth_date == "1974-08-12"
    assert draft.passport.chip is None


def test_without_a_reader_the_typed_data_is_checked_at_once() -> None:
    person = Person(reader=False).types_passport()

    assert person.session.screen == "check"
    assert person.session.passport is not None
    assert person.session.passport.source == "typed"


def test_after_three_failures_an_officer_is_called_and_the_chip_is_left_alone() -> None:
    person = Person().types_passport()
    for _ in range(3):
        person.do(on.NextTouched(), on.ChipFailed("passport_removed"))

    reads = sum(isinstance(effect, ReadChip) for effect in person.effects)
    person.do(on.NextTouched())

    assert person.last(CallStaff).wanted
    assert sum(isinstance(effect, ReadChip) for effect in person.effects) == reads == 3


def test_a_wrong_field_keeps_its_text_and_says_what_is_wrong() -> None:
    person = Person().begin("skim").do(on.NextTouched()).type("L898902C37")

    assert person.session.screen == "number"
    assert person.session.answers.fault == "number_check_digit"
    assert person.session.answers.number == "L898902C37"


def test_correcting_the_number_forgets_what_the_chip_said() -> None:
    person = Person().types_passport().do(on.NextTouched(), on.ChipRead(chip_passport()))

    person.do(on.CorrectTouched(), on.EraseTouched())

    assert person.session.passport is None
    assert person.session.answers.number == "L898902C"


def test_back_returns_through_every_screen_with_the_answers_kept() -> None:
    person = Person().types_passport()
    seen = []
    while person.session.screen != "service":
        seen.append(person.session.screen)
        person.do(on.BackTouched())

    assert seen == ["lay", "expiry", "birth", "number", "notice"]
    assert person.session.answers.number == "L898902C3"


def test_going_back_stops_a_reading_that_runs() -> None:
    person = Person().types_passport().do(on.NextTouched(), on.BackTouched())

    assert any(isinstance(effect, CancelRead) for effect in person.effects)
    person.do(on.ChipRead(chip_passport()))
    assert person.session.screen == "expiry"


def test_a_case_code_is_sent_without_dashes_and_can_be_skipped() -> None:
    with_code = Person().begin("payment").type("CTH2611230042K").do(on.NextTouched())
    without = Person().begin("payment").do(on.SkipTouched(), on.NextTouched())

    assert with_code.sent().ticket.application == "CTH2611230042K"
    assert without.sent().ticket.application is None


@pytest.mark.parametrize("code", ["case_unknown", "case_other_office"])
def test_a_case_code_that_is_none_here_comes_back_to_its_field(code: str) -> None:
    person = Person().begin("payment").type("CTH2611230042K").do(on.NextTouched())

    person.do(on.RequestRefused(person.sent().key, code))

    assert person.session.screen == "case"
    assert person.session.answers.fault == code
    assert person.session.answers.case == "CTH2611230042K"


def test_a_refused_service_leads_back_to_the_services_and_the_next_request_has_another_key() -> (
    None
):
    person = Person().begin("information").do(on.NextTouched())
    first = person.sent().key

    person.do(on.RequestRefused(first, "queue_closed"), on.ServiceChosen("complaint"))
    person.do(on.NextTouched())

    assert person.sent().key != first


def test_an_answer_to_a_request_that_was_given_up_changes_nothing() -> None:
    person = Person().begin("information").do(on.NextTouched())
    key = person.sent().key

    person.do(on.BackTouched(), on.TicketIssued(key, ticket()))

    assert person.session.screen == "confirm"
    assert person.last(DropRequest).key == key


def test_an_issued_ticket_is_printed_once_and_the_answers_are_gone() -> None:
    person = Person().types_passport().do(on.SkipTouched(), on.NextTouched(), on.NextTouched())
    person.do(on.TicketIssued(person.sent().key, ticket(), "CTH-1"))

    assert sum(isinstance(effect, PrintTicket) for effect in person.effects) == 1
    assert person.session.answers.number == ""
    assert person.session.passport is None


def test_paper_out_keeps_the_number_and_the_next_print_is_no_copy() -> None:
    person = _with_ticket()

    person.do(on.PaperChanged(ticket().id, "failed", "device_out_of_paper"), on.PrintTouched())

    assert person.session.ticket is not None
    assert not person.last(PrintTicket).copy


def test_a_print_of_unknown_outcome_is_repeated_as_a_copy() -> None:
    person = _with_ticket()

    person.do(on.PaperChanged(ticket().id, "unknown", "device_silent"), on.PrintTouched())

    assert person.last(PrintTicket).copy


def test_a_kiosk_without_printer_shows_the_number_only() -> None:
    person = _with_ticket(printer="none")

    assert person.session.screen == "ticket"
    assert person.session.paper.state == ""
    assert not any(isinstance(effect, PrintTicket) for effect in person.effects)


@pytest.mark.parametrize(
    ("service", "seconds"), [("skim", 60), ("payment", 90)], ids=["page", "form"]
)
def test_nobody_is_asked_before_the_time_is_up_and_one_touch_keeps_everything(
    service: str, seconds: int
) -> None:
    person = Person().begin(service).wait(seconds - 1)
    assert person.session.panel == ""

    person.wait(1)
    assert person.session.panel == "still_there"

    before = replace(person.session, panel="")
    person.do(on.PanelClosed())
    assert person.session.panel == ""
    assert person.session.answers == before.answers
    assert person.session.screen == before.screen


def test_the_question_can_be_answered_twelve_times() -> None:
    person = Person().begin("skim")
    for _ in range(12):
        person.wait(60)
        assert person.session.panel == "still_there"
        person.do(on.PanelClosed())

    assert person.session.screen == "notice"


def test_whoever_walks_away_leaves_nothing_behind() -> None:
    person = Person().begin("payment").do(on.ScaleTouched(), on.ContrastTouched())
    person.do(*[on.KeyTouched(sign) for sign in "SECRET"]).wait(90 + 20)

    assert person.session.screen == "language"
    assert person.session.view == View()
    assert "SECRET" not in repr(person.session)
    assert isinstance(person.effects[-1], Wipe)


def test_nobody_is_asked_while_a_device_works() -> None:
    person = Person().types_passport().do(on.NextTouched()).wait(300)

    assert person.session.panel == ""
    assert person.session.chip.state == "reading"


def test_while_the_hub_is_away_a_person_may_leave_and_the_request_is_dropped() -> None:
    person = Person().begin("information").do(on.NextTouched(), on.LinkChanged(online=False))

    person.wait(60 + 20)

    assert person.session.screen == "language"
    assert person.last(DropRequest).key == person.sent().key


def test_the_language_changes_anywhere_without_losing_input() -> None:
    person = Person().begin("payment").do(on.KeyTouched("A"), on.LanguagesTouched())

    person.do(on.LanguageChosen("en"))

    assert person.session.screen == "case"
    assert person.session.view.language == "en"
    assert person.session.answers.case == "A"
    assert person.session.key == KEY


def test_a_station_that_the_hub_does_not_know_closes_the_kiosk() -> None:
    person = Person().begin("information").do(on.LinkChanged(online=False, code="token_unknown"))

    assert person.session.screen == "closed"
    assert person.session.station_code == "token_unknown"


def test_after_a_restart_the_person_sees_that_the_request_goes_on() -> None:
    session, _ = reduce(Session(), on.Resumed("k-1", "information", "en"))
    assert session.screen == "sending"

    session, _ = reduce(session, on.OfficeSeen(office()))
    session, effects = reduce(session, on.TicketIssued("k-1", ticket(), paper="unknown"))

    assert session.screen == "ticket"
    assert session.paper.may_exist
    assert effects == ()


def test_help_calls_staff_and_the_end_of_the_session_takes_the_call_back() -> None:
    person = Person().begin("information").do(on.HelpTouched(), on.StartOverTouched())

    assert [effect.wanted for effect in person.effects if isinstance(effect, CallStaff)] == [
        True,
        False,
    ]


def _with_ticket(printer: str = "ready") -> Person:
    person = Person(printer=printer).begin("information").do(on.NextTouched())
    return person.do(on.TicketIssued(person.sent().key, ticket()))
