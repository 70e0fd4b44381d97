"""The OpenAPI document says what is so: examples fit, codes exist, every refusal is a problem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import hub
from hub.web.api import commands_and_readings
from hub.web.api.examples import EXAMPLES
from hub.web.api.schema import describe
from hub.wire import MEDIA_PROBLEM

DOCUMENT = describe(commands_and_readings)
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for path in Path(hub.__file__).parent.rglob("*.py")
    if path.parent.name != "api" or path.name in {"blobs.py", "tickets.py"}
)


def operations() -> Iterator[tuple[str, str, dict]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def codes(answer: dict) -> list[str]:
    _problem, narrowed = answer["content"][MEDIA_PROBLEM]["schema"]["allOf"]
    return narrowed["properties"]["code"]["enum"]


def answers() -> Iterator[tuple[str, int, dict]]:
    for _method, path, operation in operations():
        for status, answer in operation["responses"].items():
            yield path, int(status), answer


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_example_fits_its_own_type(kind: type[msgspec.Struct]) -> None:
    sent = msgspec.json.encode(EXAMPLES[kind])

    assert msgspec.json.decode(sent, type=kind) == EXAMPLES[kind]


def test_every_success_has_a_schema_and_an_example() -> None:
    for path, status, answer in answers():
        if status in (200, 201):
            [(media, content)] = answer["content"].items()
            assert content["schema"], path
            assert media == "application/octet-stream" or content["example"], path


def test_every_refusal_is_a_problem_that_lists_its_codes() -> None:
    for path, status, answer in answers():
        if status >= 400:
            [(media, content)] = answer["content"].items()
            assert media == MEDIA_PROBLEM, path
            assert content["example"]["code"] in codes(answer)


def test_no_code_is_promised_that_nothing_answers() -> None:
    promised = {
        code for _path, status, answer in answers() if status >= 400 for code in codes(answer)
    }

    assert {code for code in promised if f'"{code}"' not in SOURCES} == set()


def test_every_command_names_its_key_and_every_address_needs_a_token() -> None:
    assert DOCUMENT["security"] == [{"bearer": []}]
    for method, path, operation in operations():
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert ("Idempotency-Key" in names) == (method == "post"), path
        assert "401" in operation["responses"], path


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _method, _path, operation in operations()]

    assert len(names) == len(set(names))


def test_the_feed_and_the_upload_are_described() -> None:
    feed = DOCUMENT["paths"]["/api/feed"]["get"]
    upload = DOCUMENT["paths"]["/api/blobs"]["post"]

    assert "text/event-stream" in feed["responses"]["200"]["content"]
    assert {one["name"] for one in feed["parameters"]} == {"after", "Last-Event-ID"}
    assert "image/png" in upload["requestBody"]["content"]
