"""`loket devices officer-card` and `confirm`: an officer's card at the terminal."""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from devices import saying
from devices.terminal import FAILED, WRONG_USE, DeviceAddress, fail, opened, writable, write_private

if TYPE_CHECKING:
    from devices import capabilities


_COPY = "Salin tantangan dari halaman hub. / Copy the challenge from the hub's page."


def officer_card(
    address: DeviceAddress,
    out: Annotated[Path | None, typer.Option(help="PEM file for the certificate")] = None,
) -> None:
    """Tampilkan kartu petugas. / Show an officer's card.

    Example: loket devices officer-card "piv:pcsc://ACS ACR39U" --out card.pem
    """
    if out is not None:
        writable(out)
    with opened(address, "officer_card") as device:
        seen = cast("capabilities.OfficerCardReader", device).officer_card()
    if seen.kind != "piv":
        fail(
            f"{seen.number}: hanya mengenali, tidak dapat menandatangani"
            " / identification only, it cannot sign\n"
            f"-> {saying.USE_PIV}",
            FAILED,
        )
    typer.echo(f"PIV {seen.number}")
    if out is not None:
        from asn1crypto import pem

        write_private(out, pem.armor("CERTIFICATE", seen.certificate))
        typer.echo(f"{out}: loket hub card --login … --certificate {out}")


def confirm(
    address: DeviceAddress,
    purpose: Annotated[str, typer.Option(help="The act, as the hub names it")],
    challenge: Annotated[str, typer.Option(help="The hub's challenge, base64")],
) -> None:
    """Tanda tangani tantangan hub dengan kartu. / Sign the hub's challenge with the card.

    The PIN is asked for, or read from standard input. Prints the signature, base64.

    Example: loket devices confirm "piv:pcsc://ACS ACR39U" --purpose "step6 …" --challenge "…"
    """
    try:
        drawn = b64decode(challenge, validate=True)
    except ValueError:
        fail(f"--challenge: bukan base64 / is no base64\n-> {_COPY}", WRONG_USE)
    if not 16 <= len(drawn) <= 64:
        fail(
            f"--challenge: {len(drawn)} bita, harus 16-64 / {len(drawn)} bytes, 16 to 64 are"
            f" needed\n-> {_COPY}",
            WRONG_USE,
        )
    interactive = sys.stdin.isatty()
    pin = typer.prompt("PIN", hide_input=True) if interactive else sys.stdin.readline().strip()
    with opened(address, "confirm") as device:
        reader = cast("capabilities.OfficerCardReader", device)
        typer.echo(b64encode(reader.confirm(drawn, purpose, str(pin))).decode())
