"""`loket verify FILE|CODE`: is this paper ours, and what does it vouch for?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.saying import out_of_reach

if TYPE_CHECKING:
    from hub.seals import Verdict
    from hub.verify.judging import Judgement

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_WORDS = {
    "legalised": (
        "DISAHKAN     ditandatangani kantor, tidak berubah",
        "legalised: signed by the office, unchanged",
    ),
    "registered": (
        "TERDAFTAR    hanya terdaftar: ini tidak menyatakan bahwa surat sudah disahkan",
        "registered only: this does not say that it was legalised",
    ),
    "paid": (
        "DIBAYAR      kantor mencatat pembayaran ini",
        "paid: the office recorded this payment",
    ),
    "void": (
        "BATAL        kantor menarik kembali nomor ini",
        "void: the office withdrew this number",
    ),
    "altered": (
        "BERUBAH      diubah setelah ditandatangani: jangan dipakai",
        "altered after it was signed: do not use it",
    ),
    "expired": (
        "KEDALUWARSA  ditandatangani saat sertifikat tidak berlaku: tanyakan kepada kantor",
        "signed when the certificate was not valid: ask the office",
    ),
    "stranger": (
        "ASING        ditandatangani orang yang tidak disebut kantor: tanyakan kepada kantor",
        "signed by somebody this office did not name: ask the office",
    ),
    "forged": (
        "PALSU        tanda dalam kode bukan dari kantor: jangan dipakai",
        "the signature in the code is not the office's: do not use it",
    ),
    "unsigned": (
        "TANPA TANDA  kode ini tidak bertanda kantor: tanyakan kepada kantor",
        "the code carries no signature: ask the office",
    ),
    "unknown": (
        "TAK DIKENAL  tidak ada kode kantor di dalamnya: foto kodenya lebih dekat dan terang",
        "no code of an office is in it: take the picture of the code nearer, in good light",
    ),
}
_RECORDED = {
    "legalised": (
        "DISAHKAN     menurut catatan hub untuk nomor ini; cocokkan suratnya dengan catatan itu",
        "legalised: the hub's records say so of this number; compare the paper with them",
    ),
    "registered": (
        "TERDAFTAR    menurut catatan hub pengesahannya ditarik kembali",
        "registered only: by the hub's records its legalisation was withdrawn",
    ),
}
_SAID = {
    "legalised": "disahkan / legalised",
    "registered": "terdaftar / registered only",
    "void": "batal / void",
}


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
            judged = judging.with_hub(judged, _known(data, judged.code))
    except Refused as refused:
        typer.echo(f"loket verify: {refused.id}\n       {refused.en}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"loket verify: {out_of_reach(error)}", err=True)
        raise typer.Exit(1) from None
    words = _RECORDED.get(judged.state) if judged.by_records else None
    indonesian, english = words or _WORDS[judged.state]
    typer.echo(f"{indonesian}\n{'':<13}{english}")
    for line in _facts(judged):
        typer.echo(line)
    raise typer.Exit(judged.exit_code)


def _facts(judged: Judgement) -> list[str]:
    code = judged.code
    lines = [f"oleh/by      {judged.signer}"] if judged.signer else []
    if code is not None and code.genuine:
        lines.append(f"nomor/number {code.number}")
        lines += [f"kasus/case   {code.case}"] if code.case else []
        lines += [f"jumlah/sum   Rp {code.amount:,}".replace(",", ".")] if code.amount else []
        lines += [f"hari/day     {code.day}"] if code.day else []
    if judged.recorded:
        lines.append(
            f"hub          nomor yang tertulis / the number that stands there: "
            f"{_SAID[judged.recorded]}"
        )
    return lines


def _published(data: Path | None) -> Path:
    assert data is not None  # noqa: S101 — judged by the caller
    return data / "office-code.pub.pem"


def _known(data: Path, code: Verdict) -> str:
    """Return what the hub's records say of the number in a code."""
    from hub.clock import SystemClock
    from hub.house import open_house
    from hub.settings import settings_for
    from hub.verify.records import state_of

    house = open_house(settings_for(data), SystemClock())
    try:
        with house.database.reading() as session:
            return state_of(session, house.office_no, code.kind, code.number)
    finally:
        house.database.close()
