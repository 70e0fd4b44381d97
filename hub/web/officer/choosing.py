"""Where an officer finds the counter to work at: all of them, with how each stands."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Response, get
from litestar.di import NamedDependency

from hub.queue import counters
from hub.web.desk import Desk
from hub.web.rendering import page
from hub.wire import CounterState

_SHOWN = {
    counters.OPEN: ("ok", "circle-check", "counter_open"),
    counters.PAUSED: ("warn", "circle-pause", "counter_paused"),
    counters.CLOSED: ("plain", "circle-dashed", "counter_closed"),
}


@dataclass(frozen=True, slots=True)
class CounterChoice:
    """A counter that may be gone to: its lanes, and its state as colour, icon and word."""

    number: int
    lanes: str
    kind: str
    symbol: str
    word: str
    here: bool


@get("/counter")
async def choose_counter(desk: NamedDependency[Desk]) -> Response[str]:
    """Show every counter of the office; going to one opens it or sits down at it."""
    seq, at, states = await desk.read(
        lambda session, _: [
            counters.read(session.connection(), desk.office_no, desk.office, one.number)
            for one in desk.office.counters
        ]
    )
    title = desk.speech.say("choose_counter")
    frame = desk.frame(seq, at, title=title, section="counter", here="/counter", stream="")
    return page("counters.html", frame, tuple(_choice(desk, state) for state in states))


def _choice(desk: Desk, state: CounterState) -> CounterChoice:
    configured = desk.office.counter(state.counter)
    codes = state.lanes or (configured.lanes if configured else ())
    lanes = [lane for code in codes if (lane := desk.office.lane(code)) is not None]
    kind, symbol, word = _SHOWN[state.state]
    return CounterChoice(
        number=state.counter,
        lanes=", ".join(desk.speech.pick(lane.name) for lane in lanes),
        kind=kind,
        symbol=symbol,
        word=desk.speech.say(word),
        here=desk.officer.counter == state.counter,
    )


routes = [choose_counter]
