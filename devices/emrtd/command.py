"""`loket devices csca`: the office's store of country certificates."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from devices import saying
from devices.terminal import FAILED, WRONG_USE, fail

app = typer.Typer(
    name="csca",
    help="Sertifikat negara penanda paspor. / Certificates of the countries that sign passports.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Store = Annotated[Path, typer.Option("--store", help="Folder of the store; the hub's is DATA/csca")]
_DEFAULT = Path("/var/lib/loket/csca")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{64}")
_SHOWN = "/ write the SHA-256, 64 hexadecimal digits; import without --confirm shows it"


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help=".ml, .ldif, .cer, .pem or .crl")],
    store: Store = _DEFAULT,
    confirm: Annotated[
        list[str] | None,
        typer.Option(help="SHA-256 that a supervisor compared with the issuer's publication"),
    ] = None,
) -> None:
    """Masukkan daftar induk atau sertifikat. / Take in a master list or certificates.

    Example: loket devices csca import 20261101_DEMasterList.ml --store /var/lib/loket/csca
    """
    from devices.emrtd import csca
    from devices.emrtd.tlv import LdsError

    _check_store(store)
    for given in confirm or ():
        if not _FINGERPRINT.fullmatch(given.replace(":", "")):
            fail(f"--confirm {given}: tulis SHA-256, 64 angka heksadesimal {_SHOWN}", WRONG_USE)
    try:
        result = csca.import_file(file, store, confirmed=confirm or (), at=_now())
    except OSError as error:
        fail(_out_of_reach(error, file), WRONG_USE)
    except LdsError as error:
        fail(
            f"{file}: bukan daftar induk, LDIF, sertifikat, atau CRL yang utuh; tidak ada yang"
            " diubah / no sound master list, LDIF, certificate or CRL; nothing was changed:"
            f" {error}\n-> Unduh kembali berkasnya dari penerbitnya."
            " / Download the file again from its issuer: docs/passport.md",
            FAILED,
        )
    except csca.NotVouched as error:
        lines = [f"{print_}  {what}" for print_, what in error.fingerprints.items()]
        fail(
            "Belum ada yang menjamin berkas ini; tidak ada yang diubah."
            " / Nobody trusted stands for this file; nothing was changed.\n"
            + "\n".join(lines)
            + "\n-> Supervisor: bandingkan SHA-256 dengan yang diumumkan penerbit, lalu ulangi"
            " dengan --confirm SHA256. / Compare with what the issuer published, then repeat with"
            " --confirm SHA256.",
            FAILED,
        )
    how = f" ({result.how})" if result.how else ""
    print(
        f"baru / new {len(result.added)}, sudah ada / known {result.known},"
        f" CRL {result.revocations}{how}"
    )
    for reason in result.refused:
        print(f"ditolak / refused  {reason}")
    if result.signers:
        print(f"{result.signers} penanda dokumen tidak disimpan / document signers not stored")


@app.command("show")
def show(store: Store = _DEFAULT) -> None:
    """Tampilkan isi dan umur simpanan. / Show what the store holds and how old it is.

    Example: loket devices csca show --store /var/lib/loket/csca
    """
    from devices.emrtd import csca

    _check_store(store)
    at = _now()
    found = csca.status(store, at=at)
    age = "-" if found.imported_at is None else str((at - found.imported_at).days)
    countries = ", ".join(f"{name} {count}" for name, count in found.by_country.items())
    print(
        f"sertifikat / certificates  {found.certificates} ({found.expired} kedaluwarsa / expired)"
    )
    print(f"negara / countries         {len(found.by_country)}: {countries or '-'}")
    print(f"impor terakhir / last import, hari / days  {age}")
    print(f"CRL                        {found.revocation_lists}")
    if found.overdue:
        print(f"CRL lewat tempo / overdue  {', '.join(found.overdue)}")
    print(f"belum ada / missing        {len(found.missing)}: {' '.join(found.missing)}")
    for name in found.unreadable:
        print(f"tidak terbaca / unreadable {name}")
    if not found.certificates:
        print("-> Impor daftar induk. / Import a master list: docs/passport.md")
        raise typer.Exit(FAILED)


def _check_store(store: Path) -> None:
    if store.exists() and not store.is_dir():
        fail(
            f"--store {store}: bukan folder / is no folder\n"
            "-> Tulis folder simpanan, mis. DATA/csca. / Name the store's folder, e.g. DATA/csca.",
            WRONG_USE,
        )


def _out_of_reach(error: OSError, file: Path) -> str:
    """Say which of the two could not be used: the file to read, or something in the store."""
    place = error.filename or file
    reading = str(place) == str(file)
    words = (
        "tidak terbaca / cannot be read" if reading else "tidak dapat ditulis / cannot be written"
    )
    return f"{place}: {words}: {error.strerror}\n-> {saying.SEE_THE_PATH}"


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
