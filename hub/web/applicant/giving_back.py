"""A visitor's way to give the number back: asked once more, then done once however often sent.

The page's address is the only secret: who has it may give the number back and nothing else.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from litestar.types import Receive

from hub import queue
from hub.errors import Conflict, Fault, Refused
from hub.writer import Actor, Writer

log = logging.getLogger(__name__)

LONGEST_FORM = 1024
NAME = "POST /t/give-back"
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Asking:
    """The question whether the number is really to be given back, with the key of its answer."""

    code: str
    number: str
    key: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What the page of a visit says after its number was given back."""

    code: str
    number: str
    seconds: int


async def read_key(receive: Receive) -> str:
    """Return the key of a sent form, empty when it is none of ours or too long."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return ""
        body += message["body"]
        if len(body) > LONGEST_FORM:
            return ""
        if not message["more_body"]:
            break
    key = parse_qs(body.decode("latin-1")).get("key", [""])[0]
    return key if _KEY.fullmatch(key) else ""


async def give_back(writer: Writer, visit: str, ticket: str, key: str) -> bool:
    """Give a waiting ticket back once; False when it could not be stored now.

    A ticket that does not wait any more stays as it is: the visit's page says how it stands.
    """
    try:
        await writer.run(
            lambda tx: queue.give_back(tx, ticket=ticket),
            actor=Actor("visitor", visit, ""),
            key=key,
            request=ticket.encode(),
            name=NAME,
        )
    except Conflict as refusal:
        log.info("ticket %s not given back: %s", ticket, refusal.code)
    except (Refused, Fault) as error:
        log.warning("ticket %s not given back: %s", ticket, type(error).__name__)
        return False
    return True
