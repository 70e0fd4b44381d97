"""The officer's page at a counter and its forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from hub import officers, queue, stations
from hub.errors import NotFound, Refused
from hub.letters.press import Press
from hub.office.queue_rules import GENERAL
from hub.queue import classes, counters, desk_tickets
from hub.web.desk import AnyRequest, Desk
from hub.web.desk_printing import DeskPrinting
from hub.web.forms import Form, read_form
from hub.web.officer.counter_reading import read_counter
from hub.web.officer.queue_reading import ticket_of_number
from hub.web.rendering import page
from hub.web.reprint import settle
from hub.wire.queue import DeskTicket, ServeDirectly
from hub.writer import Tx

Act = Callable[[Tx, Desk, int, Form], object]
_A_NUMBER = re.compile(r"[A-Z]{1,4}-\d{3,7}")


def _open(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    return counters.open_counter(
        tx,
        desk.office,
        counter=counter,
        lanes=form.every("lanes"),
        profile=form.text("profile"),
        languages=form.every("languages"),
    )


def _pause(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    return counters.pause_counter(tx, desk.office, counter=counter, reason=form.text("reason"))


def _close(tx: Tx, desk: Desk, counter: int, _form: Form) -> object:
    return counters.close_counter(tx, desk.office, counter=counter)


def _sit_down(_tx: Tx, _desk: Desk, _counter: int, _form: Form) -> object:
    return None  # the counter stays as it is: whoever acts at a counter sits there


def _call_next(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    return queue.call_next(
        tx,
        desk.office,
        counter=counter,
        ticket=_named(tx, desk, form) or None,
        reason=form.text("reason"),
    )


def _named(tx: Tx, desk: Desk, form: Form) -> str:
    typed = form.text("number")
    return ticket_of_number(tx.connection, desk, typed, tx.at) if typed else form.text("ticket")


def _recall(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    return queue.recall(tx, desk.office, ticket=form.text("ticket"))


def _start(tx: Tx, _desk: Desk, _counter: int, form: Form) -> object:
    return queue.start(tx, ticket=form.text("ticket"))


def _absent(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    return queue.absent(tx, desk.office, ticket=form.text("ticket"))


def _return(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    return queue.return_(tx, desk.office, ticket=form.text("ticket"))


def _transfer(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    return queue.transfer(
        tx,
        desk.office,
        ticket=form.text("ticket"),
        lane=form.text("lane") or None,
        counter=form.number("counter"),
        back=form.text("back") == "yes",
        reason=form.text("reason"),
    )


def _park(tx: Tx, _desk: Desk, _counter: int, form: Form) -> object:
    return queue.park(tx, ticket=form.text("ticket"), reason=form.text("reason"))


def _resume(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    at = None if form.text("where") == "line" else counter
    return queue.resume(tx, desk.office, ticket=form.text("ticket"), counter=at)


def _undo(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    return queue.undo(tx, desk.office, ticket=form.text("ticket"))


def _serve(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    ask = ServeDirectly(service=form.text("service"), reason=form.text("reason"))
    return desk_tickets.serve(tx, desk.office, ask, counter=counter)


def _class(tx: Tx, desk: Desk, _counter: int, form: Form) -> object:
    segment, _, group = form.text("class").partition(":")
    return classes.put_into_class(
        tx,
        desk.office,
        ticket=form.text("ticket"),
        segment=segment,
        reason=form.text("reason"),
        group=group or None,
    )


def _finish(tx: Tx, desk: Desk, counter: int, form: Form) -> object:
    done = queue.finish(
        tx,
        ticket=form.text("ticket"),
        outcome=form.text("outcome") or "done",
        note=form.text("note"),
    )
    if form.text("then") == "call-next":
        return queue.call_next(tx, desk.office, counter=counter) or done
    return done


def _paper(tx: Tx, _desk: Desk, counter: int, form: Form) -> object:
    return settle(tx, job=form.text("job"), came=form.text("came") == "yes", counter=counter)


def _accept_device(tx: Tx, _desk: Desk, counter: int, form: Form) -> object:
    stations.accept_device(tx, counter=counter, role=form.text("role"))
    return None


ACTS: Mapping[str, Act] = {
    "open": _open,
    "sit": _sit_down,
    "pause": _pause,
    "close": _close,
    "call-next": _call_next,
    "recall": _recall,
    "start": _start,
    "absent": _absent,
    "return": _return,
    "transfer": _transfer,
    "finish": _finish,
    "park": _park,
    "resume": _resume,
    "undo": _undo,
    "serve": _serve,
    "paper": _paper,
    "class": _class,
    "device": _accept_device,
}


@get("/counter/{number:int}")
async def show_counter(
    number: FromPath[int],
    desk: NamedDependency[Desk],
    given: FromQuery[str] = "",
    write: FromQuery[str] = "",
) -> Response[str]:
    """Show the officer's page at a counter; `given` is the number just issued there."""
    shown = given if _A_NUMBER.fullmatch(given) else ""
    return await _page(desk, number, given=shown, write_down=write == "yes")


@post("/counter/{number:int}/{act:str}")
async def act_at_counter(
    number: FromPath[int],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    press: NamedDependency[Press],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Do one thing at the counter; a refusal shows the page again with what was typed."""
    officers.must_serve(desk.officer)
    form = await read_form(request, desk.officer.csrf)
    if act == "issue":
        return await _issue(desk, number, form, press)
    chosen = ACTS.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    try:
        await desk.command(lambda tx: chosen(tx, desk, number, form), form, f"counter {act}")
    except Refused as refused:
        return await _page(desk, number, refused, form)
    if desk.officer.counter != number:
        await _sit(desk, number)
    return Redirect(f"/counter/{number}", status_code=303)


async def _issue(desk: Desk, number: int, form: Form, press: Press) -> Response[str] | Redirect:
    """Give a ticket to somebody who is not at the kiosk; say its number where it is not printed."""
    printing = DeskPrinting(
        desk.writer, desk.database, desk.office, desk.office_no, press, desk.procedure.blobs
    )
    segment, _, group = form.text("class").partition(":")
    ask = DeskTicket(
        service=form.text("service"),
        segment=segment or GENERAL,
        group=group or None,
        language="en" if form.text("language") == "en" else "id",
        needs=form.every("needs"),
    )
    try:
        done = await printing.issue(
            ask, counter=number, actor=desk.officer.actor, key=form.key, request=form.raw
        )
    except Refused as refused:
        return await _page(desk, number, refused, form)
    written = "&write=yes" if done.value.write_down else ""
    return Redirect(f"/counter/{number}?given={done.value.ticket.number}{written}", status_code=303)


async def _sit(desk: Desk, number: int) -> None:
    await desk.writer.run(
        lambda tx: officers.sit_at(tx, token_hash=desk.officer.token_hash, counter=number),
        actor=desk.officer.actor,
        name="sit at counter",
    )


async def _page(
    desk: Desk,
    number: int,
    refused: Refused | None = None,
    form: Form | None = None,
    *,
    given: str = "",
    write_down: bool = False,
) -> Response[str]:
    seq, at, view = await desk.read(lambda session, at: read_counter(session, desk, number, at))
    view = replace(view, given=given, write_down=write_down, seated=desk.officer.counter == number)
    if refused is not None and form is not None:
        view = replace(view, refused=refused, typed=form.typed())
    served = [lane.name for lane in view.lanes if lane.chosen]
    lanes = served[0] if len(served) == 1 else desk.speech.say("n_lanes", count=len(served))
    where = desk.place(number)
    frame = desk.frame(
        seq,
        at,
        title=where,
        section="counter",
        here=f"/counter/{number}",
        stream=f"counter/{number}",
        place=f"{where} · {lanes}" if served else where,
    )
    return page(
        "counter.html",
        replace(frame, counter=number),
        view,
        live=desk.live,
        status=refused.status if refused else 200,
    )


routes = [show_counter, act_at_counter]
