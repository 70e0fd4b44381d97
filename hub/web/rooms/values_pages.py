"""The office's values that must be confirmed: by whom, when, by which letter; and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub import confirming
from hub.confirming import Standing
from hub.errors import Refused
from hub.office.confirmations import Content
from hub.web.confirming import must_confirm
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import VALUES
from hub.web.rooms.room import back, must_look, show
from hub.web.rooms.value_facts import Row, facts_of, papers_of, title_of
from hub.web.typed_dates import iso_date
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value with what it says, in the language of the page."""

    standing: Standing
    title: str
    facts: tuple[Row, ...]
    papers: tuple[str, ...]
    """Of a checklist."""

    @property
    def sent(self) -> str:
        """Return how the form names it: its key and what it says now."""
        return f"{self.standing.value.content} {self.standing.value.key}"


@dataclass(frozen=True, slots=True)
class ValuesPage:
    """The values in three groups, and whether papers are specimens because of them."""

    now: tuple[ShownValue, ...]
    later: tuple[ShownValue, ...]
    past: tuple[ShownValue, ...]
    open_now: int
    practice: bool
    """The file calls the whole office a specimen: its papers stay specimens."""
    chosen: frozenset[str]


@get("/values")
async def show_values(desk: NamedDependency[Desk]) -> Response[str]:
    """Show what must be confirmed, what is, and by whom."""
    must_look(desk, VALUES)
    return await _page(desk)


@post("/values/confirm", request_max_body_size=FORM_LIMIT)
async def confirm_values(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Confirm the chosen values by a letter, with the officer's own password."""
    must_look(desk, VALUES)
    form = await read_form(request, desk.officer.csrf)
    shown = [_named(one) for one in form.every("value")]
    source, dated = form.text("source"), iso_date(form.text("source_on"))

    def command(tx: Tx) -> int:
        return confirming.confirm(tx, desk.office, shown, source=source, dated=dated)

    return await _act(desk, form, command, "confirm values")


@post("/values/{confirmation:str}/withdraw", request_max_body_size=FORM_LIMIT)
async def withdraw_value(
    confirmation: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Take a confirmation back, with its reason and the officer's own password."""
    must_look(desk, VALUES)
    form = await read_form(request, desk.officer.csrf)

    def command(tx: Tx) -> str:
        return confirming.withdraw(tx, desk.office, confirmation, form.text("reason"))

    return await _act(desk, form, command, "withdraw value")


async def _act(
    desk: Desk, form: Form, command: Callable[[Tx], object], name: str
) -> Response[str] | Redirect:
    """Judge the act first, so that nobody types a password for what is refused anyway."""
    try:
        await desk.rehearse(command)
        await must_confirm(desk, form.text("password"), "password")
        await desk.command(command, form, name)
    except Refused as refused:
        return await _page(desk, refused, form)
    return back("/values")


def _named(sent: str) -> Content:
    content, _, key = sent.partition(" ")
    return (key, content)


async def _page(
    desk: Desk, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> ValuesPage:
        today = desk.office.today(at)
        found = [
            ShownValue(
                standing=one,
                title=title_of(one.value, desk.speech),
                facts=facts_of(one.value, desk.office, desk.speech, today),
                papers=papers_of(one.value, desk.speech),
            )
            for one in confirming.standings(session, desk.office_no, desk.office, today)
        ]
        return ValuesPage(
            now=tuple(one for one in found if one.standing.value.when == "now"),
            later=tuple(one for one in found if one.standing.value.when == "later"),
            past=tuple(one for one in found if one.standing.value.when == "past"),
            open_now=sum(
                one.standing.value.when == "now" and not one.standing.holds for one in found
            ),
            practice=desk.office.office.specimen,
            chosen=frozenset(form.every("value") if form else ()),
        )

    return await show(desk, VALUES, "values.html", read, refused=refused, form=form)


routes = [show_values, confirm_values, withdraw_value]
