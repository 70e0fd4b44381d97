"""The phones' listener: a second server in the hub's process, which serves nothing but visits."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.errors import BadInput
from hub.feed import Feed
from hub.house import House
from hub.lean import Config, Server
from hub.tickets.tracking import Tracking
from hub.writer import Writer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PublicManner:
    """Where phones reach the office: plainly on loopback for a proxy, else with a certificate."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def check_manner(manner: PublicManner, *, loopback: bool) -> None:
    """Refuse to serve phones in the open. Raises BadInput `public_plain`."""
    if loopback or (manner.certificate and manner.key):
        return
    raise BadInput(
        "public_plain",
        "Phones are served in the open only with --public-certificate and --public-key; "
        "behind the office's proxy listen on loopback.",
        id="Untuk jaringan terbuka berikan --public-certificate dan --public-key; "
        "di belakang proksi kantor gunakan alamat loopback.",
    )


class PhoneServer(Server):
    """Runs beside the hub's own server, which alone hears signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the hub's server."""
        yield

    def stop(self) -> None:
        """Serve nobody any more."""
        self.should_exit = True


def phone_server(house: House, feed: Feed, writer: Writer, manner: PublicManner) -> PhoneServer:
    """Return the listener, not started."""
    from hub.web.applicant.listener import Phones  # a hub without phones does without its pages

    tracking = Tracking(house.procedure.keyring, house.procedure.office.office.public_url)
    if not tracking.on:
        log.warning("public_url is not set in office.toml: no ticket names the phones' listener")
    config = Config(
        Phones(house, feed, writer, tracking),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=str(manner.certificate) if manner.certificate else None,
        ssl_keyfile=str(manner.key) if manner.key else None,
    )
    return PhoneServer(config)
