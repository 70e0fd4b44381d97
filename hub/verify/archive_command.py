"""`loket archive`: verify packages, those given as files or all that a hub keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.saying import out_of_reach

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The archive: its packages.",
)


@app.callback()
def archive() -> None:
    """Verify the packages of the archive."""


@app.command()
def verify(
    files: Annotated[list[Path] | None, typer.Argument(help="Packages (.tar) to verify.")] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="The office's published key file (PEM).")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="The hub's folder: all of it.")
    ] = None,
) -> None:
    """Verify checksums and signature of packages; exit 1 if one is not whole.

    Example: loket archive verify CTH-261123-0042-K.tar --key kantor.pub.pem
    Example: loket archive verify --data /var/lib/loket
    """
    from hub.cases.archive.verifying import verify_package
    from hub.errors import LoketError
    from hub.seals import read_public_keys

    if not files and data is None:
        typer.echo(
            "loket archive verify: beri / give FILES --key FILE, atau / or --data DIR", err=True
        )
        raise typer.Exit(2)
    wrong = 0
    try:
        published = key or (data / "office-code.pub.pem" if data else None)
        if published is None:
            typer.echo("loket archive verify: berkas memerlukan / files need --key FILE", err=True)
            raise typer.Exit(2)
        keys = read_public_keys(published.read_bytes())
        contents = [file.read_bytes() for file in files or []] or _kept(data)
        for content in contents:
            verdict = verify_package(content, keys)
            name = verdict.code or "?"
            if verdict.faults:
                wrong += 1
                typer.echo(f"BROKEN  {name}: {'; '.join(verdict.faults)}")
            else:
                typer.echo(f"whole   {name}: {verdict.files} files, signed by the office")
    except (LoketError, OSError) as error:
        told = out_of_reach(error) if isinstance(error, OSError) else str(error)
        typer.echo(f"loket archive: {told}", err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(1 if wrong else 0)


def _kept(data: Path | None) -> list[bytes]:
    from sqlalchemy import select

    from hub.clock import SystemClock
    from hub.house import open_house
    from hub.models.application import ArchivePackage
    from hub.settings import settings_for

    assert data is not None  # noqa: S101 — judged by the caller
    house = open_house(settings_for(data), SystemClock())
    try:
        with house.database.reading() as session:
            query = select(ArchivePackage.blob).where(ArchivePackage.office == house.office_no)
            blobs = session.scalars(query.order_by(ArchivePackage.at)).all()
        return [house.procedure.blobs.get(blob) for blob in blobs]
    finally:
        house.database.close()
