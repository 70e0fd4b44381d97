"""Counters: open, pause, close, call the next person."""

from __future__ import annotations

from litestar import Response, post

from hub import counters, queue
from hub.office import OfficeConfig
from hub.web.commanding import Commanding, answer
from hub.wire import CallNext, CloseCounter, CounterState, OpenCounter, PauseCounter, Ticket
from hub.writer import Tx


@post("/counters/{counter:int}/open", status_code=200)
async def open_counter(
    counter: int, data: OpenCounter, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Open a counter for some of its lanes."""

    def command(tx: Tx) -> CounterState:
        return counters.open_counter(tx, office, counter=counter, lanes=data.lanes)

    return answer(await commanding.run(command, CounterState))


@post("/counters/{counter:int}/pause", status_code=200)
async def pause_counter(
    counter: int, data: PauseCounter, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Pause a counter with a reason."""

    def command(tx: Tx) -> CounterState:
        return counters.pause_counter(tx, office, counter=counter, reason=data.reason)

    return answer(await commanding.run(command, CounterState))


@post("/counters/{counter:int}/close", status_code=200)
async def close_counter(
    counter: int, data: CloseCounter, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Close a counter."""
    del data

    def command(tx: Tx) -> CounterState:
        return counters.close_counter(tx, office, counter=counter)

    return answer(await commanding.run(command, CounterState))


@post("/counters/{counter:int}/call-next", status_code=200)
async def call_next(
    counter: int, data: CallNext, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Call the next person to a counter; 204 when nobody waits."""

    def command(tx: Tx) -> Ticket | None:
        return queue.call_next(tx, office, counter=counter, ticket=data.ticket, reason=data.reason)

    return answer(await commanding.run(command, Ticket))


routes = [open_counter, pause_counter, close_counter, call_next]
