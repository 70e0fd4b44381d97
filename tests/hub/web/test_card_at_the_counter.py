"""An officer confirms with the card in a counter's reader: page, hub, agent, pcscd, card."""

from __future__ import annotations

import pytest
from asn1crypto import pem
from counter_office import close_office, counter_at, office_with_case

from devices.piv.card import issue
from hub.admin import BindCard, perform
from hub.clock import SystemClock
from hub.settings import settings_for

COUNTER = 2
PIN = "82460913"
LAPTOP = {"width": 1366, "height": 768}
STEPS = ["6", "6", "9", "7", "7"]


def prepare(desk, cases) -> None:
    """Leave nothing of step 6 to do but the initials, and three papers to be signed."""
    for step, case in zip(STEPS, cases, strict=True):
        if step == "6":
            desk.capture(case, "6.receipt_scan", "scan", "image/png")
            desk.supply("pejabat", case, "receipt_code", desk.receipt_code(case))
    for number, case in enumerate(cases[3:], start=2):
        desk.step_7(case, ntpn=f"Z9Y8X7W6V5U4T3S{number}")
        desk.step_8(case, serial=f"SK 000{number}")


@pytest.fixture(scope="module")
def ready(empty_house, tmp_path_factory):
    place = tmp_path_factory.mktemp("cards")
    office, cases = office_with_case(empty_house, place, *STEPS, then=prepare)
    state = tmp_path_factory.mktemp("agent")
    with counter_at(office, COUNTER, state, card_reader=("piv", {"pin": PIN})) as counter:
        yield office, cases, counter.devices["card_reader"], state
    close_office(office)


def bind(office, login: str, certificate: bytes) -> None:
    written = pem.armor("CERTIFICATE", certificate).decode() if certificate else ""
    perform(settings_for(office.folder), SystemClock(), BindCard(login, written))


@pytest.fixture
def approver(ready, enter):
    office, cases, card, _ = ready
    bind(office, "setuju", card.issued.certificate)
    yield enter(office, "setuju", LAPTOP), cases, card
    card.fault("")
    bind(office, "setuju", b"")


def confirm(screen, pin: str) -> str:
    screen.page.fill("#field-card_pin", pin)
    screen.press("Control+Enter")
    return screen.text("main")


def test_the_initials_are_given_by_card_and_its_pin_is_written_nowhere(ready, approver) -> None:
    office, _, _, state = ready
    screen, cases, _ = approver
    screen.go(f"/case/{cases[0]}")
    faults = screen.faults()

    shown = confirm(screen, PIN)

    assert "Bukti langkah 7" in shown
    assert faults == []
    for folder in (office.folder, state):
        for file in filter(lambda path: path.is_file(), folder.rglob("*")):
            assert PIN.encode() not in file.read_bytes(), file


def test_what_hinders_a_card_is_said_and_the_step_stays(ready, approver) -> None:
    screen, cases, card = approver
    screen.go(f"/case/{cases[1]}")

    assert "PIN terdiri dari 6-8 angka" in confirm(screen, "12")
    assert "PIN salah, sisa 2 kali" in confirm(screen, "000000")
    assert screen.page.input_value("#field-card_pin") == ""
    card.fault("forged")
    assert "kartu menjawab salah" in confirm(screen, PIN)
    card.fault("removed")
    assert "tidak ada kartu di pembaca" in confirm(screen, PIN)
    card.fault("")
    bind(ready[0], "setuju", issue().certificate)
    assert "bukan kartu yang terikat pada Anda" in confirm(screen, PIN)
    assert card.card.tries == 3, "a card that is not one's own gets no PIN"
    bind(ready[0], "setuju", b"")
    assert "belum ada kartu terikat" in confirm(screen, PIN)
    assert not screen.has("#field-card_pin")


def test_the_signer_signs_one_case_and_then_a_batch_by_card(ready, enter) -> None:
    office, cases, card, _ = ready
    bind(office, "sah", card.issued.certificate)
    screen = enter(office, "sah", LAPTOP).go(f"/case/{cases[2]}")
    screen.click("text=Meja pengesahan")
    boxes = screen.page.locator("input[name=case]")
    assert boxes.count() == 3
    assert screen.faults() == []

    boxes.first.check()
    confirm(screen, PIN)
    assert boxes.count() == 2

    boxes.nth(0).check()
    boxes.nth(1).check()
    confirm(screen, PIN)
    assert boxes.count() == 0
