"""Counters: open, pause, close, call the next person."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub import queue
from hub.office import OfficeConfig
from hub.queue import counters
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import COUNTERS
from hub.wire import CallNext, CloseCounter, CounterState, OpenCounter, PauseCounter, Ticket
from hub.writer import Tx

UNKNOWN = {404: ("counter_unknown",)}


@post(
    "/counters/{counter:int}/open",
    status_code=200,
    opt=described(
        CounterState,
        OpenCounter,
        refuses=UNKNOWN | {422: ("lane_not_here", "profile_unknown", "language_unknown")},
        kinds=COUNTERS,
    ),
)
async def open_counter(
    counter: FromPath[int],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Open a counter for some of its lanes."""
    ask = commanding.read(OpenCounter)

    def command(tx: Tx) -> CounterState:
        return counters.open_counter(
            tx,
            office,
            counter=counter,
            lanes=ask.lanes,
            profile=ask.profile,
            languages=ask.languages,
        )

    return answer(await commanding.run(command, CounterState))


@post(
    "/counters/{counter:int}/pause",
    status_code=200,
    opt=described(
        CounterState, PauseCounter, refuses=UNKNOWN | {422: ("reason_missing",)}, kinds=COUNTERS
    ),
)
async def pause_counter(
    counter: FromPath[int],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Pause a counter with a reason."""
    ask = commanding.read(PauseCounter)

    def command(tx: Tx) -> CounterState:
        return counters.pause_counter(tx, office, counter=counter, reason=ask.reason)

    return answer(await commanding.run(command, CounterState))


@post(
    "/counters/{counter:int}/close",
    status_code=200,
    opt=described(
        CounterState, CloseCounter, refuses=UNKNOWN | {409: ("counter_busy",)}, kinds=COUNTERS
    ),
)
async def close_counter(
    counter: FromPath[int],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Close a counter."""
    commanding.read(CloseCounter)

    def command(tx: Tx) -> CounterState:
        return counters.close_counter(tx, office, counter=counter)

    return answer(await commanding.run(command, CounterState))


@post(
    "/counters/{counter:int}/call-next",
    status_code=200,
    opt=described(
        Ticket,
        CallNext,
        refuses={
            404: ("counter_unknown", "ticket_unknown"),
            409: (
                "queue_stopped",
                "counter_closed",
                "counter_paused",
                "counter_busy",
                "ticket_not_waiting",
            ),
            422: ("reason_missing",),
        },
        may_be_empty=True,
        kinds=COUNTERS,
    ),
)
async def call_next(
    counter: FromPath[int], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Call the next person to a counter; 204 when nobody waits."""
    command = calling(commanding.office, counter, commanding.read(CallNext))
    return answer(await commanding.run(command, Ticket))


def calling(office: OfficeConfig, counter: int, ask: CallNext) -> Callable[[Tx], Ticket | None]:
    """Return the command that calls whom was asked for."""
    return lambda tx: queue.call_next(
        tx, office, counter=counter, ticket=ask.ticket, reason=ask.reason
    )


routes = [open_counter, pause_counter, close_counter, call_next]
