"""What the hub answered, as values and as our errors; foreign exceptions stop here."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
import msgspec

from hub import errors
from hub.client.errors import Unreachable
from hub.wire import MEDIA_PROBLEM, SEQ_HEADER, Problem

T = TypeVar("T")

_BY_STATUS: dict[int, type[errors.Refused]] = {
    kind.status: kind
    for kind in (
        errors.NotAuthenticated,
        errors.NotAllowed,
        errors.NotFound,
        errors.Conflict,
        errors.BadInput,
        errors.Busy,
    )
}
_SERVER_ERROR = 500


@contextmanager
def foreign_errors() -> Iterator[None]:
    """Turn every failure of the transport into Unreachable."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Unreachable("timeout", type(error).__name__) from error
    except httpx.ConnectError as error:
        raise Unreachable("refused", _reason(error)) from error
    except httpx.TransportError as error:
        raise Unreachable("broken", type(error).__name__) from error


def refusal_or_fault(answer: httpx.Response) -> errors.LoketError:
    """Return what a failed answer means; its body has been read."""
    problem = _problem(answer)
    kind = _BY_STATUS.get(answer.status_code)
    if answer.status_code >= _SERVER_ERROR and (kind is None or problem is None):
        return Unreachable("failed", f"HTTP {answer.status_code}")
    if problem is None:
        problem = Problem(
            title=answer.reason_phrase,
            status=answer.status_code,
            code=f"http_{answer.status_code}",
            detail=f"the hub answered HTTP {answer.status_code}",
            detail_id=f"hub menjawab HTTP {answer.status_code}",
        )
    if kind is None:
        kind = errors.BadInput if not answer.is_redirect else errors.Refused
    return kind(problem.code, problem.detail, id=problem.detail_id, fields=problem.fields)


def read(answer: httpx.Response, kind: type[T]) -> T:
    """Return the body as `kind`. Raises Unreachable if it is something else."""
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        # the text of a decode error may quote the body: only its type leaves
        raise Unreachable("failed", f"the answer is no {kind.__name__}") from error


def position(answer: httpx.Response) -> int:
    """Return the feed position that the answer names, 0 where it names none."""
    text = answer.headers.get(SEQ_HEADER, "")
    return int(text) if text.isdecimal() else 0


def _problem(answer: httpx.Response) -> Problem | None:
    if not answer.headers.get("content-type", "").startswith(MEDIA_PROBLEM):
        return None
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        return None


def _reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate: {cause.verify_message} (give the hub's tls/ca.pem as --ca)"
        cause = cause.__cause__ or cause.__context__
    return "connection refused"
