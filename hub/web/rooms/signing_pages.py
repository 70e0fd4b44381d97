"""The signing desk: review, confirm singly or as a batch, or record a signature on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.blobs import register
from hub.cases import signing
from hub.cases.signers import signer_of
from hub.cases.signing import Signed, ToSign
from hub.errors import BadInput, Refused
from hub.feed import Feed
from hub.office import Signer
from hub.officer_cards import purpose_of
from hub.signatures import LocalKey, Signature
from hub.web.confirming import confirmed
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form, whole_number
from hub.web.officer.card_confirming import card_door, confirmed_at_reader
from hub.web.officer.views import CardDoor
from hub.web.room_list import SIGNING
from hub.web.rooms.room import back, must_look, show
from hub.web.uploads import media_of
from hub.wire import FieldFault
from hub.writer import Tx

NEWEST = 20


@dataclass(frozen=True, slots=True)
class SigningPage:
    """What waits for a signature, and whether this officer is who signs."""

    rows: tuple[ToSign, ...]
    signers: tuple[Signer, ...]
    by_nip: dict[str, Signer]
    named: dict[str, str]
    """Every official of the office's rules by staff number, also who may not sign today."""
    signed: tuple[Signed, ...]
    just: tuple[Signed, ...]
    """What the officer's last act signed or recorded, said once above the desk."""
    me: Signer | None
    records_wet: bool
    card: CardDoor | None
    chosen: frozenset[str]
    """The cases that were reviewed when the signature was refused: they stay chosen."""


@get("/signing")
async def show_signing(desk: NamedDependency[Desk], act: FromQuery[str] = "") -> Response[str]:
    """Show the cases that wait for legalisation; `?act=` is the last event of what was signed."""
    must_look(desk, SIGNING)
    return await _page(desk, act=whole_number(act) or 0)


@post("/signing/sign", request_max_body_size=FORM_LIMIT)
async def sign(
    desk: NamedDependency[Desk], feed: NamedDependency[Feed], request: AnyRequest
) -> Response[str] | Redirect:
    """Confirm the reviewed cases; the signer's password or card stands for the hand."""
    must_look(desk, SIGNING)
    form = await read_form(request, desk.officer.csrf)
    chosen = form.every("case")
    try:
        await _must_confirm(desk, feed, form, chosen)
        done = await desk.command(await _signing(desk, chosen), form, "sign batch")
    except Refused as refused:
        return await _page(desk, refused, form)
    return back(f"/signing?act={done.seq}")


@post("/signing/{application:str}/wet", request_max_body_size=FORM_LIMIT)
async def record_wet(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Record a signature on paper with its scan."""
    must_look(desk, SIGNING)
    form = await read_form(request, desk.officer.csrf)
    name = f"scan-{application}"
    file = form.files.get(name)
    nip, seen = form.text("nip"), form.text(f"seen-{application}") == "yes"
    try:
        media = media_of(name, file)
        assert file is not None  # noqa: S101 — media_of refuses an empty place
        stored = await asyncio.to_thread(desk.procedure.blobs.put, file.content)

        def command(tx: Tx) -> str:
            register(tx, stored, media)
            return signing.record_wet(tx, desk.procedure, application, nip, stored.id, seen=seen)

        done = await desk.command(command, form, "wet signature")
    except Refused as refused:
        return await _page(desk, refused, form)
    return back(f"/signing?act={done.seq}")


async def _must_confirm(desk: Desk, feed: Feed, form: Form, chosen: list[str]) -> None:
    """Raise BadInput unless the signer confirmed these cases with password or card."""
    if await confirmed(desk, [form.text("password")], "password"):
        return
    act = purpose_of(desk.procedure.sop.doing("legalise"), chosen)
    if chosen and await confirmed_at_reader(desk, feed, form, act):
        return
    fault = FieldFault(field="password", code="missing", message="wajib diisi / required")
    text = "Your password or your card confirms the signature."
    raise BadInput("password_missing", text, id="Isi kata sandi atau PIN kartu.", fields=[fault])


async def _signing(desk: Desk, chosen: list[str]) -> Callable[[Tx], tuple[str, ...]]:
    """Return the command that legalises the chosen cases, their letters signed if it is so here.

    The office's key signs only what will be legalised: the command is judged first.
    """

    def command(tx: Tx, signed: Mapping[str, str]) -> tuple[str, ...]:
        return signing.sign_batch(tx, desk.procedure, chosen, desk.officer.nip, signed)

    rules, blobs = desk.office.signature, desk.procedure.blobs
    if rules.mode != "pades" or not chosen:
        return lambda tx: command(tx, {})
    _, _, printed = await desk.read(lambda session, _at: _letters(session, desk, chosen))
    await desk.rehearse(lambda tx: command(tx, printed))
    letters = [await asyncio.to_thread(blobs.get, blob) for blob in printed.values()]
    signer = LocalKey(Path(rules.key_file), Path(rules.passphrase_file))
    said = Signature(desk.officer.name, "Pengesahan SKIM", desk.office.office.city)
    pdfs = await signer.sign(letters, said)
    stored = [await asyncio.to_thread(blobs.put, pdf) for pdf in pdfs]

    def record(tx: Tx) -> tuple[str, ...]:
        for file in stored:
            register(tx, file, "application/pdf")
        return command(tx, {case: file.id for case, file in zip(printed, stored, strict=True)})

    return record


def _letters(session: Session, desk: Desk, chosen: list[str]) -> dict[str, str]:
    return {
        case: signing.letter_of(session, desk.office_no, desk.procedure, case) for case in chosen
    }


async def _page(
    desk: Desk, refused: Refused | None = None, form: Form | None = None, *, act: int = 0
) -> Response[str]:
    def read(session: Session, at: datetime) -> SigningPage:
        day = desk.office.today(at)
        in_force = desk.office.signers_on(day)
        return SigningPage(
            rows=signing.signing_desk(session, desk.office_no, desk.procedure),
            signers=in_force,
            by_nip={one.nip: one for one in in_force},
            named={one.nip: one.name for one in desk.office.signers},
            signed=signing.lately_signed(session, desk.office_no, NEWEST),
            just=signing.signed_by_act(session, desk.office_no, act, desk.officer.actor),
            me=signer_of(desk.office, desk.officer.nip, day),
            records_wet="administration" in desk.officer.roles,
            card=card_door(session, desk),
            chosen=frozenset(form.every("case") if form else ()),
        )

    return await show(desk, SIGNING, "signing.html", read, refused=refused, form=form)


routes = [show_signing, sign, record_wet]
