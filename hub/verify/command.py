"""`loket verify FILE|CODE`: is this paper ours, and what does it vouch for?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.saying import out_of_reach

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_WORDS = {
    "legalised": "DISAHKAN   legalised: signed by the office, unchanged",
    "registered": "TERDAFTAR  registered only: this does not say that it was legalised",
    "paid": "DIBAYAR    paid: the office recorded this payment",
    "void": "BATAL      void: the office withdrew this number",
    "altered": "BERUBAH    altered after it was signed",
    "expired": "KEDALUWARSA  signed when the certificate was not valid: ask the office",
    "stranger": "ASING      signed by somebody this office did not name",
    "forged": "PALSU      the signature in the code is not the office's",
    "unsigned": "TANPA TANDA  the code carries no signature; ask the office",
    "unknown": "TAK DIKENAL  no code of an office is in it",
}

_RECORDED = (
    "DISAHKAN   legalised: the hub's records say so of this number; compare the paper with them"
)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(help="A PDF, a picture, or the text of a code.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="The office's published key file (PEM).")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="The hub's folder: also asks its records.")
    ] = None,
) -> None:
    """Verify a paper offline; exit 0: legalised or paid, 3: registered only, 1: anything else.

    Example: loket verify surat.pdf --key kantor-contoh.pub.pem
    """
    from hub.errors import Refused
    from hub.verify import judging

    if key is None and data is None:
        typer.echo("loket verify: beri / give --key FILE, atau / or --data DIR", err=True)
        raise typer.Exit(2)
    try:
        keys = judging.read_keys(key or _published(data))
        judged = judging.judge(what, keys)
        if data is not None and judged.code is not None and judged.code.number:
            judged = judging.with_hub(judged, _known(data, judged.code.number))
    except Refused as refused:
        typer.echo(f"loket verify: {refused.id}\n       {refused.en}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"loket verify: {out_of_reach(error)}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        _RECORDED if judged.by_records and judged.state == "legalised" else _WORDS[judged.state]
    )
    for line in _facts(judged):
        typer.echo(line)
    raise typer.Exit(judged.exit_code)


def _facts(judged: object) -> list[str]:
    from hub.verify.judging import Judgement

    assert isinstance(judged, Judgement)  # noqa: S101 — narrows
    code = judged.code
    lines = [f"signer     {judged.signer}"] if judged.signer else []
    if code is not None and code.genuine:
        lines.append(f"number     {code.number}")
        lines += [f"case       {code.case}"] if code.case else []
        lines += [f"amount     Rp {code.amount:,}".replace(",", ".")] if code.amount else []
        lines += [f"day        {code.day}"] if code.day else []
    return lines


def _published(data: Path | None) -> Path:
    assert data is not None  # noqa: S101 — judged by the caller
    return data / "office-code.pub.pem"


def _known(data: Path, number: str) -> str:
    """Return `void` or `legalised` if the hub's records say so of a register number."""
    from hub.clock import SystemClock
    from hub.house import open_house
    from hub.settings import settings_for
    from hub.verify.records import state_of

    house = open_house(settings_for(data), SystemClock())
    try:
        with house.database.reading() as session:
            return state_of(session, house.office_no, number)
    finally:
        house.database.close()
