"""The program itself at a real window: it finds its hub, outlives it, and is killed."""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from time import sleep as wait
from urllib.parse import urlsplit

import pytest
from living_hub import LivingHub
from small_hub import SmallHub, serving

from bench.hall import lasting_port
from hub.announce import Announcer
from hub.demo.display import Display, open_display
from hub.demo.processes import Child, Crew, loket
from hub.demo.touch import Glass, Screen
from kiosk.words import load_catalogues

pytestmark = pytest.mark.slow

_WORDS = load_catalogues()["id"]
AWAY = [_WORDS[f"offline.{word}"] for word in ("idle", "banner", "alone")]
"""What the kiosk says without the hub: at first, and once it gives numbers of its own."""
ALONE = _WORDS["offline.alone"]
PASSPORT = {"number": "L898902C3", "birth": "12081974", "expiry": "15042032"}
LIMIT_S = 90.0


def says(screen: Screen, *words: str) -> bool:
    return any(word in text for word in words for text in screen.texts)


@dataclass(slots=True)
class Kiosk:
    """One start of the program on its state folder."""

    child: Child
    glass: Glass

    def begin(self, service: str) -> None:
        self.glass.on("language")
        self.glass.press("language-id")
        if f"service-{service}" not in self.glass.on("service").spots:
            self.glass.press("more")
        self.glass.press(f"service-{service}")

    def sees_the_hub_go(self) -> None:
        self.glass.until(lambda screen: says(screen, *AWAY), "that the hub is away")

    def sees_the_hub_come(self) -> None:
        self.glass.until(lambda screen: not says(screen, *AWAY), "the hub", limit_s=LIMIT_S)

    def fills(self, field: str) -> None:
        self.glass.on(field)
        self.glass.type(PASSPORT[field])
        self.glass.press("next")

    def number(self) -> str:
        texts = self.glass.on("ticket", limit_s=LIMIT_S).texts
        return next(text for text in texts if re.fullmatch(r"[A-Z]{1,2}-?\d{3,4}", text))


@pytest.fixture
def display(crew: Crew) -> Display:
    return open_display(crew, own=True)


@pytest.fixture
def open_kiosk(crew: Crew, display: Display, tmp_path: Path) -> Callable[..., Kiosk]:
    """Start the kiosk on the state folder of this test."""

    def start(hub: LivingHub, *options: str) -> Kiosk:
        probe = Path(tempfile.mkdtemp(prefix="probe-")) / "kiosk"
        child = crew.start(
            "kiosk",
            loket(
                *("kiosk", "--windowed", "1080x1920", "--interface", "127.0.0.1"),
                *("--token-file", hub.folder / "kiosk.token", "--state", tmp_path / "state"),
                *options,
            ),
            environment={
                "DISPLAY": display.name,
                "LOKET_KIOSK_PROBE": str(probe),
                # a window test of this process may have set another one for itself
                "SDL_VIDEODRIVER": "x11",
            },
        )
        child.ready()
        return Kiosk(child, Glass(display.name, probe, pid=child.pid))

    return start


def test_whatever_screen_is_shown_when_the_hub_goes_the_answers_stay_and_one_ticket_comes(
    living: Callable[..., LivingHub], open_kiosk: Callable[..., Kiosk], tmp_path: Path
) -> None:
    hub = living()
    kiosk = open_kiosk(hub, "--hub", hub.url)
    kiosk.begin("skim")
    with _away(hub, kiosk):
        kiosk.glass.on("notice")
        kiosk.glass.press("next")
        kiosk.fills("number")
    with _away(hub, kiosk):
        kiosk.fills("birth")
    kiosk.fills("expiry")
    kiosk.glass.on("check")
    with _away(hub, kiosk):
        kiosk.glass.press("next")
        kiosk.glass.on("confirm")
    hub.kill()
    kiosk.glass.press("next")
    kiosk.glass.on("sending")
    hub.start()
    number = kiosk.number()

    assert number.startswith("A")
    happened = _until_issued(hub, 1)
    assert happened["ticket.issued"] == happened["application.opened"] == 1
    logs = "".join(path.read_text("utf-8") for path in (tmp_path / "logs").iterdir())
    assert not [text for text in PASSPORT.values() if text in logs]


def test_the_kiosk_finds_its_hub_among_others_and_again_when_it_has_moved(
    living: Callable[..., LivingHub], open_kiosk: Callable[..., Kiosk]
) -> None:
    hub = living()
    with _another_hub_announced() as stranger:
        kiosk = open_kiosk(hub)
        kiosk.begin("skim")
        kiosk.glass.on("notice")
        kiosk.glass.press("next")
        kiosk.glass.on("number")
        kiosk.glass.type(PASSPORT["number"])

        hub.kill()
        kiosk.sees_the_hub_go()
        hub.port = lasting_port()
        hub.start()
        kiosk.sees_the_hub_come()
        kiosk.glass.press("next")
        kiosk.fills("birth")
        kiosk.fills("expiry")
        for screen in ("check", "confirm"):
            kiosk.glass.on(screen)
            kiosk.glass.press("next")
        kiosk.number()

    happened = _until_issued(hub, 1)
    assert happened["ticket.issued"] == happened["application.opened"] == 1
    assert stranger.strangers


def test_a_kiosk_killed_while_it_prints_shows_the_same_number_after_its_restart(
    living: Callable[..., LivingHub],
    open_kiosk: Callable[..., Kiosk],
    crew: Crew,
    tmp_path: Path,
) -> None:
    hub = living()
    tray = tmp_path / "tray"
    printer = crew.start("printer", loket("devices", "simulate", "escpos", "--out", tray))
    options = ("--hub", hub.url, "--printer", printer.ready())
    kiosk = open_kiosk(hub, *options)
    kiosk.begin("information")
    kiosk.glass.on("confirm")
    assert printer.say("fault silent") == "ok"
    kiosk.glass.press("next")
    number = kiosk.number()

    kiosk.child.kill()
    assert printer.say("clear") == "ok"
    kiosk = open_kiosk(hub, *options)
    again = kiosk.number()
    kiosk.glass.press("print")
    kiosk.glass.until(lambda _: bool(list(tray.glob("*.png"))), "paper")

    assert again == number
    issued = [event for event in hub.events() if event["kind"] == "ticket.issued"]
    assert len(issued) == 1


def test_a_kiosk_gives_its_own_numbers_without_the_hub_through_a_power_cut(
    living: Callable[..., LivingHub],
    open_kiosk: Callable[..., Kiosk],
    crew: Crew,
    tmp_path: Path,
) -> None:
    hub = living()
    tray = tmp_path / "tray"
    printer = crew.start("printer", loket("devices", "simulate", "escpos", "--out", tray))
    options = ("--hub", hub.url, "--printer", printer.ready())
    kiosk = open_kiosk(hub, *options)
    kiosk.glass.on("language")

    hub.kill()
    kiosk.glass.until(lambda screen: says(screen, ALONE), "that it works alone", limit_s=LIMIT_S)
    kiosk.begin("information")
    kiosk.glass.on("confirm")
    kiosk.glass.press("next")
    first = kiosk.number()
    kiosk.glass.until(lambda _: bool(list(tray.glob("*.png"))), "paper")
    kiosk.child.kill()
    kiosk = open_kiosk(hub, *options)
    if kiosk.glass.look().name == "ticket":
        kiosk.glass.press("done")
    kiosk.begin("information")
    kiosk.glass.on("confirm")
    kiosk.glass.press("next")
    second = kiosk.number()
    hub.start()

    assert (first, second) == ("IZ-001", "IZ-002")
    _until_issued(hub, 2)
    given = [event["body"] for event in hub.events() if event["kind"] == "ticket.issued"]
    assert [body["number"] for body in given] == [first, second]  # type: ignore[index,call-overload]


def _until_issued(hub: LivingHub, count: int) -> Counter[object]:
    """Return what has happened, once so many tickets are the hub's."""
    until = monotonic() + LIMIT_S
    while True:
        happened = Counter(event["kind"] for event in hub.events())
        if happened["ticket.issued"] >= count:
            return happened
        assert monotonic() < until, f"the hub has {happened['ticket.issued']} of {count} tickets"
        wait(0.2)  # the kiosk hands over by itself


@contextmanager
def _away(hub: LivingHub, kiosk: Kiosk) -> Iterator[None]:
    """The hub is killed for the length of the block; the kiosk says so, and when it is back."""
    hub.kill()
    kiosk.sees_the_hub_go()
    yield
    hub.start()
    kiosk.sees_the_hub_come()


@contextmanager
def _another_hub_announced() -> Iterator[SmallHub]:
    """A program that announces itself as a hub and does not know our kiosk."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def do(step: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, loop).result(LIMIT_S)

    stranger = SmallHub(knows_us=False)
    with serving(stranger) as url:
        announcer = Announcer(urlsplit(url).port or 0, "http", "AAA", ["127.0.0.1"])
        do(announcer.start())
        yield stranger
        do(announcer.stop())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
