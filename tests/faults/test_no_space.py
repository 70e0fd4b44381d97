"""The hub may write no more: nobody is told "ok" wrongly, and with space the same key works."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable

import httpx
from living_hub import LivingHub

PEOPLE = 40
ROOM_BYTES = 24 * 1024


def test_nobody_is_told_ok_wrongly_when_the_disk_is_full(living: Callable[..., LivingHub]) -> None:
    hub = living()
    keys = [f"person-{person:03d}-once" for person in range(PEOPLE)]
    _limit_files(hub, (hub.data / "loket.db-wal").stat().st_size + ROOM_BYTES)

    during = asyncio.run(_ask(hub, keys))
    _limit_files(hub, None)
    after = asyncio.run(_ask(hub, keys))

    refused = [key for key, answer in during.items() if answer is None]
    acknowledged = {key: answer for key, answer in during.items() if answer is not None}
    assert refused, "the limit was never reached"
    assert None not in after.values()
    assert {key: after[key] for key in acknowledged} == acknowledged
    assert len(set(after.values())) == PEOPLE
    issued = [event["subject"] for event in hub.events() if event["kind"] == "ticket.issued"]
    assert len(issued) == len(set(issued)) == PEOPLE


def _limit_files(hub: LivingHub, size: int | None) -> None:
    """Limit how large a file the running hub may write: the writes beyond fail (setrlimit(2))."""
    soft = "unlimited" if size is None else str(size)
    subprocess.run(["prlimit", f"--pid={hub.child.pid}", f"--fsize={soft}:"], check=True)


async def _ask(hub: LivingHub, keys: list[str]) -> dict[str, str | None]:
    """Everybody asks at once; return the number by key, None where the hub did not say ok."""
    async with hub.asks("kiosk") as client:

        async def ask(key: str) -> str | None:
            body, headers = {"service": "information"}, {"Idempotency-Key": key}
            answer = await client.post("/api/tickets", json=body, headers=headers)
            if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                return None
            assert answer.status_code == httpx.codes.CREATED, answer.text
            return str(answer.json()["number"])

        answers = await asyncio.gather(*(ask(key) for key in keys))
    return dict(zip(keys, answers, strict=True))
