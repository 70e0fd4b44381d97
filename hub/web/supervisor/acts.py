"""What a supervisor does to the whole office: stop, messages, served by hand, closing a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from hub import opening, queue, stations
from hub.announce import Neighbours
from hub.errors import BadInput, Refused
from hub.opening import days, outage
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import Form, read_form
from hub.web.supervisor.showing import must_act, show_office
from hub.wire import FieldFault, Words
from hub.writer import Tx

Page = Response[str] | Redirect


@post("/supervisor/stop")
async def stop(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Stop the queue with a message on every screen."""

    def run(tx: Tx, form: Form) -> object:
        return opening.stop(tx, scope=form.text("scope"), text=_text(form))

    return await _act(desk, neighbours, request, run, "stop queue")


@post("/supervisor/resume")
async def resume(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Let the queue go on."""
    return await _act(desk, neighbours, request, lambda tx, _: opening.resume(tx), "resume queue")


@post("/supervisor/message")
async def show_message(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Show a message on every screen."""

    def run(tx: Tx, form: Form) -> object:
        return opening.show_message(tx, text=_text(form))

    return await _act(desk, neighbours, request, run, "show message")


@post("/supervisor/message/end")
async def end_message(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Take a message off the screens."""

    def run(tx: Tx, form: Form) -> None:
        opening.end_message(tx, notice=form.text("notice"))

    return await _act(desk, neighbours, request, run, "end message")


@post("/supervisor/by-hand")
async def serve_by_hand(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Note who was served by hand in an outage of today."""

    def run(tx: Tx, form: Form) -> object:
        return outage.serve_by_hand(
            tx,
            desk.office,
            numbers=outage.parse_ranges(form.text("numbers")),
            served_from=_today_at(desk, tx.at, form, "served_from"),
            served_to=_today_at(desk, tx.at, form, "served_to"),
            reason=form.text("reason"),
        )

    return await _act(desk, neighbours, request, run, "serve by hand")


@post("/supervisor/void")
async def void_number(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Void a number that nobody holds, with the reason."""

    def run(tx: Tx, form: Form) -> object:
        number, reason = form.text("number"), form.text("void-reason")
        return queue.void(tx, desk.office, number=number, reason=reason)

    return await _act(desk, neighbours, request, run, "void number", told=True)


@post("/supervisor/close-day")
async def close_day(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Close today for good and show its report."""
    today = desk.office.today(desk.clock.now())

    def run(tx: Tx, form: Form) -> object:
        missing = form.text("void_missing") == "yes"
        return days.close(
            tx, desk.office, day=today, void_missing=missing, reason=form.text("reason")
        )

    to = f"/supervisor/day/{today.isoformat()}"
    return await _act(desk, neighbours, request, run, "close day", to=to)


@post("/supervisor/device")
async def accept_device(
    desk: NamedDependency[Desk], neighbours: NamedDependency[Neighbours], request: AnyRequest
) -> Page:
    """Take a device that stands in for another one, at a kiosk or counter, for the right one."""

    def run(tx: Tx, form: Form) -> None:
        stations.accept_device_of(tx, station=form.text("station"), role=form.text("role"))

    return await _act(desk, neighbours, request, run, "accept device")


async def _act(
    desk: Desk,
    neighbours: Neighbours,
    request: AnyRequest,
    run: Callable[[Tx, Form], object],
    name: str,
    *,
    to: str = "/supervisor",
    told: bool = False,
) -> Page:
    """Do it and go `to` a page; one that says what was done is `told` the event."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)

    def command(tx: Tx) -> None:
        run(tx, form)

    try:
        done = await desk.command(command, form, name)
    except Refused as refused:
        return await show_office(desk, neighbours, refused, form.typed())
    return Redirect(f"{to}?act={done.seq}" if told else to, status_code=303)


def _text(form: Form) -> Words:
    return Words(id=form.text("text_id"), en=form.text("text_en"))


def _today_at(desk: Desk, at: datetime, form: Form, field: str) -> datetime:
    try:
        moment = time.fromisoformat(form.text(field).replace(".", ":"))
    except ValueError as error:
        raise BadInput(
            "by_hand_invalid",
            "Write the hours as 09.30.",
            id="Tulis jam seperti 09.30.",
            fields=[FieldFault(field=field, code="clock", message="09.30")],
        ) from error
    zone = desk.office.zone
    return datetime.combine(desk.office.today(at), moment.replace(tzinfo=None), zone)


routes = [
    stop,
    resume,
    show_message,
    end_message,
    serve_by_hand,
    void_number,
    close_day,
    accept_device,
]
