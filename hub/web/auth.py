"""Who is at the page: signing in and out, the session cookie, forms from our own pages only."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from hub import officers
from hub.access import new_token, token_hash
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotAllowed, NotAuthenticated, Refused
from hub.house import SYSTEM
from hub.office import OfficeConfig
from hub.officers import Credentials, SignedIn
from hub.web.connection import AnyConnection, AnyRequest
from hub.web.gate import Gate, TooManyAttempts
from hub.web.login import login_page
from hub.wire.bounds import printable
from hub.writer import Writer

SESSION_COOKIE = "loket_session"
LOGIN_COOKIE = "loket_login"
"""Guards the login form itself, before there is a session."""
LARGEST_FORM = 16 * 1024
LONGEST_LOGIN = 60
LONGEST_PASSWORD = 200


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One sign-in as it was sent, and the network address it came from."""

    login: str
    password: str = field(repr=False)
    address: str


async def provide_officer(
    request: AnyRequest,
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    clock: NamedDependency[Clock],
) -> SignedIn:
    """Return the signed-in officer. Raises NotAuthenticated, which pages answer with the login."""
    return await signed_in(request, database, office_no, clock)


async def signed_in(
    connection: AnyConnection, database: Database, office_no: int, clock: Clock
) -> SignedIn:
    """Return the officer of this connection's cookie. Raises NotAuthenticated `session_over`."""
    hashed = token_hash(connection.cookies.get(SESSION_COOKIE, ""))
    at = clock.now()

    def read() -> SignedIn:
        with database.reading_core() as reading:
            return officers.session(reading, office_no, hashed, at)

    return await asyncio.to_thread(read)


async def provide_lang(request: AnyRequest, office: NamedDependency[OfficeConfig]) -> str:
    """Return the page's language: `?lang=`, else the cookie, else Indonesian."""
    wanted = request.query_params.get("lang") or request.cookies.get("loket_lang") or "id"
    return wanted if wanted in office.office.languages else "id"


async def require_own_origin(request: AnyRequest) -> None:
    """Refuse a form that another site's page sent. Raises NotAllowed `origin_foreign`."""
    origin = request.headers.get("origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or origin is None:
        return
    if urlsplit(origin).netloc != request.headers.get("host", ""):
        raise NotAllowed(
            "origin_foreign",
            "This form was sent from another site. Open the page here and send it again.",
            id="Formulir ini dikirim dari situs lain. Buka halaman di sini lalu kirim lagi.",
        )


@get("/login")
async def show_login(
    request: AnyRequest, office: NamedDependency[OfficeConfig], lang: NamedDependency[str]
) -> Response[str]:
    """Show the sign-in form."""
    token = request.cookies.get(LOGIN_COOKIE) or new_token()
    page = login_page(
        _office_name(office), lang, csrf=token, to=_inside(request.query_params.get("to", ""))
    )
    page.set_cookie(_cookie(request, LOGIN_COOKIE, token))
    return page


@post("/login", request_max_body_size=LARGEST_FORM)
async def sign_in(
    request: AnyRequest,
    data: URLEncodedBody[dict[str, str]],
    database: NamedDependency[Database],
    writer: NamedDependency[Writer],
    office: NamedDependency[OfficeConfig],
    office_no: NamedDependency[int],
    clock: NamedDependency[Clock],
    gate: NamedDependency[Gate],
    lang: NamedDependency[str],
) -> Response[str] | Redirect:
    """Sign an officer in; wrong credentials show the form again with what was typed."""
    attempt, to = _attempt(request, data), _inside(data.get("to", ""))
    guard = request.cookies.get(LOGIN_COOKIE, "")
    try:
        _check_guard(guard, data.get("csrf", ""))
        found = await _verified(database, writer, office_no, clock, gate, attempt)
    except Refused as refused:
        token = guard or new_token()
        page = login_page(_office_name(office), lang, attempt.login, refused, csrf=token, to=to)
        page.set_cookie(_cookie(request, LOGIN_COOKIE, token))
        page.status_code = refused.status if isinstance(refused, TooManyAttempts) else 422
        return page
    token, csrf = new_token(), new_token()
    await writer.run(
        lambda tx: officers.sign_in(
            tx, officer=found.officer, token_hash=token_hash(token), csrf=csrf
        ),
        actor=SYSTEM,
        name="sign in",
    )
    answer = Redirect(to or "/", status_code=303)
    answer.set_cookie(_cookie(request, SESSION_COOKIE, token))
    return answer


@post("/logout", request_max_body_size=LARGEST_FORM)
async def sign_out(
    data: URLEncodedBody[dict[str, str]],
    officer: NamedDependency[SignedIn],
    writer: NamedDependency[Writer],
) -> Redirect:
    """End the session."""
    _check_guard(officer.csrf, data.get("csrf", ""))
    await writer.run(
        lambda tx: officers.sign_out(tx, officer=officer.id, token_hash=officer.token_hash),
        actor=officer.actor,
        name="sign out",
    )
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def _verified(
    database: Database, writer: Writer, office_no: int, clock: Clock, gate: Gate, attempt: _Attempt
) -> Credentials:
    """Return whose sign-in this is. Raises NotAuthenticated, TooManyAttempts."""
    gate.admit(attempt.address, clock.now())

    def read() -> Credentials:
        with database.reading_core() as connection:
            return officers.credentials(connection, office_no, attempt.login)

    found = await asyncio.to_thread(read)
    if _is_locked(found, gate, attempt, clock.now()):
        gate.note_failure(attempt.address, "", clock.now())
        raise NotAuthenticated(
            "locked_out",
            "Too many wrong passwords. Try again in five minutes.",
            id="Terlalu banyak kata sandi salah. Coba lagi dalam lima menit.",
        )
    async with gate.hashing:
        fits = await asyncio.to_thread(
            officers.password_matches, found.password_hash, attempt.password
        )
    if fits:
        return found
    await _note_failure(found, writer, gate, attempt, clock.now())
    raise NotAuthenticated(
        "credentials_wrong",
        "Login or password is wrong.",
        id="Nama masuk atau kata sandi salah.",
    )


def _is_locked(found: Credentials, gate: Gate, attempt: _Attempt, at: datetime) -> bool:
    if not found.officer:
        return gate.is_locked(attempt.login, at)
    return found.locked_until is not None and found.locked_until > at


async def _note_failure(
    found: Credentials, writer: Writer, gate: Gate, attempt: _Attempt, at: datetime
) -> None:
    gate.note_failure(attempt.address, "" if found.officer else attempt.login, at)
    if found.officer:
        await writer.run(
            lambda tx: officers.note_failure(tx, officer=found.officer),
            actor=SYSTEM,
            name="wrong password",
        )


def _attempt(request: AnyRequest, data: dict[str, str]) -> _Attempt:
    # no login or password has more signs: longer ones cost nothing but are not looked up
    login = printable(data.get("login", ""), LONGEST_LOGIN)
    address = request.client.host if request.client else ""
    return _Attempt(login, data.get("password", "")[:LONGEST_PASSWORD], address)


def _check_guard(expected: str, given: str) -> None:
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise NotAllowed(
            "csrf_wrong",
            "This form is stale. Reload the page and send it again.",
            id="Formulir ini sudah basi. Muat ulang halaman lalu kirim lagi.",
        )


def _cookie(request: AnyRequest, name: str, value: str) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(key=name, value=value, httponly=True, samesite="lax", secure=secure)


def _inside(to: str) -> str:
    # only a path of our own: `//host` and `/\host` would leave the site
    return to if to.startswith("/") and to[1:2] not in ("/", "\\") else ""


def _office_name(office: OfficeConfig) -> str:
    return office.office.name.id


routes: list[HTTPRouteHandler] = [show_login, sign_in, sign_out]
