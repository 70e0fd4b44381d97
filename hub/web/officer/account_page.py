"""An officer's own account: name, roles, and another password."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from hub import officers
from hub.errors import BadInput, Refused
from hub.web.confirming import confirmed
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.rendering import page
from hub.wire import FieldFault, Words


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What the page shows; no password is ever shown again."""

    key: str
    roles: tuple[Words, ...]
    shortest: int
    changed: bool = False
    refused: Refused | None = None


@get("/account")
async def show_account(
    desk: NamedDependency[Desk], changed: FromQuery[bool] = False
) -> Response[str]:
    """Show the form for another password; `changed` says that it holds now."""
    return await _page(desk, changed=changed)


@post("/account", request_max_body_size=FORM_LIMIT)
async def change_password(
    desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Let another password hold and end the officer's other sessions."""
    form = await read_form(request, desk.officer.csrf)
    try:
        hashed = await _hashed(desk, form)
        await desk.command(
            lambda tx: officers.set_password(
                tx,
                officer=desk.officer.id,
                password_hash=hashed,
                here=desk.officer.token_hash,
            ),
            form,
            "password",
        )
    except Refused as refused:
        return await _page(desk, refused=refused)
    return Redirect("/account?changed=true", status_code=303)


async def _hashed(desk: Desk, form: Form) -> str:
    """Return the new password's hash. Raises BadInput naming the field."""
    new, again = form.every("password"), form.every("again")
    if not await confirmed(desk, form.every("now"), field="now"):
        fault = FieldFault(field="now", code="missing", message="Isi dahulu. / Type it first.")
        raise BadInput(
            "password_missing",
            "Your password of until now is missing.",
            id="Kata sandi Anda yang sekarang belum diisi.",
            fields=[fault],
        )
    if new != again or len(new) != 1:
        fault = FieldFault(field="again", code="differs", message="Ketik ulang. / Type it again.")
        raise BadInput(
            "password_differs",
            "The new password was not typed the same way twice.",
            id="Kata sandi baru tidak sama dua kali.",
            fields=[fault],
        )
    return await asyncio.to_thread(officers.hash_password, new[0])


async def _page(
    desk: Desk, *, changed: bool = False, refused: Refused | None = None
) -> Response[str]:
    seq, at, _ = await desk.read(lambda _session, at: at)
    known = (desk.office.role(code) for code in sorted(desk.officer.roles))
    view = AccountPage(
        fresh_key(),
        tuple(role.name for role in known if role is not None),
        officers.SHORTEST_PASSWORD,
        changed,
        refused,
    )
    frame = desk.frame(
        seq, at, title=desk.speech.say("account"), section="account", here="/account", stream=""
    )
    return page("account.html", frame, view, status=refused.status if refused else 200)


routes = [show_account, change_password]
