"""Run the hub as a process: lock, socket, TLS, signals, and the line `ready URL`."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import ipaddress
import logging
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import uvloop
from sqlalchemy.orm import configure_mappers

from hub.admin import serve_admin
from hub.announce import Announcer, Neighbours
from hub.cases.archive.scratch import sweep_scratch
from hub.clock import Clock, PracticeClock, SystemClock
from hub.comparing import Afis
from hub.errors import BadInput
from hub.feed import Feed
from hub.house import House, locked, must_fit, note_procedure, open_house
from hub.lean import Config, Server
from hub.letters.press import Press
from hub.listening import listen_at
from hub.office import load_office
from hub.phones import PublicManner, check_manner, phone_server
from hub.settings import Settings
from hub.web.app import Serving, create_app, short_way
from hub.web.importer import Importer
from hub.web.screener import Screener
from hub.writer import Writer

if TYPE_CHECKING:
    from hub.elsewhere import Elsewhere

log = logging.getLogger(__name__)
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Manner:
    """How to serve: address, port (0: a free one), TLS or plain, clock, announcement."""

    host: str
    port: int
    plain: bool
    practice_clock: datetime | None = None
    interfaces: tuple[str, ...] = ()
    public: PublicManner | None = None


def serve_hub(settings: Settings, manner: Manner) -> None:
    """Serve until SIGTERM or SIGINT. Raises BadInput, Busy `hub_running`, NotFound."""
    _check_manner(manner)
    with locked(settings):
        sweep_scratch()
        house = open_house(settings, _clock(settings, manner))
        must_fit(house)
        note_procedure(house)
        listening = listen_at(manner.host, manner.port)
        phones = manner.public
        public = listen_at(phones.host, phones.port) if phones else None
        uvloop.run(_serve(house, manner, listening, public))


async def _serve(
    house: House, manner: Manner, listening: socket.socket, public: socket.socket | None
) -> None:
    port = listening.getsockname()[1]
    scheme = "http" if manner.plain else "https"
    url = f"{scheme}://{_shown_host(manner.host)}:{port}"
    # else the first command would hold the writer meanwhile
    calendar = asyncio.create_task(asyncio.to_thread(_know_holidays, house))
    configure_mappers()
    gc.collect()  # mapping leaves much behind, and the rest of starting can use its place
    writer = house.writer()
    feed = Feed(house.database, house.office_no)
    fingerprint = "" if manner.plain else _fingerprint(house.settings)
    code = house.procedure.office.office.code
    interfaces = _announced_on(manner)
    serving = Serving(
        house=house,
        writer=writer,
        feed=feed,
        press=Press(),
        neighbours=Neighbours(house.clock, interfaces),
        screener=Screener(house, writer),
        importer=Importer(house, writer),
        matcher=Afis(),
        announcer=Announcer(port, scheme, code, interfaces, fingerprint=fingerprint),
        elsewhere=_elsewhere(house, feed),
    )
    server = _Server(_uvicorn_config(house, manner, serving), feed, f"ready {url}")
    admin: asyncio.Server | None = None
    try:
        admin = await serve_admin(house, writer)
        await calendar
        async with _phones(house, feed, writer, manner, public):
            await server.serve(sockets=[listening])
    finally:
        if admin is not None:
            admin.close()
        house.settings.admin_socket.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _phones(
    house: House, feed: Feed, writer: Writer, manner: Manner, public: socket.socket | None
) -> AsyncIterator[None]:
    """Serve phones meanwhile, if they are served at all."""
    if manner.public is None or public is None:
        yield
        return
    phones = phone_server(house, feed, writer, manner.public)
    serving = asyncio.create_task(phones.serve(sockets=[public]))
    try:
        yield
    finally:
        phones.stop()
        await serving


def _elsewhere(house: House, feed: Feed) -> Elsewhere | None:
    if house.database.is_sqlite:
        return None
    from hub.elsewhere import Elsewhere  # loads the driver, which a hub on SQLite does without

    return Elsewhere(house.database, house.office_no, feed)


def _know_holidays(house: House) -> None:
    office = house.procedure.office
    today = office.today(house.clock.now())
    for day in (today, today + timedelta(days=366)):
        office.holiday(day)


class _Server(Server):
    """Ends every stream before waiting for connections, and says when it is ready."""

    def __init__(self, config: Config, feed: Feed, ready: str) -> None:
        super().__init__(config)
        self._feed = feed
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _settle_memory()
        print(self._ready, flush=True)  # noqa: T201 — the promised line

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again after a clean end: our exit code is 0
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True
        self._feed.close()


def _settle_memory() -> None:
    """Return to the system what only starting needed: about 5 MB with glibc, nothing elsewhere.

    What is left lives as long as the process: the collector need not look through it again and
    again (measured under load: a sixth of the hub's time).
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@contextlib.contextmanager
def _as_if_absent(*packages: str) -> Iterator[None]:
    """Let imports of `packages` fail meanwhile."""
    loaded = {name: sys.modules.get(name) for name in packages}
    sys.modules.update(dict.fromkeys(packages))  # type: ignore[arg-type]  # None: no such module
    try:
        yield
    finally:
        for name, module in loaded.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


def _uvicorn_config(house: House, manner: Manner, serving: Serving) -> Config:
    # the framework would load plug-ins for both, megabytes that no route of ours uses
    with _as_if_absent("pydantic", "attr"):
        app = create_app(serving)
    config = Config(
        short_way(app),
        interface="asgi3",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # who asks is whoever opened the connection, whatever a header says
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
        backlog=BACKLOG,
    )
    if not manner.plain:
        from hub.authority import server_ssl

        certificate, key = server_ssl(
            house.settings.folder,
            at=SystemClock().now(),
            names=("localhost", socket.gethostname() + ".local"),
            addresses=_addresses(manner.host),
        )
        config.ssl_certfile, config.ssl_keyfile = certificate, key
        config.ssl_version = ssl.PROTOCOL_TLS_SERVER
    return config


def _check_manner(manner: Manner) -> None:
    if manner.plain and not _is_loopback(manner.host):
        raise BadInput(
            "plain_not_loopback",
            f"--plain serves only on loopback, not on {manner.host}. Leave --plain out.",
            id=f"--plain hanya untuk loopback, bukan {manner.host}. Hapus --plain.",
        )

    if manner.public is not None:
        check_manner(manner.public, loopback=_is_loopback(manner.public.host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fingerprint(settings: Settings) -> str:
    from hub.authority import load_authority  # certificates: nothing for a hub on loopback

    return load_authority(settings.folder).fingerprint


def _announced_on(manner: Manner) -> list[str] | None:
    # what listens on loopback only must not be announced to the network
    if manner.interfaces:
        return list(manner.interfaces)
    return ["127.0.0.1"] if _is_loopback(manner.host) else None


def _clock(settings: Settings, manner: Manner) -> Clock:
    if manner.practice_clock is None or not settings.office_file.exists():
        return SystemClock()
    office = load_office(settings.office_file)
    if not office.office.specimen:
        raise BadInput(
            "office_is_real",
            "Only a specimen office may practise with another clock.",
            id="Hanya kantor contoh yang boleh memakai jam latihan.",
        )
    start = manner.practice_clock.replace(tzinfo=office.zone).astimezone(UTC)
    return PracticeClock(start - SystemClock().now())


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _addresses(host: str) -> tuple[str, ...]:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ("127.0.0.1",)
    return ("127.0.0.1",) if address.is_unspecified else ("127.0.0.1", str(address))
