"""Refusals and failures as RFC 9457 problem details, or as a page for people."""

from __future__ import annotations

import logging
import re

import msgspec
from litestar import Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.response import Redirect

from hub.errors import BadInput, NotAuthenticated, Refused
from hub.web.connection import AnyRequest
from hub.web.officer.refusal import refusal_page
from hub.wire import MEDIA_PROBLEM, FieldFault, Problem

log = logging.getLogger(__name__)
_FIELD = re.compile(r"(?:field `|at `\$\.)([^`]+)`")


def answer_refused(request: AnyRequest, refused: Refused) -> Response[object]:
    """Answer a refusal: problem details to programs, a page or the login to people."""
    if _for_programs(request):
        return _problem(refused.problem())
    if isinstance(refused, NotAuthenticated):
        return Redirect(f"/login?to={request.url.path}", status_code=303)
    return refusal_page(refused)


def answer_http(request: AnyRequest, error: HTTPException) -> Response[object]:
    """Answer what the framework refused: a body that does not fit, an unknown path, a method."""
    if isinstance(error, ValidationException):
        return answer_refused(request, body_invalid(error))
    if error.status_code >= 500:
        return answer_failure(request, error)
    code, title = _code_of(error)
    if _for_programs(request):
        return _problem(
            Problem(title=title, status=error.status_code, code=code, detail=error.detail)
        )
    return refusal_page(Refused(code, title), status=error.status_code)


def answer_failure(request: AnyRequest, error: Exception) -> Response[object]:
    """Answer our own failure; the log has the trace, the answer has none of it."""
    if isinstance(error, RecursionError):
        too_deep = FieldFault(field="body", code="invalid", message="nested too deeply")
        text = "The request does not fit: it is nested too deeply."
        return answer_refused(request, BadInput("body_invalid", text, fields=[too_deep]))
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    problem = Problem(
        title="Hub failed",
        status=500,
        code="hub_failed",
        detail="The hub failed on this request. Repeat it with the same key.",
        detail_id="Hub gagal mengolah permintaan ini. Ulangi dengan kunci yang sama.",
    )
    if _for_programs(request):
        return _problem(problem)
    return refusal_page(Refused(problem.code, problem.detail, id=problem.detail_id), status=500)


def body_invalid(error: ValidationException) -> BadInput:
    """Return the refusal that names every field the framework found faulty."""
    extra = error.extra if isinstance(error.extra, list) else []
    faults = [
        _fault(str(one.get("key") or "body"), str(one.get("message", "")))
        for one in extra
        if isinstance(one, dict)
    ]
    return BadInput(
        "body_invalid",
        "The request does not fit: see the named fields.",
        id="Permintaan tidak sesuai: lihat isian yang disebut.",
        fields=faults or [FieldFault(field="body", code="invalid", message=error.detail)],
    )


def _fault(key: str, message: str) -> FieldFault:
    # the decoder's own words: "… unknown field `x`", "… missing required field `y`", "… - at `$.z`"
    named = _FIELD.search(message)
    return FieldFault(field=named[1] if named else key, code="invalid", message=message)


def _code_of(error: HTTPException) -> tuple[str, str]:
    if isinstance(error, NotFoundException):
        return "path_unknown", "There is nothing at this address"
    if isinstance(error, MethodNotAllowedException):
        return "method_unknown", "This address does not take that method"
    if error.status_code == 413:
        return "body_too_large", "The request is too large"
    if error.status_code == 415:
        return "media_type", "Send application/json"
    if isinstance(error, ClientException):
        return "body_invalid", "The request does not fit"
    return "hub_failed", "The hub failed"


def _for_programs(request: AnyRequest) -> bool:
    return request.url.path.startswith("/api/")


def _problem(problem: Problem) -> Response[object]:
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_PROBLEM
    )
