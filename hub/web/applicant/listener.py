"""The phones' listener as a small ASGI application: pages, their parts, their stream, files.

    GET /t/<code>          the page            GET /t/<code>/stream   "changed", as it happens
    GET /t/<code>/live     its live part       GET /static/<name>     five files of the page
    GET, POST /t/<code>/give-back              the question, and the number given back
    GET /c/<code>          how a case stands

Everything else is 404. Nothing else can be changed here, no cookie is set, no header is believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import parse_qs

from litestar.enums import ScopeType
from litestar.types import HTTPScope, Receive, Scope, Send

from hub.cases import public_page
from hub.cases.public_page import CasePage
from hub.feed import Feed, Frame, Subscription, Viewer, to_wire
from hub.house import House
from hub.tickets import WAITING
from hub.tickets.tracking import CODE_SIGNS, Tracking
from hub.web.applicant.giving_back import Asking, GivenBack, give_back, read_key
from hub.web.applicant.limits import Misses
from hub.web.applicant.reading import PhoneView, given_back, read_visit, said_of
from hub.web.rendering import HEADERS as PAGE_HEADERS
from hub.web.rendering import WEB, environment
from hub.web.words import Language, Speech, language
from hub.writer import Writer

FILES = {
    "phone.css": "text/css; charset=utf-8",
    "phone.js": "text/javascript; charset=utf-8",
    "icons.svg": "image/svg+xml",
    "favicon.svg": "image/svg+xml",
    "fonts/plus-jakarta-sans-latin-wght-normal.woff2": "font/woff2",
}
MOST_STREAMS = 2000
"""More phones than this fetch now and then instead of following."""
_CODE = re.compile(rf"/t/([a-z2-7]{{{CODE_SIGNS}}})(/live|/stream|/give-back)?", re.IGNORECASE)
_CASE = re.compile(rf"/c/([a-z2-7]{{{CODE_SIGNS}}})", re.IGNORECASE)
GIVE_BACK = "/give-back"
VISIT_OVER, CASE_OVER, CASE_UNKNOWN = "phone_over", "case_over", "case_unknown"
"""What is said of a code that has no page: a word, and its note."""
Headers = dict[str, str]


class Phones:
    """Serves the phones of one office."""

    def __init__(self, house: House, feed: Feed, writer: Writer, tracking: Tracking) -> None:
        self._house = house
        self._feed = feed
        self._writer = writer
        self._tracking = tracking
        self._cases = public_page.CaseCodes(house.procedure.keyring)
        self._misses = Misses()
        self._streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            return
        path = str(scope["path"])
        found = _CODE.fullmatch(path)
        allowed = ["GET", "HEAD"]
        if found and (found[2] or "").lower() == GIVE_BACK:
            allowed.append("POST")
        if scope["method"] not in allowed:
            await _answer(send, 405, b"", {"Allow": ", ".join(allowed)})
        elif path.startswith("/static/"):
            await self._file(path.removeprefix("/static/"), send)
        elif found:
            await self._visit(found[1].upper(), (found[2] or "").lower(), scope, receive, send)
        elif case := _CASE.fullmatch(path):
            await self._case(case[1].upper(), scope, send)
        else:
            await _answer(send, 404, b"")

    async def _file(self, name: str, send: Send) -> None:
        kind = FILES.get(name)
        if kind is None:
            await _answer(send, 404, b"")
            return
        content = await asyncio.to_thread((WEB / "static" / PurePosixPath(name)).read_bytes)
        kept = {"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable"}
        await _answer(send, 200, content, kept | {"X-Content-Type-Options": "nosniff"})

    async def _visit(
        self, code: str, part: str, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        visit = self._tracking.find(code) or await self._looked_up(
            code, self._learned, scope, send, VISIT_OVER
        )
        if visit is None:
            return
        found = await asyncio.to_thread(self._read, visit, code)
        if found is None:
            back = await asyncio.to_thread(self._given_back, visit, code)
            await self._over(scope, send, 410, VISIT_OVER, back)
            return
        view, lang = found
        speech = self._speech(scope, lang)
        if part == GIVE_BACK and view.state == WAITING:
            await self._give_back(visit, view, speech, scope, receive, send)
        elif part == GIVE_BACK:
            await _answer(send, 303, b"", _to_page(view.code, speech))
        elif part == "/stream":
            await self._stream(view, receive, send)
        else:
            template = "phone_live.html" if part else "phone.html"
            await self._page(send, template, view, speech, told=said_of(view, speech))

    async def _give_back(
        self,
        visit: str,
        view: PhoneView,
        speech: Speech,
        scope: HTTPScope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Ask whether the number is to be given back; if that was answered, do it."""
        failed = False
        if scope["method"] == "POST" and (key := await read_key(receive)):
            if await give_back(self._writer, visit, view.ticket, key):
                await _answer(send, 303, b"", _to_page(view.code, speech))
                return
            failed = True
        asking = Asking(view.code, view.number, uuid.uuid4().hex, failed)
        await self._page(
            send, "phone_give_back.html", asking, speech, status=503 if failed else 200
        )

    def _given_back(self, visit: str, code: str) -> GivenBack | None:
        house = self._house
        today = house.procedure.office.today(house.clock.now())
        with house.database.reading_core() as connection:
            number = given_back(connection, house.office_no, visit, today)
        seconds = house.procedure.office.queue.undo_within_s
        return GivenBack(code, number, seconds) if number else None

    async def _looked_up(
        self,
        code: str,
        learned: Callable[[str], str | None],
        scope: HTTPScope,
        send: Send,
        nobodys: str,
    ) -> str | None:
        """Return what an unknown code is for; None when it was answered with 404 or 429.

        `nobodys` is what the page says of a code that is nobody's.
        """
        client = scope.get("client")
        address = client[0] if client else ""
        if self._misses.too_many(address, time.monotonic()):
            await _answer(send, 429, b"", {"Retry-After": "60"})
            return None
        found = await asyncio.to_thread(learned, code)
        if found is None:
            self._misses.missed(address, time.monotonic())
            await self._over(scope, send, 404, nobodys)
        return found

    async def _case(self, code: str, scope: HTTPScope, send: Send) -> None:
        case = self._cases.find(code) or await self._looked_up(
            code, self._learned_case, scope, send, CASE_UNKNOWN
        )
        if case is None:
            return
        view = await asyncio.to_thread(self._read_case, case)
        if view is None:
            await self._over(scope, send, 410, CASE_OVER)
            return
        await self._page(send, "phone_case.html", view, self._speech(scope, view.language))

    def _learned_case(self, code: str) -> str | None:
        with self._house.database.reading_core() as connection:
            self._cases.learn(connection, self._house.office_no)
        return self._cases.find(code)

    def _read_case(self, case: str) -> CasePage | None:
        house = self._house
        with house.database.reading() as session:
            at = house.clock.now()
            return public_page.read(session, house.office_no, house.procedure, case, at)

    def _learned(self, code: str) -> str | None:
        house = self._house
        today = house.procedure.office.today(house.clock.now())
        with house.database.reading_core() as connection:
            self._tracking.learn(connection, house.office_no, today)
        return self._tracking.find(code)

    def _read(self, visit: str, code: str) -> tuple[PhoneView, str] | None:
        house = self._house
        with house.database.reading_core() as connection:
            return read_visit(
                connection,
                house.office_no,
                house.procedure.office,
                visit,
                house.clock.now(),
                code,
            )

    def _speech(self, scope: Scope, ticket_language: str) -> Speech:
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [ticket_language])[0]
        return Speech(language(asked), self._house.procedure.office.zone)

    async def _page(
        self,
        send: Send,
        template: str,
        view: PhoneView | Asking | CasePage,
        speech: Speech,
        *,
        status: int = 200,
        told: str = "",
    ) -> None:
        office = self._house.procedure.office.office
        html = (
            environment()
            .get_template(template)
            .render(
                view=view,
                speech=speech,
                say=speech.say,
                also=speech.also,
                office=speech.pick(office.name),
                fee_notice=office.fee_notice,
                complaints=office.complaints,
                told=told,
            )
        )
        await _answer(send, status, html.encode(), _HTML)

    async def _over(
        self, scope: Scope, send: Send, status: int, told: str, back: GivenBack | None = None
    ) -> None:
        """Say in `told` and its note what a code is for that has no page (any more)."""
        lang: Language = self._speech(scope, "id").lang
        speech = Speech(lang, self._house.procedure.office.zone)
        office = self._house.procedure.office.office
        html = (
            environment()
            .get_template("phone_over.html")
            .render(
                speech=speech,
                say=speech.say,
                also=speech.also,
                office=speech.pick(office.name),
                notice=office.fee_notice,
                told=told,
                back=back,
            )
        )
        await _answer(send, status, html.encode(), _HTML)

    async def _stream(self, view: PhoneView, receive: Receive, send: Send) -> None:
        """Say "changed own" or "changed lane" as it happens; the page fetches by itself."""
        if self._streams >= MOST_STREAMS:
            await _answer(send, 503, b"", {"Retry-After": "30"})
            return
        subscription = self._feed.subscribe(Viewer("public"), view.seq)
        subscription.sender = asyncio.current_task()
        watching = asyncio.create_task(_end_when_closed(receive, subscription))
        self._streams += 1
        try:
            await _send_news(subscription, view, send)
        except asyncio.CancelledError:
            if not subscription.over:
                raise
        finally:
            self._streams -= 1
            self._feed.leave(subscription)
            watching.cancel()


_HTML: Headers = {**PAGE_HEADERS, "Content-Type": "text/html; charset=utf-8", "Vary": "*"}
_EVENTS: Headers = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


def _to_page(code: str, speech: Speech) -> Headers:
    return {"Location": f"/t/{code}?lang={speech.lang}", "Cache-Control": "no-store"}


async def _send_news(subscription: Subscription, view: PhoneView, send: Send) -> None:
    await _start(send, 200, _EVENTS)
    while frames := await subscription.next():
        news = {word for frame in frames if (word := _word(frame, view))}
        word = "own" if "own" in news else "lane" if news else ""
        body = f"event: changed\ndata: {word}\n\n" if word else ": still here\n\n"
        await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
    with contextlib.suppress(OSError, RuntimeError):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _word(frame: Frame, view: PhoneView) -> str:
    """Return whom a frame concerns: the person's own ticket, their lane, or nobody here."""
    if frame.reset:
        return "own"
    if frame.event is None:
        return ""
    event = to_wire(frame.event)
    if event.subject == view.ticket or event.kind.startswith("office."):
        return "own"
    in_lane = event.body.get("lane") == view.lane_code or event.kind.startswith("counter.")
    return "lane" if in_lane else ""


async def _end_when_closed(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()


async def _start(send: Send, status: int, headers: Headers) -> None:
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def _answer(send: Send, status: int, body: bytes, headers: Headers | None = None) -> None:
    await _start(send, status, {**(headers or {}), "Content-Length": str(len(body))})
    await send({"type": "http.response.body", "body": body, "more_body": False})
