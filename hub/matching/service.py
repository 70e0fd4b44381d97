"""A service that is asked in place of the office's list: one question, one answer, JSON over HTTPS.

    POST url, Authorization: Bearer token
    {"id","name","dob"?,"sex"?,"nationality"?,"passport"?,"on","nearest"}
    200 {"threshold","size","found":[{"entry","score","withdrawn"?,"reasons"?}, …]}

`entry` is a line of a list (docs/screening.md), `reasons` are `{"id","en","adds"}`. Whatever else
comes back, or nothing, means that the service is away: nobody is clear for it.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import httpx
import msgspec

from hub.cekal.records import Entry, Query
from hub.matching.port import (
    Answer,
    Away,
    Found,
    Reason,
    Standing,
    Why,
    entry_version,
    standing_of,
)
from hub.office import OfficeConfig
from hub.office.cekal_rules import CekalService

LARGEST_ANSWER: Final = 4 * 1024 * 1024
MOST_FOUND: Final = 100
OK, UNKNOWN, FORBIDDEN, TROUBLED = 200, 401, 403, 500
"""RFC 9110 §15."""


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person, the office's day, and how many of the nearest entries are wanted."""

    id: str
    name: str
    on: str
    nearest: int
    dob: str | None = None
    sex: str | None = None
    nationality: str | None = None
    passport: str | None = None


class SaidReason(msgspec.Struct, frozen=True):
    """Why an entry is like the person, in both languages, and what that adds."""

    id: str
    en: str
    adds: float = 0.0


class SaidEntry(msgspec.Struct, frozen=True):
    """An entry that the person may be."""

    entry: dict[str, str | list[str] | None]
    score: float
    withdrawn: bool = False
    reasons: list[SaidReason] = []


class Said(msgspec.Struct, frozen=True):
    """A whole answer; `threshold` is the score from which a person is shown."""

    threshold: float
    size: int
    found: list[SaidEntry]


_SAID: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def connect(office: OfficeConfig) -> Service:
    """Return the service that office.toml names; it is spoken to when there is somebody to ask."""
    return Service(office.cekal_service, office.cekal.answers_within_s)


class Service:
    """Asks by HTTP, one connection a question: what was wrong with the last is not carried on."""

    def __init__(self, rules: CekalService, within_s: float) -> None:
        self._rules = rules
        self._within_s = within_s

    async def ask(self, query: Query, on: date, nearest: int) -> Answer:
        """Return what the service says of a person. Raises Away."""
        asked = Asked(
            id=query.id,
            name=query.name,
            on=on.isoformat(),
            nearest=nearest,
            dob=query.dob,
            sex=query.sex,
            nationality=query.nationality,
            passport=query.passport,
        )
        content = await self._exchange(msgspec.json.encode(asked))
        return answer_of(content, on)

    async def _exchange(self, question: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._rules.token_file:
            headers["Authorization"] = f"Bearer {self._token()}"
        try:
            # no proxy of the environment and no redirection: a name goes where office.toml says
            async with (
                httpx.AsyncClient(
                    verify=self._trusted(), timeout=self._within_s, trust_env=False
                ) as client,
                client.stream(
                    "POST", self._rules.url, content=question, headers=headers
                ) as response,
            ):
                _must_be_ok(response.status_code)
                return await _bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away(_why(error)) from error

    def _token(self) -> str:
        try:
            token = Path(self._rules.token_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Away("token_file") from error
        if not token or not token.isprintable():
            raise Away("token_file")
        return token

    def _trusted(self) -> ssl.SSLContext:
        """Return whom to believe: the authorities of the machine, and that of the office."""
        context = ssl.create_default_context()
        if self._rules.ca_file:
            try:
                context.load_verify_locations(self._rules.ca_file)
            except OSError as error:  # ssl.SSLError is one: the file holds no certificate
                raise Away("ca_file") from error
        return context


def _must_be_ok(status: int) -> None:
    if status in (UNKNOWN, FORBIDDEN):
        raise Away("refused")
    if status != OK:
        raise Away("troubled" if status >= TROUBLED else "nonsense")


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LARGEST_ANSWER:
            raise Away("nonsense")
    return bytes(content)


def answer_of(content: bytes, on: date) -> Answer:
    """Return the content of an answer, best first. Raises Away if it cannot be relied on."""
    try:
        said = _SAID.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Away("nonsense") from error
    # a list of nobody, or a threshold that nobody reaches, would call everybody clear
    sound = 0 < said.threshold <= 1 and said.size > 0 and len(said.found) <= MOST_FOUND
    if not sound or not all(0 <= one.score <= 1 for one in said.found):
        raise Away("nonsense")
    found = sorted(_found(said, on), key=lambda one: -one.score)
    if len({one.entry.id for one in found}) < len(found):
        raise Away("nonsense")
    return Answer(found, said.threshold, said.size)


def _found(said: Said, on: date) -> Iterator[Found]:
    from hub.cekal.judging import entry_of  # what judges a row reads tables: with the first answer
    from hub.cekal.reading import Row

    for number, one in enumerate(said.found, start=1):
        known = {name: one.entry.get(name) for name in Entry.__struct_fields__}
        try:
            entry = entry_of(Row(number, known))
        except ValueError as error:
            raise Away("nonsense") from error
        standing: Standing = "withdrawn" if one.withdrawn else standing_of(entry, on)
        reasons = [
            Reason(reason.id, reason.en, reason.adds)
            for reason in one.reasons
            if math.isfinite(reason.adds)
        ]
        yield Found(entry, entry_version(entry), one.score, standing, reasons)


def _why(error: Exception) -> Why:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "certificate"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "silent"
    return "nonsense" if isinstance(error, httpx.ProtocolError) else "unreachable"
