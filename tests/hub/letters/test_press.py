"""The press prints in a process of its own and outlives the death of that process."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from hub.letters import ApplicationReceipt, Letterhead, PaymentProof, Unprintable
from hub.letters.press import Press


def worker() -> int:
    """Return the process id of the one worker that runs as our child."""
    lines = {
        pid: Path(f"/proc/{pid}/cmdline").read_bytes()
        for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    }
    [pid] = [pid for pid, line in lines.items() if b"hub.letters.worker" in line]
    return int(pid)


async def killed(pid: int) -> None:
    """Kill a process and return when nothing of it is left."""
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists():
        await asyncio.sleep(0.01)  # on its way out


def test_papers_come_back_as_pdf_in_the_order_they_were_asked(
    head: Letterhead, receipt: ApplicationReceipt, proof: PaymentProof
) -> None:
    async def printing() -> list[bytes]:
        press = Press()
        await press.start()
        try:
            return await asyncio.gather(press.print(head, receipt), press.print(head, proof))
        finally:
            await press.close()
            await press.close()

    pages = uvloop.run(printing())

    assert all(page.startswith(b"%PDF-1.7") for page in pages)
    assert pages[0] != pages[1]


def test_a_refusal_crosses_the_process_border_whole(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    async def printing() -> None:
        press = Press()
        try:
            await press.print(head, replace(receipt, guarantor="王"))
        finally:
            await press.close()

    with pytest.raises(Unprintable) as caught:
        uvloop.run(printing())

    assert caught.value.fields[0].field == "guarantor"
    assert caught.value.problem().status == 422


def test_a_worker_that_was_killed_is_replaced(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    async def printing() -> bytes:
        press = Press()
        try:
            await press.start()
            await killed(worker())
            return await press.print(head, receipt)
        finally:
            await press.close()

    assert uvloop.run(printing()).startswith(b"%PDF")


def test_a_worker_that_dies_at_work_is_replaced(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    async def printing() -> bytes:
        press = Press()
        try:
            await press.start()
            os.kill(worker(), signal.SIGSTOP)
            waiting = asyncio.create_task(press.print(head, receipt))
            await asyncio.sleep(0)  # it has asked now
            os.kill(worker(), signal.SIGKILL)
            return await waiting
        finally:
            await press.close()

    assert uvloop.run(printing()).startswith(b"%PDF")


def test_a_worker_that_hangs_is_replaced(head: Letterhead, receipt: ApplicationReceipt) -> None:
    async def printing() -> bytes:
        press = Press(limit_s=3)  # what it waits for; a new worker has its start beside it
        try:
            await press.start()
            os.kill(worker(), signal.SIGSTOP)
            return await press.print(head, receipt)
        finally:
            await press.close()

    assert uvloop.run(printing()).startswith(b"%PDF")


def test_a_print_that_nobody_waits_for_does_not_confuse_the_next(
    head: Letterhead, receipt: ApplicationReceipt, proof: PaymentProof
) -> None:
    async def printing() -> tuple[bytes, bytes]:
        press = Press()
        try:
            expected = await press.print(head, proof)
            os.kill(worker(), signal.SIGSTOP)
            left = asyncio.create_task(press.print(head, receipt))
            await asyncio.sleep(0)  # it has its turn now
            left.cancel()
            await asyncio.wait([left])
            return expected, await press.print(head, proof)
        finally:
            await press.close()

    expected, printed = uvloop.run(printing())
    assert printed == expected


def test_the_worker_ends_with_the_press(head: Letterhead, receipt: ApplicationReceipt) -> None:
    async def printing() -> int:
        press = Press()
        await press.print(head, receipt)
        pid = worker()
        await press.close()
        return pid

    pid = uvloop.run(printing())
    assert not Path(f"/proc/{pid}").exists()
