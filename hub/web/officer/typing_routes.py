"""What a case's page sends while an officer types: every value, at once; and who has it open."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub.cases import keeping, presence, touch
from hub.cases.keeping import Kept
from hub.cases.overview import must_see_cases
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, read_form
from hub.web.typed_dates import day_first, iso_date
from hub.writer import Tx

_OURS = frozenset({"csrf", "key", "stage", "revision", "counter", "remark_sent"})
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@post("/case/{application:str}/typed", request_max_body_size=FORM_LIMIT)
async def keep_typed(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[bytes]:
    """Keep what was typed so far; answer what was stored, what cannot be, what others changed."""
    form = await read_form(request, desk.officer.csrf)
    typed = {name: _read(desk, name, form) for name in form.values if name not in _OURS}
    stage, revision = form.text("stage"), form.number("revision") or 0
    done = await desk.command(
        lambda tx: keeping.keep(tx, desk.procedure, application, stage, typed, revision),
        form,
        "typed",
    )
    return _answer(_in_words(desk, done.value))


@post("/case/{application:str}/here", request_max_body_size=FORM_LIMIT)
async def note_here(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[bytes]:
    """Note that this officer has the case open; its clock starts if its ticket is served here."""
    must_see_cases(desk.procedure, desk.officer.actor)
    form = await read_form(request, desk.officer.csrf)
    counter = desk.officer.counter

    def command(tx: Tx) -> str:
        touch.begin_served(tx, desk.procedure, application, counter)
        return presence.join(tx, desk.procedure, application)

    await desk.command(command, form, "here")
    return _answer({})


@post("/case/{application:str}/gone", request_max_body_size=FORM_LIMIT)
async def note_gone(
    application: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[bytes]:
    """Note that this officer closed the case."""
    form = await read_form(request, desk.officer.csrf)
    await desk.command(lambda tx: presence.leave(tx, desk.procedure, application), form, "gone")
    return _answer({})


@get("/session")
async def show_session(desk: NamedDependency[Desk]) -> Response[bytes]:
    """Answer with this session's form token: a page left open signs on again without a reload."""
    return _answer({"csrf": desk.officer.csrf, "me": desk.officer.actor.reference})


def _read(desk: Desk, name: str, form: Form) -> str:
    """Return a value as the hub keeps it; a day that cannot be read stays as it was typed."""
    text = form.text(name)
    return iso_date(text) if _is_date(desk, name) else text


def _is_date(desk: Desk, name: str) -> bool:
    field = desk.procedure.sop.field(name.removeprefix("field.").removeprefix("card."))
    return field is not None and field.kind == "date"


def _in_words(desk: Desk, kept: Kept) -> dict[str, object]:
    speech = desk.speech
    return {
        "revision": kept.revision,
        "saved": kept.saved,
        "faults": {name: speech.pick(words) for name, words in kept.faults.items()},
        "stale": [
            {
                "field": one.field,
                "value": day_first(one.value) if _is_date(desk, one.field) else one.value,
                "words": speech.say("changed_by", who=one.by, time=speech.clock(one.at)),
            }
            for one in kept.stale
        ],
    }


def _answer(body: object) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body), media_type="application/json", status_code=200, headers=_HEADERS
    )


routes = [keep_typed, note_here, note_gone, show_session]
