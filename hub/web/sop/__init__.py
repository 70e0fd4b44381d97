"""The whole sheet of the procedure, to read and to print."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Response, Router, get
from litestar.di import NamedDependency

from hub.cases.hand_forms import HandForm, hand_forms
from hub.sop import Sop
from hub.web.desk import DESK, Desk
from hub.web.rendering import page


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The procedure and the columns of its sheet."""

    sop: Sop
    columns: tuple[tuple[str, str], ...]


@get("/sop")
async def show_sop(desk: NamedDependency[Desk]) -> Response[str]:
    """Show the procedure's whole sheet, verbatim Indonesian with English beside it."""
    sop = desk.procedure.sop
    columns = tuple((unit.code, unit.column) for unit in sop.units if unit.column)
    frame = desk.frame(
        0,
        desk.clock.now(),
        title=f"SOP {sop.number}",
        section="sop",
        here="/sop",
        stream="",
    )
    return page("sop.html", frame, SheetPage(sop, columns))


@dataclass(frozen=True, slots=True)
class FormsPage:
    """The procedure's steps as forms, under the office's name."""

    sop: Sop
    office: str
    forms: tuple[HandForm, ...]


@get("/sop/forms")
async def show_forms(desk: NamedDependency[Desk]) -> Response[str]:
    """Show every step as a form for the day without power, to be printed beforehand."""
    at = desk.clock.now()
    frame = desk.frame(
        0, at, title=desk.speech.say("hand_forms"), section="sop", here="/sop/forms", stream=""
    )
    forms = hand_forms(desk.procedure, desk.office.today(at))
    return page("sop_forms.html", frame, FormsPage(desk.procedure.sop, frame.office, forms))


routes = [Router("/", route_handlers=[show_sop, show_forms], dependencies=DESK)]
