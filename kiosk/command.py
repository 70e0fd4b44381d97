"""`loket kiosk`: the touchscreen."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

app = typer.Typer(add_completion=False)

TOKEN_NAME = "token"  # noqa: S105 — a file's name
CA_NAME = "hub-ca.pem"
FULL_SIZE = (1080, 1920)


@app.command(
    epilog="Example: loket kiosk --hub http://127.0.0.1:8080 --windowed 540x960 --token-file t"
)
def kiosk(
    hub: Annotated[
        str, typer.Option(help="The hub's address; without it the network is asked.")
    ] = "",
    windowed: Annotated[str, typer.Option(help="Size of a window, e.g. 540x960.")] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="File with the kiosk's token; default STATE/token.")
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="The hub's CA; default STATE/hub-ca.pem if it is there.")
    ] = None,
    state: Annotated[Path | None, typer.Option(help="Folder for what was not yet sent.")] = None,
    reader: Annotated[
        str, typer.Option(help="Passport reader, e.g. 'emrtd:pcsc://ACS ACR1252'.")
    ] = "",
    printer: Annotated[
        str, typer.Option(help="Ticket printer, e.g. escpos:socket://10.0.0.9:9100.")
    ] = "",
    interface: Annotated[
        str, typer.Option(help="Address of the network to look for the hub on.")
    ] = "",
) -> None:
    """Run the kiosk on this screen until SIGTERM; prints `ready kiosk` when it can be used."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # touch comes as mouse here: Kivy's missing multitouch library is no fault to be told
    logging.getLogger("kivy").addFilter(lambda record: "MTDev" not in record.getMessage())
    folder = state or _state_folder()
    _check_hub(hub)
    _check_devices({"--reader": reader, "--printer": printer})
    token = _token(token_file or folder / TOKEN_NAME)
    size = _size(windowed)

    from kiosk import environment

    environment.prepare(folder)
    environment.configure(*size, fullscreen=not windowed)

    from kiosk.program import Setup, run

    authority = ca or (folder / CA_NAME if (folder / CA_NAME).exists() else None)
    setup = Setup(hub, token, authority, folder, reader, printer, interface)
    code = asyncio.run(run(setup))
    raise typer.Exit(code)


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "loket" / "kiosk"


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"Token kios tidak terbaca di {path}: buat dengan `loket hub token --kiosk NAMA`. / "
            f"No kiosk token can be read at {path}: make one with `loket hub token --kiosk NAME`."
        )
        raise typer.BadParameter(message, param_hint="--token-file") from error
    if not token:
        message = f"Berkas {path} kosong. / The file {path} is empty."
        raise typer.BadParameter(message, param_hint="--token-file")
    return token


def _size(windowed: str) -> tuple[int, int]:
    if not windowed:
        return FULL_SIZE
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", windowed)
    if found is None:
        message = "Tulis LEBARxTINGGI, misalnya 540x960. / Write WIDTHxHEIGHT, e.g. 540x960."
        raise typer.BadParameter(message, param_hint="--windowed")
    return int(found[1]), int(found[2])


def _check_hub(hub: str) -> None:
    parts = urlsplit(hub or "https://found")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"'{hub}': tulis https://HOST:PORT. / write https://HOST:PORT."
        raise typer.BadParameter(message, param_hint="--hub")
    from hub.client.finding import trustworthy

    if not trustworthy(hub or "https://found"):
        message = (
            f"'{hub}' tanpa TLS: token dapat dibaca di jaringan; pakai https. / "
            f"'{hub}' has no TLS: the token would be readable on the network; use https."
        )
        raise typer.BadParameter(message, param_hint="--hub")


def _check_devices(addresses: Mapping[str, str]) -> None:
    from devices.address import parse_address
    from devices.errors import AddressError

    for option, address in addresses.items():
        try:
            if address:
                parse_address(address)
        except AddressError as error:
            raise typer.BadParameter(error.detail, param_hint=option) from error
