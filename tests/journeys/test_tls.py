"""A journey over TLS: kiosk, agent and browser trust the hub's own authority and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from living_hub import PASSWORD, LivingHub

from hub.client import HubClient, Unreachable
from hub.demo.answers import receive
from hub.demo.casework import work
from hub.demo.officer import Officer
from hub.demo.papers import printed
from hub.demo.processes import Crew, loket
from hub.wire import IssueTicket, PassportInput, Preregistration, Ticket

TYPED = PassportInput(
    source="typed",
    document_number="L898902C3",
    birth_date="1974-08-12",
    expiry_date="2032-04-15",
)


def test_an_application_is_handed_in_over_tls(
    living: Callable[..., LivingHub], crew: Crew, tmp_path: Path
) -> None:
    hub = living(tls=True)
    tray = tmp_path / "tray"
    printer = crew.start("printer", loket("devices", "simulate", "ipp", "--out", tray))
    agent = crew.start("agent", _agent(hub, printer.ready(), tmp_path))
    agent.ready()

    ticket = asyncio.run(_at_the_kiosk(hub))
    with Officer(hub.url, "loket", authority=hub.authority) as officer:
        officer.sign_in(PASSWORD)
        officer.send(officer.open("/counter/1"), "/counter/1/open")
        page = officer.send(officer.open("/counter/1"), "/counter/1/call-next")
        officer.send(page, "/counter/1/start")
        done = work(officer, f"/case/{ticket.application}", receive())

    assert page.called == ticket.number
    assert "receipt" in done.evidence
    assert printed(tray, "R").number


def test_who_does_not_know_the_authority_does_not_talk(living: Callable[..., LivingHub]) -> None:
    hub = living(tls=True)

    async def ask() -> None:
        async with HubClient(hub.url, hub.token("kiosk")) as stranger:
            await stranger.office()

    with pytest.raises(Unreachable):
        asyncio.run(ask())
    with pytest.raises(httpx.ConnectError), Officer(hub.url, "loket") as officer:
        officer.sign_in(PASSWORD)


async def _at_the_kiosk(hub: LivingHub) -> Ticket:
    """Open a draft and take its number, with the client that the kiosk uses."""
    async with HubClient(hub.url, hub.token("kiosk"), ca=hub.authority) as kiosk:
        office = await kiosk.office()
        assert any(service.code == "skim" and service.open for service in office.services)
        draft = await kiosk.open_draft(Preregistration(passport=TYPED), key="draft-over-tls")
        asked = IssueTicket(service="skim", application=draft.id)
        return await kiosk.issue_ticket(asked, key="ticket-over-tls")


def _agent(hub: LivingHub, printer: str, folder: Path) -> list[str]:
    assert hub.authority is not None
    return loket(
        *("agent", "--counter", "1", "--hub", hub.url, "--ca", hub.authority),
        *("--token-file", hub.folder / "counter-1.token", "--state", folder / "agent"),
        *("--device", f"document_printer={printer}"),
    )
