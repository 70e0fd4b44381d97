"""Why a chip was judged as it was: the findings of that day, and of today's certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from devices.capabilities import Finding, Verdict
from hub.cases import chip_reading
from hub.cases.chip_face import as_picture, face_of
from hub.cases.chip_words import CHECKS, VERDICT_WORDS, reason_words
from hub.cases.passports import kept_chip, replay
from hub.errors import BadInput, NotFound, Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.officer import case_acts
from hub.web.officer.case_places import back
from hub.web.officer.case_routes import FILE_HEADERS, show_again
from hub.web.rendering import page
from hub.web.typed_dates import iso_date
from hub.wire import ChipKey, FieldFault, Words

CAN_DIGITS = 6
_KINDS = {Verdict.VALID: "ok", Verdict.ALTERED: "bad", Verdict.CLONE_SUSPECTED: "bad"}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in words; `kind` colours it."""

    check: Words
    verdict: Words
    reason: Words
    kind: str


@dataclass(frozen=True, slots=True)
class ChipPage:
    """Both judgements of a case's chip."""

    case: str
    case_code: str
    judged_at: datetime
    files: tuple[str, ...]
    then: tuple[FindingRow, ...]
    now: tuple[FindingRow, ...]


@get("/case/{application:str}/chip")
async def show_chip(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """Show why the chip was judged so, and judge it again. Raises NotFound, NotAllowed."""
    view = await case_acts.look(desk, application)
    found = next((one for one in reversed(view.documents) if one.kind == "chip"), None)
    if found is None:
        raise NotFound(
            "chip_unread",
            "No chip was read for this case.",
            id="Cip pada permohonan ini tidak dibaca.",
        )
    content = await asyncio.to_thread(desk.procedure.blobs.get, found.blob)
    kept = kept_chip(content)
    again = await asyncio.to_thread(_again, desk, content)
    shown = ChipPage(
        case=view.id,
        case_code=view.head.case_code,
        judged_at=kept.judged_at,
        files=tuple(sorted(kept.files)),
        then=_rows(kept.findings),
        now=_rows((one.check, str(one.verdict), one.reason) for one in again),
    )
    seq, at, _ = await desk.read(lambda _session, _at: None)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("chip_reasons"),
        section="case",
        here=f"/case/{view.id}/chip",
        stream="",
    )
    return page("chip.html", frame, shown, live=False)


@get("/case/{application:str}/chip/portrait")
async def show_portrait(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[bytes]:
    """Show the face in the chip. Raises NotFound `face_unread`, NotAllowed."""
    view = await case_acts.look(desk, application)
    face = await asyncio.to_thread(face_of, desk.procedure.blobs, view.documents)
    picture = await asyncio.to_thread(as_picture, face) if face else None
    if picture is None:
        raise NotFound(
            "face_unread",
            "The chip of this case gave no portrait that can be shown.",
            id="Cip berkas ini tidak memberi foto yang dapat ditampilkan.",
        )
    return Response(picture, media_type="image/jpeg", headers=FILE_HEADERS)


@post("/case/{application:str}/chip/read", request_max_body_size=FORM_LIMIT)
async def read_chip(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Ask the counter's reader for the chip: by the record's values, typed ones, or the CAN."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    try:
        counter = case_acts.counter_of(desk, form)
        content = msgspec.json.encode(_key(form))
        stored = await asyncio.to_thread(desk.procedure.blobs.put, content)
        await desk.command(
            lambda tx: chip_reading.ask(tx, desk.procedure, view.id, stored, counter=counter),
            form,
            "read chip",
        )
    except Refused as refused:
        return await show_again(desk, application, refused, form)
    return back(view.id, "field-chip")


def _key(form: Form) -> ChipKey:
    can = form.text("can")
    if not can:
        return chip_reading.typed_key(
            form.text("key-passport_number"),
            iso_date(form.text("key-birth_date")),
            iso_date(form.text("key-passport_expiry")),
        )
    if not (len(can) == CAN_DIGITS and can.isascii() and can.isdigit()):
        fault = FieldFault(field="can", code="wrong", message="enam angka / six digits")
        raise BadInput("can_wrong", "The CAN has six digits.", id="CAN enam angka.", fields=[fault])
    return ChipKey(can=can)


def _again(desk: Desk, content: bytes) -> tuple[Finding, ...]:
    return replay(content, desk.procedure.trust, at=desk.clock.now())


def _rows(findings: Iterable[tuple[str, str, str]]) -> tuple[FindingRow, ...]:
    return tuple(
        FindingRow(
            CHECKS.get(check, Words(id=check, en=check)),
            VERDICT_WORDS[Verdict(verdict)],
            reason_words(reason),
            _KINDS.get(Verdict(verdict), "warn"),
        )
        for check, verdict, reason in findings
    )


routes = [show_chip, show_portrait, read_chip]
