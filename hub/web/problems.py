"""Refusals and failures as RFC 9457 problem details, or as a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.exc import OperationalError

from hub.errors import NotAuthenticated, Refused
from hub.storage import database_away
from hub.web.connection import AnyRequest
from hub.web.refusal import refusal_page
from hub.wire import MEDIA_PROBLEM, FieldFault, Problem, Words

log = logging.getLogger(__name__)

RETRY_AFTER_S = 2

# what the framework refuses by itself: our code, title and remedy by its status
_FRAMEWORK: Mapping[int, tuple[str, str, Words]] = {
    404: (
        "path_unknown",
        "There is nothing at this address",
        Words(
            id="Tidak ada apa pun di alamat ini. Periksa alamatnya.",
            en="There is nothing at this address. Check it for typing errors.",
        ),
    ),
    405: (
        "method_unknown",
        "This address does not take that method",
        Words(
            id="Alamat ini tidak menerima metode itu. Lihat header Allow.",
            en="This address does not take that method. See the Allow header.",
        ),
    ),
    413: (
        "body_too_large",
        "The request is too large",
        Words(
            id="Terlalu besar: berkas paling besar 30 MiB, isian 1 MiB. Pindai lebih kecil, atau "
            "bagi berkasnya. Daftar cekal jangan dibagi: loket cekal import di komputer hub.",
            en="Too large: a file has at most 30 MiB, a form 1 MiB. Scan it smaller, or divide "
            "the file. A cekal list is not to be divided: loket cekal import on the hub's machine.",
        ),
    ),
    415: (
        "media_type",
        "Wrong media type",
        Words(
            id="Kirim isi sebagai application/json (berkas: lihat /api/blobs).",
            en="Send the body as application/json (files: see /api/blobs).",
        ),
    ),
}
_FIELDS = {
    413: FieldFault(field="body", code="too_large"),
    415: FieldFault(field="Content-Type", code="wrong"),
}
_OTHER = (
    "request_invalid",
    "The request does not fit",
    Words(
        id="Permintaan tidak dapat dibaca. Muat ulang halaman lalu kirim lagi.",
        en="The request cannot be read. Reload the page and send it again.",
    ),
)


def answer_refused(request: AnyRequest, refused: Refused) -> Response[object]:
    """Answer a refusal: problem details to programs, a page or the login to people."""
    if _for_programs(request):
        return _problem(refused.problem())
    if isinstance(refused, NotAuthenticated):
        return Redirect(f"/login?to={request.url.path}", status_code=303)
    return refusal_page(refused)


def answer_http(request: AnyRequest, error: HTTPException) -> Response[object]:
    """Answer what the framework refused: an unknown path, a method, a body too large."""
    if error.status_code >= 500:
        return answer_failure(request, error)
    code, title, words = _FRAMEWORK.get(error.status_code, _OTHER)
    status = error.status_code if error.status_code in _FRAMEWORK else 422
    if not _for_programs(request):
        refused = Refused(code, words.en, id=words.id)
        return refusal_page(refused, status=status, back=_page_of(request))
    field = _FIELDS.get(status)
    problem = Problem(
        title=title,
        status=status,
        code=code,
        detail=words.en,
        detail_id=words.id,
        fields=[field] if field else [],
    )
    return _problem(problem, allow=(error.headers or {}).get("allow", ""))


def answer_failure(request: AnyRequest, error: Exception) -> Response[object]:
    """Answer our own failure; the log has the trace, the answer has none of it."""
    problem = problem_of(error, f"{request.method} {request.url.path}")
    if _for_programs(request):
        return _problem(problem)
    refused = Refused(problem.code, problem.detail, id=problem.detail_id)
    return refusal_page(refused, status=problem.status)


def problem_of(error: Exception, request: str) -> Problem:
    """Return what a program is told of an error; `request` names it in the log if it is ours."""
    if isinstance(error, Refused):
        return error.problem()
    if isinstance(error, OperationalError):
        log.warning("%s: %s", request, error.orig)
        return database_away().problem()
    log.error("%s failed", request, exc_info=error)
    return Problem(
        title="Hub failed",
        status=500,
        code="hub_failed",
        detail="The hub failed on this request. Repeat it with the same key.",
        detail_id="Hub gagal mengolah permintaan ini. Ulangi dengan kunci yang sama.",
    )


def _page_of(request: AnyRequest) -> str:
    """Return the page of the case whose form was refused, if it was one."""
    parts = request.url.path.split("/")
    return "/".join(parts[:3]) if request.method == "POST" and parts[1] == "case" else ""


def _for_programs(request: AnyRequest) -> bool:
    return request.url.path.startswith("/api/")


def problem_headers(problem: Problem) -> dict[str, str]:
    """Return the headers that go with a problem."""
    headers = {
        "Content-Type": MEDIA_PROBLEM,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="loket"'  # RFC 9110 §11.6.1
    if problem.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return headers


def _problem(problem: Problem, *, allow: str = "") -> Response[object]:
    headers = problem_headers(problem)
    if allow:
        headers["Allow"] = allow  # RFC 9110 §15.5.6
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_PROBLEM,
        headers=headers,
    )
