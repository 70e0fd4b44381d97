"""The OpenAPI document: every address, what it takes, what it answers, and every refusal's code.

Written from what stands beside the handlers (`described`) and from the wire's own structs; the
feed is no handler of this kind and is added by hand.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import chain

import msgspec
from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from hub.web.api.description import FOR_ALL, KEY, Described, Refusals
from hub.web.api.examples import EXAMPLES, REFUSED
from hub.web.commanding import JSON, KEY_PATTERN
from hub.web.station_kinds import EVERYBODY, whose
from hub.wire import KEY_HEADER, MEDIA_PROBLEM, SEQ_HEADER, Event, Problem
from hub.wire.bounds import Id

PREFIX = "/api"
REFERENCE = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"{(\w+):(\w+)}")
_BINARY = {"type": "string", "format": "binary"}
Json = dict[str, object]

ABOUT = """
Commands and reading for kiosks, counter agents and other programs.

Every request carries `Authorization: Bearer TOKEN`; every command also a fresh `Idempotency-Key`:
repeat a command whose answer was lost with the same key, and its first answer comes again.
Every refusal is `application/problem+json` with a stable `code`, the faulty `fields`, and what to
do in English (`detail`) and Indonesian (`detail_id`). Ids are 32 hex digits, instants RFC 3339.
`x-station-kinds` says whose tokens an address takes; any other is refused (403 `station_kind`).
""".strip()


def schema_route(handlers: Sequence[HTTPRouteHandler]) -> HTTPRouteHandler:
    """Return the handler that serves the document of `handlers`; it needs no token."""
    document = msgspec.json.encode(describe(handlers))

    @get("/schema/openapi.json", sync_to_thread=False)
    def openapi() -> Response[bytes]:
        """Return the OpenAPI document."""
        return Response(document, media_type=MediaType.JSON)

    return openapi


def describe(handlers: Sequence[HTTPRouteHandler]) -> Json:
    """Return the OpenAPI 3.1 document of `handlers` and of the feed."""
    paths: dict[str, Json] = {}
    for handler in handlers:
        for path in handler.paths:
            shown = PREFIX + _PARAMETER.sub(r"{\1}", path)
            for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                paths.setdefault(shown, {})[method.lower()] = _operation(handler, path, method)
    paths[f"{PREFIX}/feed"] = {"get": _feed()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Loket hub", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _components(handlers),
        },
    }


def _operation(handler: HTTPRouteHandler, path: str, method: str) -> Json:
    told = _told(handler)
    names = _PARAMETER.findall(path)
    command = method == "POST"
    refusals = told.refusals(command=command, path_parameters=bool(names))
    module = handler.fn.__module__.rpartition(".")[2]
    operation: Json = {
        "operationId": f"{module}_{handler.fn.__name__.strip('_')}",
        "tags": [module],
        "summary": (inspect.getdoc(handler.fn) or "").partition("\n")[0],
        "description": f"For the token of {whose(told.kinds)}.",
        "x-station-kinds": sorted(told.kinds),
        "parameters": [_path_parameter(*name) for name in names] + ([_KEY] if command else []),
        "responses": _success(handler, told, command=command) | _problems(refusals),
    }
    body = _body(told)
    return operation | ({"requestBody": body} if body else {})


def _success(handler: HTTPRouteHandler, told: Described, *, command: bool) -> Json:
    status = handler.status_code
    answer: Json = {"description": HTTPStatus(status).phrase}
    headers = {"headers": {SEQ_HEADER: _SEQ}} if command else {}
    if told.answer is not None:
        answer["content"] = {JSON: _media(told.answer)}
    if told.gives_file:
        answer["content"] = {"application/octet-stream": {"schema": _BINARY}}
    answers: Json = {str(status): answer | headers}
    if told.may_be_empty:
        answers["204"] = {"description": "Nobody is there; nothing was changed."} | headers
    return answers


def _body(told: Described) -> Json | None:
    if told.takes_files:
        content: Json = {media: {"schema": _BINARY} for media in told.takes_files}
    elif told.body is not None:
        content = {JSON: _media(told.body)}
    else:
        return None
    return {"required": True, "content": content}


def _media(kind: type[msgspec.Struct]) -> Json:
    example = msgspec.to_builtins(EXAMPLES[kind])
    return {"schema": _reference(kind), "example": example}


def _problems(refusals: Refusals) -> Json:
    return {str(status): _problem(status, codes) for status, codes in refusals.items()}


def _problem(status: int, codes: Sequence[str]) -> Json:
    narrowed = {"properties": {"status": {"const": status}, "code": {"enum": sorted(set(codes))}}}
    fields = REFUSED.fields if status == HTTPStatus.UNPROCESSABLE_ENTITY else []
    example = msgspec.structs.replace(
        REFUSED, status=status, code=min(codes), title=HTTPStatus(status).phrase, fields=fields
    )
    problem: Json = {
        "description": HTTPStatus(status).phrase,
        "content": {
            MEDIA_PROBLEM: {
                "schema": {"allOf": [_reference(Problem), narrowed]},
                "example": msgspec.to_builtins(example),
            }
        },
    }
    headers = _HEADERS_OF.get(status)
    return problem | ({"headers": headers} if headers else {})


def _feed() -> Json:
    said = "id: 42\nevent: ticket.called\ndata: {…}\n\nid: 43\n\n"
    position = {"type": "integer", "minimum": 0}
    refusals = {**FOR_ALL, 422: ("position_invalid",)}
    return {
        "operationId": "feed",
        "x-station-kinds": sorted(EVERYBODY),
        "tags": ["feed"],
        "summary": "Follow what happens, as server-sent events.",
        "description": (
            "`data` is one Event as JSON. A frame with only an `id` moves the position. "
            "`event: reset` says that too much was missed: read a snapshot (/api/queue) and "
            "follow from its `seq`. Last-Event-ID wins over `after`; without both the feed "
            "begins now."
        ),
        "parameters": [
            {"name": "after", "in": "query", "required": False, "schema": position},
            {"name": "Last-Event-ID", "in": "header", "required": False, "schema": position},
        ],
        "responses": {
            "200": {
                "description": "Frames without end; at least one every 15 seconds.",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "string", "contentSchema": _reference(Event)},
                        "example": said,
                    }
                },
            }
        }
        | _problems(refusals),
    }


def _components(handlers: Sequence[HTTPRouteHandler]) -> Mapping[str, object]:
    told = [_told(handler) for handler in handlers]
    named = chain.from_iterable((one.answer, one.body) for one in told)
    kinds = {kind for kind in named if kind is not None} | {Problem, Event}
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    # the one type without a schema is `object`, the values of an event's body
    _, components = msgspec.json.schema_components(
        ordered, schema_hook=lambda _kind: {"description": "any JSON value"}, ref_template=REFERENCE
    )
    return dict(sorted(components.items()))


def _path_parameter(name: str, kind: str) -> Json:
    schema: Json = {"type": "integer", "minimum": 1, "maximum": 99}
    if kind == "str":
        schema = msgspec.json.schema(Id)
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _reference(kind: type[msgspec.Struct]) -> Json:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def _told(handler: HTTPRouteHandler) -> Described:
    told: Described = handler.opt[KEY]
    return told


_KEY: Json = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "description": "Fresh for every command; the same for a repeat of a lost one.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 80, "pattern": KEY_PATTERN},
    "example": "5f0c8d2e-ticket-1",
}
_SEQ: Json = {
    "description": "The feed position of the command's last event.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_HEADERS_OF: Mapping[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
}
