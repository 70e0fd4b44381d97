"""Who is at the page: signing in and out, the session cookie, forms from our own pages only."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body
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
from hub.web.officer.login import login_page
from hub.writer import Writer

SESSION_COOKIE = "loket_session"
LOGIN_COOKIE = "loket_login"
"""Guards the login form itself, before there is a session."""


async def provide_officer(
    request: AnyRequest, database: Database, office_no: int, clock: Clock
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


async def provide_lang(request: AnyRequest, office: OfficeConfig) -> str:
    """Return the page's language: `?lang=`, else the cookie, else Indonesian."""
    wanted = request.query_params.get("lang") or request.cookies.get("loket_lang") or "id"
    return wanted if wanted in office.office.languages else "id"


def require_own_origin(connection: AnyConnection) -> None:
    """Refuse a form that another site's page sent. Raises NotAllowed `origin_foreign`."""
    origin = connection.headers.get("origin")
    if origin is None or origin == "null":
        return
    if urlsplit(origin).netloc != connection.headers.get("host", ""):
        raise NotAllowed(
            "origin_foreign",
            "This form was sent from another site. Open the page here and send it again.",
            id="Formulir ini dikirim dari situs lain. Buka halaman di sini lalu kirim lagi.",
        )


@get("/login")
async def show_login(request: AnyRequest, office: OfficeConfig, lang: str) -> Response[str]:
    """Show the sign-in form."""
    token = request.cookies.get(LOGIN_COOKIE) or new_token()
    page = login_page(
        _office_name(office), lang, csrf=token, to=_inside(request.query_params.get("to", ""))
    )
    page.set_cookie(_cookie(request, LOGIN_COOKIE, token))
    return page


@post("/login")
async def sign_in(
    request: AnyRequest,
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    database: Database,
    writer: Writer,
    office: OfficeConfig,
    office_no: int,
    clock: Clock,
    lang: str,
) -> Response[str] | Redirect:
    """Sign an officer in; wrong credentials show the form again with what was typed."""
    require_own_origin(request)
    login, to = data.get("login", "").strip(), _inside(data.get("to", ""))
    guard = request.cookies.get(LOGIN_COOKIE, "")
    try:
        _check_guard(guard, data.get("csrf", ""))
        found = await _verified(database, writer, office_no, clock, login, data.get("password", ""))
    except Refused as refused:
        token = guard or new_token()
        page = login_page(_office_name(office), lang, login, refused, csrf=token, to=to)
        page.set_cookie(_cookie(request, LOGIN_COOKIE, token))
        page.status_code = 422
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


@post("/logout")
async def sign_out(
    request: AnyRequest,
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    officer: SignedIn,
    writer: Writer,
) -> Redirect:
    """End the session."""
    require_own_origin(request)
    _check_guard(officer.csrf, data.get("csrf", ""))
    await writer.run(
        lambda tx: officers.sign_out(tx, officer=officer.id, token_hash=officer.token_hash),
        actor=officer.actor,
        name="sign out",
    )
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def verify_password(
    database: Database,
    writer: Writer,
    office_no: int,
    clock: Clock,
    officer: SignedIn,
    password: str,
) -> None:
    """Confirm that the signed-in officer is the one acting. Raises NotAuthenticated."""

    def read() -> Credentials:
        with database.reading_core() as connection:
            return officers.credentials_of(connection, office_no, officer.id)

    await _compare(await asyncio.to_thread(read), writer, clock, password)


async def _verified(
    database: Database, writer: Writer, office_no: int, clock: Clock, login: str, password: str
) -> Credentials:
    def read() -> Credentials:
        with database.reading_core() as connection:
            return officers.credentials(connection, office_no, login)

    found = await asyncio.to_thread(read)
    await _compare(found, writer, clock, password)
    return found


async def _compare(found: Credentials, writer: Writer, clock: Clock, password: str) -> None:
    if found.locked_until is not None and found.locked_until > clock.now():
        raise NotAuthenticated(
            "locked_out",
            "Too many wrong passwords. Try again in five minutes.",
            id="Terlalu banyak kata sandi salah. Coba lagi dalam lima menit.",
        )
    fits = await asyncio.to_thread(officers.password_matches, found.password_hash, password)
    if fits:
        return
    if found.officer:
        await writer.run(
            lambda tx: officers.note_failure(tx, officer=found.officer),
            actor=SYSTEM,
            name="wrong password",
        )
    raise NotAuthenticated(
        "credentials_wrong",
        "Login or password is wrong.",
        id="Nama masuk atau kata sandi salah.",
    )


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
