"""What every command at the terminal shares: how a device is opened, a file kept, an end told."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from devices import capabilities, checkup, registry, saying
from devices.errors import AddressError, DeviceError

FAILED, WRONG_USE = 1, 2

DeviceAddress = Annotated[
    str, typer.Argument(help="<driver>:<where>[?option=value&…], e.g. r30x:/dev/ttyUSB0")
]


@contextlib.contextmanager
def opened(address: str, ability: str) -> Iterator[capabilities.Device]:
    """Open a device that has the method `ability`; errors end the command in plain words."""
    with plain_errors():
        device = registry.open_device(address)
        try:
            if not callable(getattr(device, ability, None)):
                words = checkup.CAPABILITIES[ability]
                able = [checkup.CAPABILITIES[name] for name in checkup.abilities_of(device)]
                fail(
                    f"{address}: perangkat ini tidak bisa / cannot do: {words}\n"
                    f"-> Kemampuannya / it can do: {', '.join(able) or '-'}",
                    WRONG_USE,
                )
            yield device
        finally:
            device.close()


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a device error into its words, what to try, and the exit code."""
    try:
        yield
    except AddressError as error:
        fail(f"{saying.what_happened(error)}\n-> {saying.remedy_for(error)}", WRONG_USE)
    except DeviceError as error:
        fail(f"{saying.what_happened(error)}\n-> {saying.remedy_for(error)}", FAILED)
    except KeyboardInterrupt:
        raise typer.Exit(FAILED) from None


def fail(words: str, code: int) -> NoReturn:
    """End the command with `words` on stderr."""
    typer.echo(words, err=True)
    raise typer.Exit(code)


def progress_shown(label: str) -> capabilities.Progress:
    """Return what shows `label` with per cent at a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return capabilities.no_progress

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        words = f"\r{label} {done * 100 // max(total, 1)} %{end}"
        typer.echo(words, nl=False, err=True)

    return show


def read_file(path: Path) -> bytes:
    """Return what a file holds; the command ends in words if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        fail(
            f"{path}: tidak terbaca / cannot be read: {error.strerror}\n-> {saying.SEE_THE_PATH}",
            WRONG_USE,
        )


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only this account may read; the command ends in words if it cannot."""
    try:
        # biometrics and chips are nobody else's business
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        _fail_writing(path, error)


def writable(path: Path) -> None:
    """End the command when `path` cannot be written: before a person is asked for anything."""
    if path.is_dir():
        _fail_writing(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    try:
        path.parent.stat()
    except OSError as error:
        _fail_writing(path, error)
    target = path if path.exists() else path.parent
    if not os.access(target, os.W_OK):
        _fail_writing(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def _fail_writing(path: Path, error: OSError) -> NoReturn:
    fail(
        f"{path}: tidak dapat ditulis / cannot be written: {error.strerror}"
        f"\n-> {saying.SEE_THE_PATH}",
        WRONG_USE,
    )
