"""The money of one case: billing codes, payment, confirmation, counter-entry, a proof lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases import payments
from hub.cases.applications import must_find
from hub.cases.payments import billing, corrections, lost_proofs, matching
from hub.cases.payments.billing import paying_step
from hub.errors import NotFound, Refused
from hub.models.application import Application, Payment
from hub.models.treasury import Billing, LostProof
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.room_list import MONEY
from hub.web.rooms.room import back, must_look, show
from hub.web.typed_dates import iso_date
from hub.web.uploads import media_of
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class BillingLine:
    """A billing code of the case in words."""

    code: str
    billing: Billing
    expired: bool


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """Everything about the money of a case, and what this officer may do about it."""

    application: str
    case_code: str
    amount: int
    waits: bool
    billings: tuple[BillingLine, ...]
    payment: Payment | None
    facts: payments.PaymentFacts | None
    hindered: Refused | None
    """Why the payment can no longer be taken back; None if it can."""
    lost: LostProof | None
    today: date
    treasurer: bool
    may_report: bool
    may_grant: bool


@get("/money/{application:str}")
async def show_money(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show the money of a case. Raises NotFound, NotAllowed."""
    must_look(desk, MONEY)
    return await _page(desk, application)


@post("/money/{application:str}/lost", request_max_body_size=FORM_LIMIT)
async def report_lost(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Report a proof lost with the signed statement and the identity seen."""
    must_look(desk, MONEY)
    form = await read_form(request, desk.officer.csrf)
    file = form.files.get("statement")
    try:
        media = media_of("statement", file)
        assert file is not None  # noqa: S101 — media_of refuses an empty place
        stored = await asyncio.to_thread(desk.procedure.blobs.put, file.content)
        identity = form.text("identity")
        await desk.command(
            lambda tx: lost_proofs.report_lost(
                tx, desk.procedure, application, identity, stored, media
            ),
            form,
            "proof lost",
        )
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return back(f"/money/{application}")


@post("/money/{application:str}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_money(
    application: FromPath[str],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Enter a billing code, confirm, take back, or grant a new proof."""
    must_look(desk, MONEY)
    form = await read_form(request, desk.officer.csrf)
    chosen = _ACTS.get(act)
    if chosen is None:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")
    try:
        await desk.command(lambda tx: chosen(tx, desk, application, form), form, f"money {act}")
    except Refused as refused:
        return await _page(desk, application, refused, form)
    return back(f"/money/{application}")


def _enter(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    code, issued = form.text("billing_code"), iso_date(form.text("issued_on"))
    seen = form.text("instead_of")
    return billing.enter(tx, desk.procedure, application, code, issued, instead_of=seen)


def _confirm(tx: Tx, desk: Desk, application: str, _form: Form) -> str:
    return matching.confirm_with_slip(tx, desk.procedure, application)


def _take_back(tx: Tx, desk: Desk, application: str, form: Form) -> str:
    return corrections.take_back(tx, desk.procedure, application, form.text("reason"))


def _grant(tx: Tx, desk: Desk, application: str, _form: Form) -> str:
    return lost_proofs.grant(tx, desk.procedure, application)


_ACTS: Mapping[str, Callable[[Tx, Desk, str, Form], str]] = {
    "billing": _enter,
    "confirm": _confirm,
    "take-back": _take_back,
    "grant": _grant,
}


async def _page(
    desk: Desk, application: str, refused: Refused | None = None, form: Form | None = None
) -> Response[str]:
    def read(session: Session, at: datetime) -> MoneyPage:
        row = must_find(session, desk.office_no, desk.procedure, application)
        return _read(session, desk, row, desk.office.today(at))

    here = f"/money/{application}"
    return await show(
        desk,
        MONEY,
        "money.html",
        read,
        here=here,
        refused=refused,
        form=form,
        stream=f"money/{application}",
    )


def _read(session: Session, desk: Desk, row: Application, today: date) -> MoneyPage:
    keyring, roles = desk.procedure.keyring, desk.officer.roles
    payment = payments.of_case(session, desk.office_no, row.id)
    entered = billing.all_of(session, desk.office_no, row.id)
    tariff = desk.procedure.fee_on(today)
    return MoneyPage(
        application=row.id,
        case_code=row.case_code,
        amount=tariff.amount if tariff else 0,
        waits=row.position == paying_step(desk.procedure.sop) and payment is None,
        billings=tuple(
            BillingLine(billing.code_of(keyring, row, one), one, one.expires_on < today)
            for one in reversed(entered)
        ),
        payment=payment,
        facts=payments.facts(keyring, row, payment) if payment else None,
        hindered=corrections.hindrance(session, desk.procedure, row),
        lost=lost_proofs.open_report(session, desk.office_no, row.id),
        today=today,
        treasurer="treasurer" in roles,
        may_report=bool(lost_proofs.MAY_ASK & roles),
        may_grant=bool(lost_proofs.MAY_GRANT & roles),
    )


routes = [show_money, report_lost, act_on_money]
