"""The agent against the hub as it is served, over HTTP and its feed, with several drivers."""

import asyncio
import io
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from PIL import Image
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import select

from hub import blobs, jobs, stations
from hub.announce import Neighbours
from hub.authority import authority_certificate, create_authority, server_ssl
from hub.clock import PracticeClock, SystemClock
from hub.comparing import Afis
from hub.feed import Feed
from hub.house import SYSTEM, create_house, open_house
from hub.letters.press import Press
from hub.models.station import JobRow
from hub.settings import THE_OFFICE, settings_for
from hub.web.app import Serving, create_app
from hub.web.importer import Importer
from hub.web.screener import Screener

MONDAY_MORNING = datetime(2040, 1, 9, 2, 40, tzinfo=UTC)


class ServedHub:
    """A whole hub in this process, so that a test can ask it for jobs as its pages do."""

    def __init__(
        self, folder: Path, *, tls: bool = False, rules: tuple[str, str] = ("", "")
    ) -> None:
        self.settings = settings_for(folder / "hub")
        create_house(self.settings, SystemClock())
        written = self.settings.office_file.read_text("utf-8")
        assert rules[0] in written
        self.settings.office_file.write_text(written.replace(*rules, 1), "utf-8")
        self.house = open_house(self.settings, PracticeClock(MONDAY_MORNING - SystemClock().now()))
        self.writer = self.house.writer()
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.feed = Feed(self.house.database, THE_OFFICE)
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._server = uvicorn.Server(self._configuration())
        self._thread = threading.Thread(target=self._serve)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # in this order: a server that may end ends the loop, too
        self._loop.call_soon_threadsafe(self.feed.close)
        self._server.should_exit = True
        self._thread.join(60)
        self._listener.close()
        self.house.database.close()

    def command(self, act: Callable) -> object:
        """Run a command in the writer and return its value."""
        done = asyncio.run_coroutine_threadsafe(self.writer.run(act, actor=SYSTEM), self._loop)
        return done.result(60).value

    def job(self, job: str) -> jobs.JobView:
        with self.house.database.reading_core() as connection:
            return jobs.find(connection, THE_OFFICE, job)

    def lamps(self) -> list[str]:
        with self.house.database.reading_core() as connection:
            known = stations.known(connection, THE_OFFICE)
        return [device.lamp for station in known for device in station.devices]

    def printed(self, job: str) -> bytes:
        """What the hub gave to be printed."""
        with self.house.database.reading_core() as connection:
            query = select(JobRow.blob).where(JobRow.id == job)
            return self.file(str(connection.execute(query).scalar_one()))

    def file(self, blob: str) -> bytes:
        return self.house.procedure.blobs.get(blob)

    def _configuration(self) -> uvicorn.Config:
        house = self.house
        neighbours = Neighbours(house.clock, ["127.0.0.1"])
        screener = Screener(house, self.writer)
        importer = Importer(house, self.writer)
        serving = Serving(
            house, self.writer, self.feed, Press(), neighbours, None, screener, importer, Afis()
        )
        config = uvicorn.Config(
            create_app(serving), ws="none", log_config=None, timeout_graceful_shutdown=1
        )
        if self._tls:
            create_authority(self.settings.folder, office="A", at=SystemClock().now())
            certificate, key = server_ssl(self.settings.folder, at=SystemClock().now())
            config.ssl_certfile, config.ssl_keyfile = certificate, key
        return config

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._listener]))
        self._loop.close()


@pytest.fixture
def rules() -> tuple[str, str]:
    """What the office file says, and what it says instead."""
    return "", ""


@pytest.fixture
def served(tmp_path, rules) -> Iterator[ServedHub]:
    hub = ServedHub(tmp_path, rules=rules)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def start(start_agent, tmp_path):
    """Start an agent of counter 3 at a served hub."""

    def begin(hub: ServedHub, devices: dict[str, str], *extra: str):
        token = tmp_path / "token"
        if not (tmp_path / "admitted").exists():
            office = hub.house.procedure.office
            text = hub.command(
                lambda tx: stations.add(tx, office, kind="agent", name="counter 3", counter=3)
            )
            token.write_text(text)
            (tmp_path / "admitted").touch()
        return start_agent(devices, hub_url=hub.url, extra=extra)

    return begin


def ended(hub: ServedHub, wait, job: str) -> jobs.JobView:
    return wait(
        lambda: view if (view := hub.job(job)).state not in jobs.UNFINISHED else None,
        f"the end of {job}",
    )


def test_every_kind_of_job_reaches_the_hub(served, start, simulate, wait):
    printer, paper = simulate("escpos"), simulate("ipp", seconds="0.1")
    start(
        served,
        {
            "fingerprint": simulate("r30x", pace="0").address,
            "camera": simulate("camera").address,
            "scanner": simulate("sane").address,
            "ticket_printer": printer.address,
            "document_printer": paper.address,
        },
    )
    ticket, page = io.BytesIO(), io.BytesIO()
    Image.new("L", (576, 100), 0).save(ticket, "PNG")
    Image.new("L", (200, 280), 255).save(page, "PDF")

    def ask(kind, options=None, content=b"", media="application/pdf"):
        def act(tx):
            blob = None
            if content:
                stored = served.house.procedure.blobs.put(content)
                blobs.register(tx, stored, media, station="")
                blob = stored.id
            return jobs.ask(tx, counter=3, kind=kind, options=options, blob=blob).id

        return served.command(act)

    asked = {
        "finger": ask("capture_finger", {"finger": "right_thumb"}),
        "photo": ask("take_photo"),
        "scan": ask("scan", {"dpi": "75"}),
        "ticket": ask("print_ticket", content=ticket.getvalue(), media="image/png"),
        "document": ask("print_document", content=page.getvalue()),
    }
    views = {name: ended(served, wait, job) for name, job in asked.items()}

    assert {name: (view.state, view.code) for name, view in views.items()} == {
        name: ("done", "") for name in asked
    }
    assert served.file(views["finger"].blobs[0]).startswith(b"\x89PNG")
    assert served.file(views["photo"].blobs[0]).startswith(b"\xff\xd8")
    assert served.file(views["scan"].blobs[0]).startswith(b"%PDF-")
    assert views["finger"].facts["finger"] == "right_thumb"
    assert printer.tickets == 1
    assert len(list(paper.out.glob("*.pdf"))) == 1


def test_a_killed_agents_scan_is_taken_over_by_its_next_start(
    served, start, simulate, tmp_path, wait
):
    scanner = simulate("sane")
    scanner.fault("slow")
    agent = start(served, {"scanner": scanner.address})
    job = served.command(lambda tx: jobs.ask(tx, counter=3, kind="scan").id)

    def begun() -> bool:
        with sqlite3.connect(f"file:{tmp_path}/state/outbox.sqlite?mode=ro", uri=True) as db:
            rows = db.execute("SELECT state FROM job").fetchall()
        db.close()
        return rows == [("begun",)]

    wait(begun, "the scan begins")
    agent.kill()
    scanner.fault("")
    start(served, {"scanner": scanner.address})

    view = ended(served, wait, job)
    assert (view.state, len(view.blobs)) == ("done", 1)


def test_the_hub_knows_the_agents_devices(served, start, simulate, wait):
    start(served, {"ticket_printer": simulate("escpos").address})

    wait(lambda: served.lamps() == ["ready"], "a ready printer at the hub")


@pytest.mark.parametrize("rules", [("number = 1\n", "number = 1\nprints_at = 3\n")])
def test_a_number_given_at_a_desk_comes_out_of_the_printer_that_the_office_file_names(
    served, tmp_path, start, simulate, wait
):
    printer = simulate("escpos")
    office = served.house.procedure.office
    token = served.command(lambda tx: stations.add(tx, office, kind="agent", name="a", counter=1))
    desk = httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {token}"})

    def give(key: str) -> dict:
        body = {"service": "information", "segment": "priority", "group": "elderly"}
        answer = desk.post("/api/counters/1/tickets", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return answer.json()

    on_paper_by_hand = give("before-the-printer")
    start(served, {"ticket_printer": printer.address})
    wait(lambda: served.lamps() == ["ready"], "a ready printer at the hub")
    given, again = give("with-the-printer"), give("with-the-printer")
    job = ended(served, wait, given["job"])
    desk.close()

    assert on_paper_by_hand["write_down"]
    assert (job.state, job.counter, job.kind) == ("done", 3, "print_ticket")
    assert again == given
    [printed] = sorted((tmp_path / "out-escpos").glob("ticket-*.png"))
    drawn, paper = Image.open(io.BytesIO(served.printed(given["job"]))), Image.open(printed)
    ink = drawn.convert("L").point(lambda level: 255 * (level > 127))
    assert paper.convert("L").crop((0, 0, *drawn.size)).tobytes() == ink.tobytes()


def test_an_agent_works_over_tls_with_the_pinned_authority(tmp_path, start, simulate, wait):
    hub = ServedHub(tmp_path, tls=True)
    hub.start()
    ca = str(authority_certificate(hub.settings.folder))
    start(hub, {"fingerprint": simulate("r30x", pace="0").address}, "--ca", ca)

    job = hub.command(lambda tx: jobs.ask(tx, counter=3, kind="capture_finger").id)
    view = ended(hub, wait, job)
    hub.stop()

    assert view.state == "done"
