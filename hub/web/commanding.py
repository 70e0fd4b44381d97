"""How an HTTP request becomes a command: its key, its bytes, its author, and the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from hub.errors import BadInput
from hub.office import OfficeConfig
from hub.tickets.tracking import Tracking
from hub.web.bodies import read_body
from hub.web.connection import AnyConnection, AnyRequest
from hub.web.station_kinds import kinds_of, require_kind
from hub.web.tokens import Tokens
from hub.wire import KEY_HEADER, SEQ_HEADER, FieldFault, Ticket
from hub.writer import Actor, Done, Tx, Writer

T = TypeVar("T")
B = TypeVar("B", bound=msgspec.Struct)
JSON = "application/json"
KEY_PATTERN = r"^[!-~]{8,80}$"
_KEY = re.compile(r"[!-~]{8,80}")


@dataclass(frozen=True, slots=True)
class Commanding:
    """A station's command: runs in the writer under its idempotency key."""

    writer: Writer
    office: OfficeConfig
    station: Actor
    key: str
    request: bytes
    name: str
    tracking: Tracking

    def read(self, kind: type[B]) -> B:
        """Return the JSON body as `kind`. Raises BadInput `json_malformed`, `body_invalid`."""
        return read_body(self.request, kind)

    async def run(self, command: Callable[[Tx], T], answer: object = None) -> Done[T]:
        """Run `command`; a replay is decoded as `answer`. Raises Refused."""
        return await self.writer.run(
            command,
            actor=self.station,
            key=self.key,
            request=self.request,
            name=self.name,
            answer=cast("type[T] | None", answer),
        )


async def provide_station(request: AnyRequest, tokens: NamedDependency[Tokens]) -> Actor:
    """Return the station whose token the request carries, if its kind may use the address.

    Raises NotAuthenticated `token_unknown`, NotAllowed `station_kind`.
    """
    station = await tokens.station(bearer(request))
    require_kind(station, kinds_of(request.route_handler))
    return station


async def provide_commanding(request: AnyRequest) -> Commanding:
    """Return the request as a command.

    Raises NotAuthenticated `token_unknown`, NotAllowed `station_kind`, BadInput `key_missing`.
    """
    # taken from the application: each dependency of its own costs a task for every request
    parts = request.app.state
    station = await provide_station(request, cast("Tokens", parts.tokens))
    key = request.headers.get(KEY_HEADER, "")
    if not is_key(key):
        raise BadInput(
            "key_missing",
            f"Send a fresh {KEY_HEADER} header of 8 to 80 ASCII characters with every command.",
            id=f"Kirim header {KEY_HEADER} baru, 8 sampai 80 huruf ASCII, pada setiap perintah.",
            fields=[FieldFault(field=KEY_HEADER, code="missing")],
        )
    name = f"{request.method} {request.url.path}"
    body = await request.body()
    return Commanding(parts.writer, parts.office, station, key, body, name, parts.tracking)


def is_key(given: str) -> bool:
    """Return whether `given` can be an idempotency key."""
    return _KEY.fullmatch(given) is not None


def bearer(connection: AnyConnection) -> str:
    """Return the bearer token of a request, empty if there is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def ticket_answer(done: Done[Ticket], tracking: Tracking) -> Response[bytes]:
    """Return an issued ticket, with the address of its page where phones can reach the office.

    The address is never remembered with the answer: it is derived anew each time.
    """
    if not tracking.on:
        return answer(done, status=201)
    body = msgspec.json.encode(tracking.told(done.value))
    return Response(body, status_code=201, headers={SEQ_HEADER: str(done.seq)}, media_type=JSON)


def answer(done: Done[T], *, status: int = 200) -> Response[bytes]:
    """Return a command's answer exactly as it is remembered, with its sequence number."""
    headers = {SEQ_HEADER: str(done.seq)}
    if done.value is None:
        return Response(b"", status_code=204, headers=headers, media_type=JSON)
    return Response(done.body, status_code=status, headers=headers, media_type=JSON)
