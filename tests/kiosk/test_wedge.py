"""What a reader types into the kiosk's window: codes and passports, never keys for a field."""

from person import Person

from devices.mrz.wire import Mrz, compose_mrz
from kiosk import events as on
from kiosk.wedge import Wedge

PASSPORT = Mrz(
    "TD3", "P", "UTO", "L898902C3", "ERIKSSON", "ANNA MARIA", "UTO", "740812", "F", "320415"
)
UNSHIFTED = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ<:?", "abcdefghijklmnopqrstuvwxyz,;/", strict=True))


def typed(text: str, *, every_s: float = 0.004) -> list[on.CodeScanned | on.ZoneScanned]:
    """Type as SDL tells it: each key by its sign without shift, the shift key as one of its own."""
    heard: list[on.CodeScanned | on.ZoneScanned] = []
    time = [10.0]
    wedge = Wedge(heard.append, lambda: time[0])
    for sign in text:
        time[0] += every_s
        if sign == "\r":
            wedge.key(13, None)
        else:
            plain = UNSHIFTED.get(sign, sign)
            if plain != sign:
                wedge.key(304, chr(304), ["shift"])
            wedge.key(ord(plain), plain, ["shift"] if plain != sign else [])
    return heard


def test_a_zone_is_heard_whole_and_a_code_with_its_signs() -> None:
    rows = compose_mrz(PASSPORT)

    assert typed("\r".join(rows) + "\r") == [on.ZoneScanned(rows)]
    [code] = typed("]Q1LOKET:R:CTH-261123-0042-K?\r")
    assert isinstance(code, on.CodeScanned)
    assert code.text == "LOKET:R:CTH-261123-0042-K?"
    assert typed("\r".join(rows) + "\r", every_s=0.3) == []


def test_a_zone_fills_the_three_fields_and_goes_on_to_the_chip() -> None:
    person = Person().begin("skim").do(on.NextTouched())
    assert person.session.screen == "number"

    person.do(on.ZoneScanned(compose_mrz(PASSPORT)))

    answers = person.session.answers
    assert (answers.number, answers.birth, answers.expiry) == ("L898902C3", "12081974", "15042032")
    assert person.session.screen in ("lay", "check")


def test_a_zone_read_wrongly_says_so_and_fills_nothing() -> None:
    upper, lower = compose_mrz(PASSPORT)
    person = Person().begin("skim").do(on.NextTouched())

    person.do(on.ZoneScanned((upper, lower.replace("L898902C3", "L898902C4"))))

    assert person.session.screen == "number"
    assert person.session.answers.number == ""
    assert person.session.answers.fault == "number_check_digit"


def test_a_zone_without_a_full_birth_date_asks_for_it() -> None:
    rows = compose_mrz(
        Mrz("TD3", "P", "UTO", "L898902C3", "ERIKSSON", "ANNA", "UTO", "74<<<<", "F", "320415")
    )
    person = Person().begin("skim").do(on.NextTouched())

    person.do(on.ZoneScanned(rows))

    assert person.session.screen == "birth"
    assert person.session.answers.number == "L898902C3"


def test_a_zone_is_not_taken_before_the_notice_was_read() -> None:
    person = Person().begin("skim")
    screen = person.session.screen

    person.do(on.ZoneScanned(compose_mrz(PASSPORT)))

    assert person.session.screen == screen
    assert person.session.answers.number == ""
    assert "ERIKSSON" not in repr(on.ZoneScanned(compose_mrz(PASSPORT)))
