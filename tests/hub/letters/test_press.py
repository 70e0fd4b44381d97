"""The press prints in a process of its own and outlives the death of that process."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from hub.letters import ApplicationReceipt, Letterhead, PaymentProof, Unprintable
from hub.letters.press import Press


def children() -> set[int]:
    """Return the pids of our own children."""
    with open(f"/proc/self/task/{os.getpid()}/children") as listed:  # noqa: PTH123 — /proc
        return {int(pid) for pid in listed.read().split()}


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

    pages = asyncio.run(printing())

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
        asyncio.run(printing())

    assert caught.value.fields[0].field == "guarantor"
    assert caught.value.problem().status == 422


def test_a_worker_that_was_killed_is_replaced(
    head: Letterhead, receipt: ApplicationReceipt
) -> None:
    async def printing() -> bytes:
        press = Press()
        try:
            before = children()
            await press.start()
            for pid in children() - before:
                os.kill(pid, signal.SIGKILL)
            return await press.print(head, receipt)
        finally:
            await press.close()

    assert asyncio.run(printing()).startswith(b"%PDF")
