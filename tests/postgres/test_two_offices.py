"""Two offices in one database: neither ever sees or touches a row of the other.

One hub of the second office works behind a wall: PostgreSQL itself shows its user that office's
rows only. Another has no wall. Every reading must be the same at both; a query that forgets its
office would find more without the wall, and a command that does so fails at it.
"""

from __future__ import annotations

import difflib
import io
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from bench.cluster import Cluster
from bench.hall import MortalHub
from hub import queue
from hub.admin import AddStation, FillOffice, perform
from hub.clock import SystemClock
from hub.demo.hours import first_opening
from hub.errors import Conflict
from hub.house import SYSTEM, create_house, open_house
from hub.models.schema import Base
from hub.office import SAMPLE_OFFICE, load_office
from hub.placement import Placement, write_placement
from hub.queue import counters
from hub.settings import Settings, settings_for
from hub.wire import IssueTicket

PASSWORD = "kata-sandi-contoh"
SAME_WITHIN_S = 60.0
PAGES = ("/display", "/display?lang=en", "/sop", "/cases", "/supervisor", "/counter/1")
NO_PAGES = ("/static", "/log", "/language", "/treasury?day=")  # a day leads to the day before
PASSPORT = {
    "source": "typed", "document_number": "L898902C3", "birth_date": "1974-08-12",
    "expiry_date": "2049-04-15", "surname": "ERIKSSON", "given_names": "ANNA MARIA",
    "sex": "F", "nationality": "UTO", "issuing_state": "UTO",
}  # fmt: skip


@dataclass
class Hub:
    """A hub of the second office, and everybody who speaks to it."""

    process: MortalHub
    tokens: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    turns: int = 0

    def client(self, who: str) -> httpx.Client:
        """Return the connection of a station, or of an officer, whom a cookie makes known."""
        if who not in self.clients:
            token = self.tokens.get(who)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            self.clients[who] = httpx.Client(base_url=self.process.url, headers=headers, timeout=30)
        return self.clients[who]

    def post(self, station: str, path: str, body: object) -> httpx.Response:
        self.turns += 1
        headers = {"Idempotency-Key": f"turn-{self.turns:05d}"}
        answer = self.client(station).post(path, json=body, headers=headers)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer


@dataclass
class Region:
    """Two offices in one database, two hubs of the second one: behind the wall, and without."""

    first: Settings
    second: Settings
    walled: Hub
    open: Hub


@pytest.fixture(scope="module")
def region(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    place, url = tmp_path_factory.mktemp("region"), cluster.create("region")
    first, second = (_office(place, url, code) for code in ("UTARA", "TIMUR"))
    _keep_busy(first)
    walled = place / "walled"
    shutil.copytree(second.folder, walled)
    shutil.copy(second.key_file, walled.with_name("walled.key"))
    write_placement(walled, Placement(cluster.wall_off("region", second.office), second.office))
    tokens = _tokens(second)
    hubs = [Hub(MortalHub(settings), tokens) for settings in (settings_for(walled), second)]
    for hub in hubs:
        hub.process.start()
    yield Region(first, second, *hubs)
    for hub in hubs:
        for client in hub.clients.values():
            client.close()
        hub.process.stop()


def _office(place: Path, url: str, code: str) -> Settings:
    create_house(settings_for(place / code, database_url=url), SystemClock(), code=code)
    settings = settings_for(place / code)
    perform(settings, SystemClock(), FillOffice(PASSWORD))
    return settings


def _tokens(settings: Settings) -> dict[str, str]:
    wanted = {"kiosk": AddStation("kiosk", "kios 1"), "program": AddStation("program", "uji"),
              "agent": AddStation("agent", "agen 1", 1)}  # fmt: skip
    return {name: perform(settings, SystemClock(), add)[0] for name, add in wanted.items()}


class _OpenHour:
    """An open hour of the sample office soon, standing still: later than the rooms are made."""

    at = first_opening(
        load_office(SAMPLE_OFFICE), SystemClock().now() + timedelta(hours=2)
    ).astimezone(UTC)

    def now(self):
        return self.at


def _keep_busy(settings: Settings) -> None:
    house = open_house(settings, _OpenHour())
    office, writer = house.procedure.office, house.writer()
    office.holiday(office.today(_OpenHour().now()))
    for service in office.services:
        for _ in range(4):
            wanted = IssueTicket(service=service.code)
            writer.run_alone(lambda tx, one=wanted: queue.issue(tx, office, one), actor=SYSTEM)
    for desk in office.counters:
        at = desk.number
        writer.run_alone(
            lambda tx, at=at: counters.open_counter(tx, office, counter=at), actor=SYSTEM
        )
        writer.run_alone(lambda tx, at=at: queue.call_next(tx, office, counter=at), actor=SYSTEM)
    house.database.close()


def test_the_same_code_is_taken_and_another_office_gets_the_next_number(
    region: Region, tmp_path: Path
) -> None:
    url = region.first.database_url

    with pytest.raises(Conflict, match="office_code_taken"):
        create_house(settings_for(tmp_path / "a", database_url=url), SystemClock(), code="UTARA")
    create_house(settings_for(tmp_path / "b", database_url=url), SystemClock(), code="BARAT")

    numbers = (region.first.office, region.second.office, settings_for(tmp_path / "b").office)
    assert numbers == (1, 2, 3)


def test_a_folder_with_another_offices_rules_is_refused(region: Region, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(region.first.folder, copied)
    shutil.copy(region.second.office_file, copied / "office.toml")

    with pytest.raises(Conflict, match="office_is_another"):
        open_house(settings_for(copied, key_file=region.first.key_file), SystemClock())


def test_a_day_is_played_behind_the_wall_and_reads_the_same_without_it(region: Region) -> None:
    known = _play(region.walled)

    foreign = _ids_of(region.first)
    assert len(foreign) > 20
    for path in _readings(region.open, known):
        _read_at_both(region, path, foreign, "program")
    for path in ("/api/stations/me", "/api/jobs"):
        _read_at_both(region, path, foreign, "agent")
    assert len(_pages(region, foreign)) > len(PAGES)


def test_the_feed_holds_the_offices_own_events_only(region: Region) -> None:
    region.walled.post("kiosk", "/api/tickets", {"service": "information"})
    end = region.open.client("program").get("/api/queue").json()["seq"]
    feeds = [_feed(hub, end) for hub in (region.walled, region.open)]

    assert feeds[0] == feeds[1]
    assert not [one for one in _ids_of(region.first) if one in feeds[1]]


def _play(hub: Hub) -> dict[str, str]:
    """Let a bit of everything happen; return a name for each parameter of an address."""
    hub.post("agent", "/api/stations/me/report", {"boot": "b", "version": "1", "devices": []})
    tickets = [
        hub.post("kiosk", "/api/tickets", {"service": service}).json()["id"]
        for service in ("information", "complaint", "payment", "information", "information")
    ]
    hub.post("program", "/api/counters/1/open", {})
    called = hub.post("program", "/api/counters/1/call-next", {}).json()["id"]
    for act, body in (("recall", {}), ("start", {}), ("finish", {"outcome": "done"})):
        hub.post("program", f"/api/tickets/{called}/{act}", body)
    absent = hub.post("program", "/api/counters/1/call-next", {}).json()["id"]
    hub.post("program", f"/api/tickets/{absent}/absent", {})
    hub.post("program", f"/api/tickets/{absent}/return", {})
    hub.post("program", "/api/counters/1/call-next", {})
    case = hub.post("kiosk", "/api/applications", {"passport": PASSPORT}).json()["id"]
    pdf = {"Idempotency-Key": "a-file-0001", "Content-Type": "application/pdf"}
    uploaded = hub.client("agent").post("/api/blobs", content=b"%PDF-1.7 contoh", headers=pdf)
    assert uploaded.status_code < 300, uploaded.text
    return {"ticket": called, "counter": "1", "application": case,
            "blob": uploaded.json()["id"], "waiting": tickets[-1]}  # fmt: skip


def _readings(hub: Hub, known: dict[str, str]) -> list[str]:
    """Every GET of the OpenAPI document, its parameters filled in."""
    document = hub.client("program").get("/api/schema/openapi.json").json()
    paths = [path for path, acts in document["paths"].items() if "get" in acts]
    readings = [path.format_map(_Known(known)) for path in paths if not path.endswith("/feed")]
    assert len(readings) >= 6
    return [*readings, f"/api/tickets/{known['waiting']}"]


class _Known(dict):
    def __missing__(self, name: str) -> str:
        return "0" * 32  # nothing bears it: both hubs say so


def _pages(region: Region, foreign: set[str]) -> set[str]:
    """Walk every page that an officer of each role finds a link to; compare each."""
    seen: set[str] = set()
    for login in ("supervisor", "loket", "tu"):
        _sign_in(region, login)
        waiting = list(PAGES)
        while waiting:
            path = waiting.pop()
            if (login + path) in seen:
                continue
            seen.add(login + path)
            links = re.findall(r'href="(/[^"#]*)"', _read_at_both(region, path, foreign, login))
            waiting += [link for link in links if not link.startswith(NO_PAGES)]
    return seen


def _sign_in(region: Region, login: str) -> None:
    """Sign in at one hub: the session is good at the other one too."""
    client = region.walled.client(login)
    [csrf] = re.findall(r'name="csrf" value="([^"]+)"', client.get("/login").text)
    form = {"login": login, "password": PASSWORD, "csrf": csrf}
    assert client.post("/login", data=form).status_code == httpx.codes.SEE_OTHER
    region.open.client(login).cookies.update(client.cookies)


def _read_at_both(region: Region, path: str, foreign: set[str], who: str) -> str:
    """Read at both hubs until they agree, as clocks and estimates move; nothing foreign in it."""
    until = time.monotonic() + SAME_WITHIN_S
    while True:
        walled, unwalled = (hub.client(who).get(path) for hub in (region.walled, region.open))
        assert unwalled.status_code < 500, unwalled.text
        assert not [one for one in foreign if one in _said(unwalled)], path
        if (walled.status_code, _timeless(walled)) == (unwalled.status_code, _timeless(unwalled)):
            return unwalled.text
        assert time.monotonic() < until, _differences(path, walled, unwalled)


def _differences(path: str, walled: httpx.Response, unwalled: httpx.Response) -> str:
    lines = [_timeless(one).splitlines() for one in (walled, unwalled)]
    return "\n".join([path, *difflib.unified_diff(*lines, "walled", "open", n=0)])


def _timeless(answer: httpx.Response) -> str:
    page = re.sub(r"\d{1,2}[.:]\d{2}([.:]\d{2}(\.\d+)?)?", "TIME", _said(answer))
    page = re.sub(r'name="key" value="[^"]+"', "A FRESH KEY", page)
    page = re.sub(r"/\S+/csca\b", "THE HUB'S FOLDER", page)
    page = re.sub(r'>\d+,\d<|\d+ (mnt|min)|<progress max="\d+" value="\d+"', "WAITED", page)
    return re.sub(r'"(longest_wait_s|waited_s|score|seq)":[\d.]+', "", page)


def _said(answer: httpx.Response) -> str:
    """What a person reads in an answer: a paper bears its second of printing out of sight."""
    if not answer.headers.get("content-type", "").startswith("application/pdf"):
        return answer.text
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def _ids_of(settings: Settings) -> set[str]:
    """Every id of an office's rows."""
    house = open_house(settings, SystemClock())
    ids: set[str] = set()
    with house.database.reading_core() as connection:
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and "office" in table.c:
                found = select(table.c.id).where(table.c.office == settings.office)
                ids |= set(connection.execute(found).scalars())
        assert connection.execute(text("SELECT count(*) FROM offices")).scalar_one() >= 2
    house.database.close()
    return ids


def _feed(hub: Hub, end: int) -> str:
    lines: list[str] = []
    with hub.client("program").stream("GET", "/api/feed", params={"after": 0}) as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if line.startswith("id: ") and int(line.removeprefix("id: ")) >= end:
                break
    return "\n".join(lines)
