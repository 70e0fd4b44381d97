"""Someone at a kiosk without window, hub or devices: events in, sessions and effects out."""

from __future__ import annotations

from typing import Any

from offices import KEY, office

from kiosk import events as on
from kiosk.effects import SendRequest
from kiosk.session import reduce
from kiosk.state import Session


class Person:
    """Someone at the kiosk: does things, and keeps what the kiosk wanted done."""

    def __init__(self, *, reader: bool = True, printer: str = "ready") -> None:
        self.session = Session()
        self.effects: list[Any] = []
        self.do(
            on.Tick(100.0),
            on.OfficeSeen(office()),
            on.PrinterSeen(printer),
            on.ReaderSeen(ready=reader),
        )

    def do(self, *events: on.Event) -> Person:
        for event in events:
            self.session, effects = reduce(self.session, event)
            self.effects.extend(effects)
        return self

    def type(self, text: str) -> Person:
        return self.do(*[on.KeyTouched(sign) for sign in text], on.NextTouched())

    def begin(self, service: str) -> Person:
        return self.do(on.LanguageChosen("id", KEY), on.ServiceChosen(service))

    def types_passport(self) -> Person:
        self.begin("skim").do(on.NextTouched())
        return self.type("L898902C3").type("12081974").type("15042012")

    def wait(self, seconds: float) -> Person:
        for _ in range(int(seconds)):
            self.do(on.Tick(self.session.at + 1.0))
        return self

    def last(self, kind: type) -> Any:
        return next(effect for effect in reversed(self.effects) if isinstance(effect, kind))

    def sent(self) -> SendRequest:
        return self.last(SendRequest)  # type: ignore[no-any-return]
