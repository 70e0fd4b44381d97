"""At the real kiosk window: the printer's paper ends, the hub is gone while a number is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from living_hub import PASSWORD, LivingHub, await_event, open_kiosk

from hub.demo.officer import Officer
from hub.demo.processes import Crew


def test_a_ticket_is_not_lost_when_the_paper_has_run_out(
    living: Callable[..., LivingHub], crew: Crew, tmp_path: Path
) -> None:
    hub = living()
    kiosk = open_kiosk(hub, crew, tmp_path)
    assert kiosk.printer.say("fault paper_out") == "ok"
    kiosk.begin("information")
    kiosk.glass.on("confirm")

    kiosk.glass.press("next")
    number = kiosk.number()
    kiosk.glass.until(lambda screen: "print" in screen.spots, "the offer to print again")
    texts = " ".join(kiosk.glass.look().texts)

    assert "kertas" in texts.lower()
    assert not list(kiosk.tray.glob("*.png"))
    with Officer(hub.url, "supervisor") as supervisor:
        supervisor.sign_in(PASSWORD)
        page = supervisor.until(
            supervisor.open("/supervisor"),
            lambda page: "kertas" in page.html.lower(),
            "the printer's state",
        )
    assert page.status == 200

    assert kiosk.printer.say("clear") == "ok"
    kiosk.glass.press("print")
    kiosk.glass.until(lambda _: bool(list(kiosk.tray.glob("*.png"))), "paper")
    assert kiosk.number() == number
    assert _happened(hub)["ticket.issued"] == 1


def test_a_number_is_taken_once_though_the_hub_was_away(
    living: Callable[..., LivingHub], crew: Crew, tmp_path: Path
) -> None:
    hub = living()
    kiosk = open_kiosk(hub, crew, tmp_path)
    kiosk.begin("skim")
    kiosk.glass.on("notice")
    kiosk.glass.press("next")
    for screen, text in (("number", "L898902C3"), ("birth", "12081974"), ("expiry", "15042032")):
        kiosk.glass.on(screen)
        kiosk.glass.type(text)
        kiosk.glass.press("next")
    kiosk.glass.on("check")
    kiosk.glass.press("next")
    kiosk.glass.on("confirm")

    hub.kill()
    kiosk.glass.press("next")
    waiting = kiosk.glass.on("sending")
    hub.start()
    number = kiosk.number()

    assert waiting.texts
    assert number.startswith("A")
    # a hub that needs more than eight seconds to start finds a number of the kiosk's own
    await_event(hub, "ticket.issued")
    await_event(hub, "application.opened")
    happened = _happened(hub)
    assert happened["ticket.issued"] == 1
    assert happened["application.opened"] == 1


def _happened(hub: LivingHub) -> Counter[object]:
    return Counter(event["kind"] for event in hub.events())
