"""The database goes away under two serving hubs, and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from living_hub import LivingHub, key, make_template

from bench.cluster import Cluster
from hub.demo.errors import ChildFailed
from hub.demo.processes import Crew, loket, run

BODY = {"service": "information"}
AT_WORK_AGAIN_S = 60.0


@pytest.fixture(scope="module")
def mortal() -> Iterator[Cluster]:
    """A PostgreSQL that the tests may stop."""
    with Cluster(durable=True) as running:
        yield running


@pytest.fixture(scope="module")
def mortal_template(mortal: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    url = mortal.create("mortal_office")
    return make_template(tmp_path_factory.mktemp("office"), "--database", url)


@pytest.fixture
def hubs(
    mortal: Cluster, mortal_template: Path, tmp_path: Path, crew: Crew
) -> Iterator[tuple[LivingHub, LivingHub]]:
    """Two hubs on it; at the end the records are sound."""
    one = LivingHub(mortal_template, tmp_path / "office", crew, cluster=mortal)
    yield one, one.beside()
    assert one.check().startswith("sound")


def issue(hub: LivingHub) -> httpx.Response:
    with hub.client("kiosk") as kiosk:
        return kiosk.post("/api/tickets", json=BODY, headers=key())


def insist(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until it is no 503 any more; fails after a while."""
    until = time.monotonic() + AT_WORK_AGAIN_S
    while (answer := ask()).status_code == httpx.codes.SERVICE_UNAVAILABLE:
        assert time.monotonic() < until, answer.text
    return answer


def test_everything_is_refused_in_words_and_works_again(
    hubs: tuple[LivingHub, LivingHub], mortal: Cluster
) -> None:
    one, other = hubs
    before = issue(one)

    mortal.stop()
    command = issue(one)
    with one.client() as client:
        read = client.get("/api/queue")
    mortal.start()
    after = insist(lambda: issue(one))
    elsewhere = insist(lambda: issue(other))

    assert before.status_code == httpx.codes.CREATED
    assert command.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert command.json()["code"] == "storage_failed"
    assert read.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert read.json()["code"] == "database_away"
    numbers = [answer.json()["number"] for answer in (before, after, elsewhere)]
    assert numbers == ["I-001", "I-002", "I-003"]


def test_a_feed_that_was_open_goes_on_after_a_crash_of_the_database(
    hubs: tuple[LivingHub, LivingHub], mortal: Cluster
) -> None:
    one, other = hubs
    seq = int(issue(one).headers["loket-seq"])
    with (
        other.client() as client,
        client.stream("GET", "/api/feed", params={"after": seq}, timeout=60) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == f"id: {seq}"

        mortal.crash()
        mortal.start()
        later = insist(lambda: issue(one))

        heard = _next_event(lines)

    assert heard == (int(later.headers["loket-seq"]), "ticket.issued")


def _next_event(lines: Iterator[str]) -> tuple[int, str]:
    """The next event's position and kind; what a program may not see is a bare position."""
    position = 0
    for line in lines:
        name, _, text = line.partition(": ")
        if name == "id":
            position = int(text)
        elif name == "event":
            return position, text
    message = "the feed ended"
    raise AssertionError(message)


def test_a_hub_does_not_start_without_its_database_and_says_so(
    hubs: tuple[LivingHub, LivingHub], mortal: Cluster
) -> None:
    one, _other = hubs
    one.kill()

    mortal.stop()
    with pytest.raises(ChildFailed, match="Basis data tidak menjawab") as refused:
        run("serve", loket("hub", "serve", "--data", one.data, "--plain", "--port", "0"))
    mortal.start()
    one.start()

    assert "The database does not answer" in str(refused.value)
    assert "Traceback" not in str(refused.value)
    assert issue(one).status_code == httpx.codes.CREATED
