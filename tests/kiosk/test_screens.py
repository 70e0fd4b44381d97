"""Screens in a real window: touches, ghosts, time-outs by a virtual clock, and no way out."""

from __future__ import annotations

import msgspec
from glass import Glass
from offices import AT, KEY, office, ticket

from hub.wire import NoticeState, Words
from kiosk import events as on
from kiosk.effects import AskPrinter, SendRequest
from kiosk.probe import describe


def test_a_person_takes_a_number_by_touch(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))

    glass.touch("language-en")
    glass.touch("service-information")
    glass.touch("next")

    asked = glass.effects[-1]
    assert isinstance(asked, SendRequest)
    glass.tell(on.TicketIssued(asked.key, ticket(number="I-007", service="information")))
    assert "I-007" in glass.texts()
    assert "Your queue number" in glass.texts()


def test_cards_are_made_ahead_in_both_languages_and_anew_when_they_would_say_something_else(
    glass: Glass,
) -> None:
    glass.tell(on.OfficeSeen(office()))
    while glass.shell.build_ahead():
        pass

    services = list(office().services)
    services[2] = msgspec.structs.replace(services[2], waiting=41)
    glass.app.tell(on.OfficeSeen(office(services=services)))
    assert [glass.shell.build_ahead() for _ in range(3)] == [True, True, False]

    glass.touch("language-en")
    assert "41 waiting" in glass.texts()
    assert not glass.shell.build_ahead()


def test_no_page_of_services_leaves_room_that_its_next_card_would_fill(glass: Glass) -> None:
    services = list(office().services)[1:]
    long = Words(id="Surat Keterangan Keimigrasian (SKIM)", en="Immigration statement (SKIM)")
    services[1] = msgspec.structs.replace(services[1], name=long)
    glass.tell(on.OfficeSeen(office(services=services)), on.LanguageChosen("id", KEY))

    page = glass.shell.page
    shown, free = len(page.ids.cards.children), page.children[0].height

    following = page._all_cards()[shown]
    assert free < following.measure(page.ids.cards.width, glass.shell.look)


def test_an_emergency_stop_stands_on_every_screen_in_the_persons_language(glass: Glass) -> None:
    words = Words(id="Antrean berhenti sementara.", en="The queue stands still.")
    stop = NoticeState(id="n1", kind="stop", text=words, since=AT, scope="numbers")

    glass.tell(on.OfficeSeen(office(stop=stop)))
    assert f"{words.id}\n{words.en}" in glass.texts()

    glass.touch("language-en")
    assert words.en in glass.texts()
    glass.tell(on.OfficeSeen(office()))
    assert words.en not in glass.texts()


def test_a_hub_that_is_away_is_said_to_whoever_comes_and_nothing_is_promised_in_vain(
    glass: Glass,
) -> None:
    glass.tell(on.OfficeSeen(office()), on.LinkChanged(online=False))
    assert "You can begin all the same." in glass.texts()
    assert "Anda tetap dapat mulai." in glass.texts()
    assert "tersimpan" not in glass.texts()

    glass.touch("language-id")
    assert "Isian Anda tersimpan." in glass.texts()

    glass.touch("booking")
    glass.tell(*[on.KeyTouched(sign) for sign in "ABCD2345"], on.NextTouched())
    assert "Janji temu Anda belum dapat diperiksa" in glass.texts()
    assert "nomor sendiri" not in glass.texts()


def test_a_code_is_typed_on_the_own_keyboard(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))
    glass.touch("language-id")
    glass.touch("service-payment")

    for key in ("key-C", "key-T", "key-H", "key-9", "key-erase", "key-2", "key-6"):
        glass.touch(key)

    assert glass.session.answers.case == "CTH26"
    assert "CTH26" in glass.texts()


def test_the_probe_tells_places_and_never_what_was_typed(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("id", KEY), on.ServiceChosen("payment"))
    glass.tell(*[on.KeyTouched(sign) for sign in "ABCD12"])

    told = describe(glass.app)

    assert told["screen"] == "case"
    assert "ABCD12" not in str(told)
    places = {place["id"]: place for place in told["operable"]}  # type: ignore[attr-defined]
    button = glass.button("next")
    assert places["next"]["x"] == round(button.x)
    assert places["next"]["y"] == round(glass.shell.height - button.top)


def test_a_touch_right_after_a_screen_change_is_a_ghost(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))
    glass.app.tell(on.LanguageChosen("id", KEY))

    glass.touch_at(*glass.button("service-information").center)

    assert glass.session.screen == "service"


def test_the_same_button_twice_within_300_ms_counts_once(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))
    place = glass.button("bar-contrast").center

    glass.touch_at(*place)
    glass.touch_at(*place)

    assert glass.session.view.contrast is True


def test_only_the_left_button_counts(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))

    glass.touch_at(*glass.button("language-id").center, button="right")

    assert glass.session.screen == "language"


def test_a_finger_that_slides_off_presses_nothing(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))
    button = glass.button("language-id")

    glass.finger_down(*button.center)
    assert button.pressed
    glass._finger.move([0.5, 0.02, "left"])
    glass._finger.scale_for_screen(*glass.window.size)
    glass.finger_up()

    assert glass.session.screen == "language"
    assert not button.pressed


def test_a_panel_holds_back_everything_under_it(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("id", KEY))
    card = glass.button("service-information").center
    glass.touch("bar-help")

    glass.touch_at(*card)
    glass.run(0.4)

    assert glass.session.screen == "service"
    glass.touch("close")
    assert glass.session.panel == ""


def test_after_sixty_seconds_the_kiosk_asks_and_twenty_later_it_wipes(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("en", KEY))

    glass.run(61)
    assert "Are you still there?" in glass.texts()
    glass.touch("stay")
    assert glass.session.screen == "service"

    glass.run(61 + 20)
    assert glass.session.screen == "language"


def test_the_hub_being_away_is_said_and_typing_goes_on(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("en", KEY), on.ServiceChosen("payment"))
    glass.touch("key-C")

    glass.tell(on.LinkChanged(online=False))

    assert "connection to the central system is lost" in glass.texts()
    glass.touch("key-T")
    assert glass.session.answers.case == "CT"


def test_the_clock_shows_the_hubs_time_and_goes_on(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))
    assert "09.41" in glass.texts()

    glass.run(60)

    assert "09.42" in glass.texts()


def test_neither_f1_nor_escape_leads_out_of_the_kiosk(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()))

    for key in (27, 282):
        glass.window.dispatch("on_keyboard", key, 0, None, [])
    glass.app.open_settings()
    glass.run(0.2)

    assert len(glass.window.children) == 1
    assert glass.session.screen == "language"


def test_services_that_do_not_fit_are_on_a_second_page(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("id", KEY))
    pages = [_services(glass)]
    while glass.button("more").enabled:
        glass.touch("more")
        pages.append(_services(glass))
        if "more" not in glass.names():
            break

    assert len(pages) == 2
    assert pages[0] | pages[1] == {f"service-{service.code}" for service in office().services}
    assert not pages[0] & pages[1]
    assert glass.effects.count(AskPrinter()) == 1


def _services(glass: Glass) -> set[str]:
    return {name for name in glass.names() if name.startswith("service-")}


def test_all_screens_are_built_while_nobody_stands_there(glass: Glass) -> None:
    from kiosk.screens.shell import PAGES

    rested: list[bool] = []
    glass.app._on_rest = lambda: rested.append(True)
    glass.tell(on.OfficeSeen(office()))
    glass.run(len(PAGES) * 1.0)

    assert set(glass.shell._pages) == {kind for _, kind in PAGES.values()}
    assert rested == [True]
    assert glass.session.screen == "language"


def test_a_service_card_is_built_once_for_what_it_says(glass: Glass) -> None:
    glass.tell(on.OfficeSeen(office()), on.LanguageChosen("id", KEY))
    first = glass.button("service-skim")
    glass.tell(on.PageTurned(1), on.PageTurned(-1))

    assert glass.button("service-skim") is first
    glass.tell(on.LanguageChosen("en"))
    assert glass.button("service-skim") is not first
