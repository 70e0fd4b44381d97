"""The biometrics station: its page, and what an officer does with fingers and portrait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from hub.cases import finger_acts, portrait_acts, steps
from hub.errors import NotFound, Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.officer import case_acts
from hub.web.officer.biometrics_page import read_biometrics
from hub.web.rendering import page
from hub.writer import Tx

FingerAct = Callable[[Tx, Desk, str, int, Form], object]
PhotoAct = Callable[[Tx, Desk, str, Form], object]


def _take(tx: Tx, desk: Desk, case: str, number: int, form: Form) -> object:
    counter = case_acts.counter_of(desk, form)
    return finger_acts.take(tx, desk.procedure, case, number, counter=counter)


def _except(tx: Tx, desk: Desk, case: str, number: int, form: Form) -> object:
    kind, reason = form.text("exception"), form.text("reason")
    return finger_acts.except_finger(tx, desk.procedure, case, number, kind=kind, reason=reason)


def _accept(tx: Tx, desk: Desk, case: str, number: int, form: Form) -> object:
    return finger_acts.accept(tx, desk.procedure, case, number, reason=form.text("reason"))


def _again(tx: Tx, desk: Desk, case: str, number: int, form: Form) -> object:
    return finger_acts.begin_anew(tx, desk.procedure, case, number, reason=form.text("reason"))


def _take_photo(tx: Tx, desk: Desk, case: str, form: Form) -> object:
    counter = case_acts.counter_of(desk, form)
    shots = 1 if form.text("seen") else 3  # who saw the preview chose the moment
    return portrait_acts.take(tx, desk.procedure, case, counter=counter, shots=shots)


def _accept_photo(tx: Tx, desk: Desk, case: str, form: Form) -> object:
    return portrait_acts.accept(tx, desk.procedure, case, reason=form.text("photo-reason"))


def _photo_again(tx: Tx, desk: Desk, case: str, form: Form) -> object:
    return portrait_acts.begin_anew(tx, desk.procedure, case, reason=form.text("photo-reason"))


SIGNATURE = "signature"
FINGER_ACTS: Mapping[str, FingerAct] = {
    "take": _take,
    "except": _except,
    "accept": _accept,
    "again": _again,
}
PHOTO_ACTS: Mapping[str, PhotoAct] = {
    "take": _take_photo,
    "accept": _accept_photo,
    "again": _photo_again,
}


@get("/case/{application:str}/biometrics")
async def show_biometrics(
    application: FromPath[str], desk: NamedDependency[Desk], finger: FromQuery[int | None] = None
) -> Response[str]:
    """Show the biometrics station. Raises NotFound, NotAllowed."""
    return await _page(desk, application, finger)


@post("/case/{application:str}/finger/{number:int}/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_finger(
    application: FromPath[str],
    number: FromPath[int],
    act: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Take, except, accept or begin a finger anew."""
    form = await read_form(request, desk.officer.csrf)
    chosen = FINGER_ACTS.get(act)
    if chosen is None:
        raise _unknown()
    try:
        await desk.command(
            lambda tx: chosen(tx, desk, application, number, form), form, f"finger {act}"
        )
    except Refused as refused:
        return await _page(desk, application, number, refused, form)
    return _back(application)


@post("/case/{application:str}/portrait/{act:str}", request_max_body_size=FORM_LIMIT)
async def act_on_portrait(
    application: FromPath[str], act: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Take, accept or begin the portrait anew."""
    form = await read_form(request, desk.officer.csrf)
    chosen = PHOTO_ACTS.get(act)
    if chosen is None:
        raise _unknown()
    try:
        await desk.command(lambda tx: chosen(tx, desk, application, form), form, f"portrait {act}")
    except Refused as refused:
        return await _page(desk, application, None, refused, form)
    return _back(application)


@get("/case/{application:str}/finger/{number:int}/image")
async def show_finger(
    application: FromPath[str], number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """Show the image of a finger that counts. Raises NotFound `blob_unknown`."""
    _, _, view = await desk.read(
        lambda session, at: read_biometrics(session, desk, application, at)
    )
    found = next((one.blob for one in view.fingers if one.number == number), "")
    return await _image(desk, found, "image/png")


@get("/case/{application:str}/portrait/image")
async def show_portrait(application: FromPath[str], desk: NamedDependency[Desk]) -> Response[bytes]:
    """Show the newest portrait. Raises NotFound `blob_unknown`."""
    _, _, view = await desk.read(
        lambda session, at: read_biometrics(session, desk, application, at)
    )
    return await _image(desk, view.portrait.blob, "image/jpeg")


@get("/case/{application:str}/signature/image")
async def show_signature(
    application: FromPath[str], desk: NamedDependency[Desk]
) -> Response[bytes]:
    """Show the applicant's signature. Raises NotFound `blob_unknown`."""
    _, _, view = await desk.read(
        lambda session, at: read_biometrics(session, desk, application, at)
    )
    row = view.signature
    return await _image(desk, (row.blob or "") if row else "", "image/png")


@post("/case/{application:str}/signature", request_max_body_size=FORM_LIMIT)
async def keep_signature(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Keep the signature from the pad or a picture, or take it back where nothing is sent."""
    form = await read_form(request, desk.officer.csrf)
    try:
        view = await case_acts.look(desk, application)
        if form.text("remove"):
            await desk.command(
                lambda tx: steps.supply(tx, desk.procedure, application, SIGNATURE, ""),
                form,
                "remove signature",
            )
        else:
            await case_acts.attach(desk, view, form, SIGNATURE)
    except Refused as refused:
        return await _page(desk, application, None, refused, form)
    return _back(application)


async def _image(desk: Desk, blob: str, media: str) -> Response[bytes]:
    content = await asyncio.to_thread(desk.procedure.blobs.get, blob)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media, headers=headers)


async def _page(
    desk: Desk,
    application: str,
    finger: int | None,
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response[str]:
    seq, at, view = await desk.read(
        lambda session, at: read_biometrics(
            session, desk, application, at, chosen=finger, refused=refused, form=form
        )
    )
    base = f"/case/{view.case.id}"
    frame = desk.frame(
        seq,
        at,
        title=f"{desk.speech.say('biometrics')} · {view.case.head.case_code}",
        section="biometrics",
        here=f"{base}/biometrics" + (f"?finger={finger}" if finger else ""),
        stream=f"biometrics/{view.case.id}",
    )
    status = refused.status if refused else 200
    return page("biometrics.html", frame, view, live=desk.live, status=status)


def _back(application: str) -> Redirect:
    return Redirect(f"/case/{application}/biometrics", status_code=303)


def _unknown() -> NotFound:
    return NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")


routes = [
    show_biometrics,
    show_finger,
    show_portrait,
    show_signature,
    keep_signature,
    act_on_finger,
    act_on_portrait,
]
