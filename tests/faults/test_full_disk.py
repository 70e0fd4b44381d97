"""The disk is full: what is full is said with its remedy, nothing acknowledged is lost."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from living_hub import LivingHub
from small_disk import SmallDisk

from hub.demo.errors import ChildFailed
from hub.demo.processes import Crew, loket, run

MOST_TICKETS = 400
PICTURE = b"\xff\xd8" + bytes(20_000)


@pytest.fixture
def disk(crew: Crew, tmp_path: Path) -> SmallDisk:
    return SmallDisk(crew, tmp_path / "disk")


@pytest.mark.parametrize("left_kb", [0, 24, 44, 200, 480])
def test_a_hub_is_made_once_there_is_room(disk: SmallDisk, left_kb: int) -> None:
    init = [*disk.inside, *loket("hub", "init", "--data", disk.folder / "hub")]
    disk.fill(leave_kb=left_kb)

    with pytest.raises(ChildFailed) as refused:
        run("init", init)
    disk.make_room()
    run("init", init)

    told = str(refused.value)
    assert "/disk/hub penuh" in told
    assert "/disk/hub is full" in told
    assert "enlarge it" in told
    assert "Traceback" not in told
    check = [*disk.inside, *loket("hub", "check", "--data", disk.folder / "hub")]
    assert run("check", check).startswith("sound")


def test_a_hub_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    living: Callable[..., LivingHub], disk: SmallDisk
) -> None:
    hub = living(disk=disk)
    with hub.client("kiosk") as kiosk, hub.client("counter-1") as agent:
        disk.fill()
        given: dict[str, str] = {}
        refused = _take_tickets(kiosk, given)
        picture_key = _key()
        no_picture = _upload(agent, picture_key)
        board = kiosk.get("/api/queue")

        disk.make_room()
        again = {key: _ask(kiosk, key).json()["number"] for key in given}
        late = _ask(kiosk, refused.key)
        picture = _upload(agent, picture_key)

    assert refused.answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.answer.json()["code"] == "storage_failed"
    assert "basis data hub penuh" in refused.answer.json()["detail_id"]
    assert no_picture.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "berkas hub (blobs) penuh" in no_picture.json()["detail_id"]
    assert board.status_code == httpx.codes.OK
    assert again == given
    assert late.status_code == httpx.codes.CREATED
    assert picture.status_code == httpx.codes.CREATED
    issued = [event["subject"] for event in hub.events() if event["kind"] == "ticket.issued"]
    assert len(issued) == len(set(issued)) == len(given) + 1


def test_a_hub_that_cannot_start_on_a_full_disk_says_so(
    living: Callable[..., LivingHub], disk: SmallDisk
) -> None:
    hub = living(disk=disk)
    hub.child.signal(signal.SIGTERM)
    hub.child.ending()
    disk.fill()

    with pytest.raises(ChildFailed, match="is full"):
        hub.start()
    disk.make_room()
    hub.start()

    with hub.client("kiosk") as kiosk:
        assert _ask(kiosk, _key()).status_code == httpx.codes.CREATED


class _Refused:
    def __init__(self, key: str, answer: httpx.Response) -> None:
        self.key = key
        self.answer = answer


def _take_tickets(kiosk: httpx.Client, given: dict[str, str]) -> _Refused:
    """Take tickets, noting them in `given` by key, until the hub refuses one."""
    for _ in range(MOST_TICKETS):
        key = _key()
        answer = _ask(kiosk, key)
        if answer.status_code != httpx.codes.CREATED:
            return _Refused(key, answer)
        given[key] = answer.json()["number"]
    message = f"the hub issued {MOST_TICKETS} tickets on a full disk"
    raise AssertionError(message)


def _ask(kiosk: httpx.Client, key: str) -> httpx.Response:
    body, headers = {"service": "information"}, {"Idempotency-Key": key}
    return kiosk.post("/api/tickets", json=body, headers=headers)


def _upload(agent: httpx.Client, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key, "Content-Type": "image/jpeg"}
    return agent.post("/api/blobs", content=PICTURE, headers=headers)


def _key() -> str:
    return uuid.uuid4().hex
