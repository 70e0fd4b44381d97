"""The client against `loket hub serve` as a process."""

import subprocess
import sys
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from bench.hall import lasting_port
from hub import wire
from hub.client import HubClient, follow
from hub.clock import SystemClock
from hub.demo.hours import first_opening
from hub.errors import BadInput, NotAuthenticated
from hub.office import SAMPLE_OFFICE, load_office

pytestmark = pytest.mark.anyio

LOKET = Path(sys.executable).with_name("loket")


def loket(*arguments: str) -> str:
    ended = subprocess.run([LOKET, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


# the folder is made at the machine's time, maybe long after the import, and time never goes back
_RULES = load_office(SAMPLE_OFFICE)
OPEN = f"{first_opening(_RULES, SystemClock().now() + timedelta(hours=2)):%Y-%m-%dT%H:%M}"


class Served:
    def __init__(self, folder: Path) -> None:
        self.data = str(folder / "hub")
        loket("hub", "init", "--data", self.data)
        self.kiosk = loket("hub", "token", "--data", self.data, "--kiosk", "one")
        self.agent = loket("hub", "token", "--data", self.data, "--counter", "3")
        self.program = loket("hub", "token", "--data", self.data, "--program", "test")
        self._port = str(lasting_port())
        self.url = ""
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(LOKET, "hub", "serve", "--data", self.data, "--plain", "--port", self._port),
                *("--interface", "127.0.0.1", "--practice-clock", OPEN),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        self.url = line.split()[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served"))
    yield served
    served.kill()


async def test_the_office_and_the_station_are_known(served):
    async with HubClient(served.url, served.kiosk) as client:
        office, me = await client.office(), await client.me()

    assert {"skim", "payment", "collection"} <= {service.code for service in office.services}
    assert (me.kind, me.counter) == ("kiosk", None)


async def test_one_key_is_one_ticket(served):
    ask = wire.IssueTicket(service="skim")
    async with HubClient(served.url, served.kiosk) as client:
        first = await client.issue_ticket(ask, key="the-same-key")
        again = await client.issue_ticket(ask, key="the-same-key")
        other = await client.issue_ticket(ask, key="another-key")
        with pytest.raises(BadInput) as reused:
            await client.issue_ticket(wire.IssueTicket(service="payment"), key="the-same-key")
        seq = client.last_seq

    assert first.id == again.id
    assert first.number != other.number
    assert reused.value.code == "key_reused"
    assert seq > 0


async def test_an_unknown_token_is_not_authenticated(served):
    async with HubClient(served.url, "wrong") as client:
        with pytest.raises(NotAuthenticated) as refused:
            await client.me()

    assert refused.value.code == "token_unknown"


async def test_an_unknown_service_names_the_field(served):
    async with HubClient(served.url, served.kiosk) as client:
        with pytest.raises(BadInput) as refused:
            await client.issue_ticket(wire.IssueTicket(service="cooking"), key="k-cooking")

    assert [fault.field for fault in refused.value.fields] == ["service"]


async def test_a_file_is_stored_and_an_agent_has_no_jobs_at_first(served):
    async with HubClient(served.url, served.agent) as client:
        blob = await client.put_blob(b"%PDF-1.7 x", "application/pdf", key="blob-key-1")
        jobs = await client.jobs()

    assert blob.size == 10
    assert jobs.jobs == []


async def test_the_feed_goes_on_without_a_gap_through_a_killed_hub(served, tmp_path):
    links: list[bool] = []
    async with HubClient(served.url, served.kiosk) as client:
        after = (await client.office()).seq
        before = await client.issue_ticket(wire.IssueTicket(service="skim"), key="before-kill")
        async with aclosing(follow(client, after, on_link=links.append)) as feed:
            issued = [await next_issued(feed)]
            served.kill()
            served.start()
            later = await client.issue_ticket(wire.IssueTicket(service="skim"), key="after-kill")
            issued.append(await next_issued(feed))

    assert issued == [before.id, later.id]
    assert links == [True, False, True]


async def next_issued(feed) -> str:
    async for item in feed:
        if item.kind == "ticket.issued":
            return item.subject
    raise AssertionError("the feed ended")
