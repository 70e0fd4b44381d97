"""Every address of the hub's OpenAPI document, with bodies that fit it and bodies that do not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from hub.admin import CheckRecords, perform
from hub.clock import SystemClock
from hub.settings import settings_for
from hub.web import api
from hub.wire import MEDIA_PROBLEM, Problem

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fuzz")]

PROBLEMS = {400, 401, 403, 404, 405, 409, 413, 415, 422, 503}
EXAMPLES = 20

# the same examples each time: a failure is repeated by running the test again
bounded = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def addresses() -> Iterator[tuple[str, str]]:
    for route in api.routes:
        for path in route.paths:
            for method in sorted(route.http_methods - {"HEAD", "OPTIONS"}):
                yield method, "/api" + re.sub(r"{(\w+):\w+}", r"{\1}", path)


ADDRESSES = sorted(addresses())


class FuzzedHub:
    """A hub as a program sees it, with a ticket in every state a program can bring about."""

    def __init__(self, hub) -> None:
        self.hub = hub
        self.program = hub.station("program")
        self.session = requests.Session()
        self.session.headers["Authorization"] = self.program.http.headers["Authorization"]
        self.schema = schemathesis.openapi.from_dict(
            self.program.get("/api/schema/openapi.json").json()
        )
        self.schema.config.update(base_url=hub.url)
        self.keys = (f"fuzz-{number:06d}" for number in itertools.count())
        self.tickets = [self._ticket() for _ in range(6)]
        for counter in (1, 3):
            self.program.post(f"/api/counters/{counter}/open", {})
            self.program.post(f"/api/counters/{counter}/call-next", {})

    def _ticket(self) -> str:
        return self.program.post("/api/tickets", {"service": "information"}).json()["id"]

    def send(self, case: schemathesis.Case) -> Response:
        case.headers = {
            **(case.headers or {}),
            "Idempotency-Key": next(self.keys),
        }
        return case.call(session=self.session, timeout=30)


@pytest.fixture(scope="module")
def fuzzed(hub) -> Iterator[FuzzedHub]:
    opened = FuzzedHub(hub)
    yield opened
    opened.session.close()


def fits(case: schemathesis.Case, response: Response) -> None:
    """Success is as documented; everything else is a problem with a stable code and no trace."""
    if response.status_code in PROBLEMS:
        assert response.headers["content-type"] == [MEDIA_PROBLEM]
        problem = msgspec.json.decode(response.content, type=Problem)
        assert problem.status == response.status_code
        assert re.fullmatch(r"[a-z_]+", problem.code)
        case.validate_response(response, checks=[not_a_server_error])
    elif response.status_code == 204:
        case.validate_response(response, checks=[not_a_server_error])
        assert response.content == b""
    else:
        case.validate_response(response, checks=[not_a_server_error, status_code_conformance])
        if describes_its_answer(case, response.status_code):
            case.validate_response(response, checks=[response_schema_conformance])


def describes_its_answer(case: schemathesis.Case, status: int) -> bool:
    # commands answer with remembered bytes; where only that is documented there is no schema
    answer = case.operation.definition.raw["responses"][str(status)]["content"]
    return answer.get("application/json", {}).get("schema") != {"type": "string"}


def known_path(case: schemathesis.Case, fuzzed: FuzzedHub, place: int, counter: int) -> None:
    if "ticket" in case.path_parameters:
        case.path_parameters["ticket"] = fuzzed.tickets[place]
    if "counter" in case.path_parameters:
        case.path_parameters["counter"] = counter


def test_the_document_names_every_address(fuzzed: FuzzedHub) -> None:
    documented = {
        (method.upper(), path)
        for path, operations in fuzzed.schema.raw_schema["paths"].items()
        for method in operations
    }

    assert documented == set(ADDRESSES)


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_request_that_fits_the_document_never_fails(
    fuzzed: FuzzedHub, method: str, path: str
) -> None:
    operation = fuzzed.schema[path][method]

    @bounded
    @given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        place=st.integers(0, 5),
        counter=st.integers(1, 4),
    )
    def meets(case: schemathesis.Case, place: int, counter: int) -> None:
        known_path(case, fuzzed, place, counter)

        fits(case, fuzzed.send(case))

    meets()


@pytest.mark.parametrize(
    ("method", "path"), [one for one in ADDRESSES if one[0] == "POST" and "blobs" not in one[1]]
)
def test_a_body_that_does_not_fit_is_refused(fuzzed: FuzzedHub, method: str, path: str) -> None:
    operation = fuzzed.schema[path][method]

    @bounded
    @given(
        case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        place=st.integers(0, 5),
        counter=st.integers(1, 4),
    )
    def meets(case: schemathesis.Case, place: int, counter: int) -> None:
        known_path(case, fuzzed, place, counter)

        response = fuzzed.send(case)

        fits(case, response)
        case.validate_response(response, checks=[negative_data_rejection])

    meets()


@pytest.mark.parametrize(("method", "path"), [one for one in ADDRESSES if "{" in one[1]])
def test_an_unknown_thing_is_not_found(fuzzed: FuzzedHub, method: str, path: str) -> None:
    operation = fuzzed.schema[path][method]

    @bounded
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def meets(case: schemathesis.Case) -> None:
        assume(case.path_parameters.get("counter") not in (1, 2, 3, 4))

        response = fuzzed.send(case)

        fits(case, response)
        assert response.status_code in PROBLEMS

    meets()


def test_after_all_that_the_records_are_sound(fuzzed: FuzzedHub) -> None:
    assert perform(settings_for(fuzzed.hub.folder), SystemClock(), CheckRecords()) == []
