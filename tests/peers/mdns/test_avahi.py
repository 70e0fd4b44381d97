"""python-zeroconf, as hub and agent use it, against Avahi over a real cable of the kernel."""

import time

HUB = """
import asyncio
from hub.announce import Announcer
async def main():
    announcer = Announcer(8443, "https", "KANIM-JKT", fingerprint="AB:CD")
    await announcer.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""

AGENT = """
import asyncio
from counter_agent.announce import announcement
async def main():
    heard = announcement(3, roles=["camera", "scanner"], fingerprint="f" * 64)
    heard.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""

DISCOVER = """
import asyncio
from hub.client import discover
async def main():
    for _ in range(8):
        for hub in await discover(4):
            print(hub.url, hub.office, hub.version, hub.fingerprint)
            return
asyncio.run(main())
"""

NEIGHBOURS = """
import asyncio
from hub.announce import Neighbours
from hub.clock import SystemClock
async def main():
    neighbours = Neighbours(SystemClock())
    await neighbours.start()
    while True:
        for one in neighbours.snapshot():
            state = "there" if one.present else "gone"
            print(one.station, one.address, ",".join(one.capabilities), state, flush=True)
        await asyncio.sleep(0.2)
asyncio.run(main())
"""


def browse_until(office, service: str, wanted: str) -> str:
    until = time.monotonic() + 60
    seen = ""
    while wanted not in seen and time.monotonic() < until:
        seen = office.with_avahi("avahi-browse", "-rpt", service).stdout
    assert wanted in seen, seen
    return seen


def line_with(process, wanted: str) -> str:
    until = time.monotonic() + 60
    for line in process.stdout:
        if wanted in line or time.monotonic() > until:
            return line
    return ""


def test_avahi_resolves_the_hub(office):
    office.start_ours(HUB)

    line = browse_until(office, "_loket-hub._tcp", "10.77.0.1;8443")

    assert '"office=KANIM-JKT"' in line
    assert '"scheme=https"' in line
    assert '"fingerprint=AB:CD"' in line


def test_avahi_resolves_an_agent(office):
    office.start_ours(AGENT)

    line = browse_until(office, "_loket-counter._tcp", "10.77.0.1;")

    assert '"station=counter-3"' in line
    assert '"capabilities=camera,scanner"' in line


def test_a_hub_published_by_avahi_is_discovered(office):
    office.start_with_avahi(
        *("avahi-publish", "-s", "Kantor", "_loket-hub._tcp", "8443"),
        *("scheme=https", "office=KANIM-BDG", "version=9", "fingerprint=EF"),
    )

    found = office.start_ours(DISCOVER)

    assert line_with(found, "https") == "https://10.77.0.2:8443 KANIM-BDG 9 EF\n"


def test_an_agent_published_by_avahi_is_listed_and_leaves(office):
    agent = office.start_with_avahi(
        *("avahi-publish", "-s", "Loket 5", "_loket-counter._tcp", "9"),
        *("station=counter-5", "capabilities=scanner", "fingerprint=00"),
    )
    listening = office.start_ours(NEIGHBOURS)

    there = line_with(listening, "there")
    office.interrupt(agent)
    gone = line_with(listening, "gone")

    assert there == "counter-5 10.77.0.2 scanner there\n"
    assert gone == "counter-5 10.77.0.2 scanner gone\n"
