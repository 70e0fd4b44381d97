"""Use a device once from the terminal: capture, photo, scan, print, read a chip."""

from __future__ import annotations

import re
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, cast

import typer

from devices import capabilities, saying
from devices.terminal import (
    FAILED,
    WRONG_USE,
    DeviceAddress,
    fail,
    opened,
    progress_shown,
    read_file,
    writable,
    write_private,
)

if TYPE_CHECKING:
    from devices.capabilities import PassportRead, PrintResult, TicketImage

_NUMBER = re.compile(r"[A-Z0-9<]{1,22}")
_DAY = re.compile(r"\d\d(?:0[1-9]|1[0-2]|00|<<)(?:0[1-9]|[12]\d|3[01]|00|<<)", re.ASCII)
"""A month or day that a passport leaves open is 00 or <<."""

PngFile = Annotated[Path, typer.Argument(help="PNG file to write")]


def capture_finger(
    address: DeviceAddress,
    out: PngFile,
    wait: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds to wait for a finger")
    ] = 20.0,
    image_record: Annotated[
        Path | None, typer.Option(help="ISO/IEC 19794-4 file to write as well")
    ] = None,
    minutiae_record: Annotated[
        Path | None, typer.Option(help="ISO/IEC 19794-2 file to write as well")
    ] = None,
) -> None:
    """Ambil satu sidik jari sebagai PNG. / Capture one finger as PNG.

    Example: loket devices capture-finger r30x:/dev/ttyUSB0 finger.png
    """
    for path in (out, image_record, minutiae_record):
        if path is not None:
            writable(path)
    with opened(address, "capture") as device:
        reader = cast("capabilities.FingerprintReader", device)
        typer.echo("Letakkan jari. / Put the finger on the glass.", err=True)
        capture = reader.capture(wait_s=wait, progress=progress_shown("gambar / image"))
        if capture.image is None:
            fail(saying.finger_words(capture.result), FAILED)
        write_private(out, capture.image.png())
        if image_record is not None:
            from devices.fingers.iso import encode_image

            write_private(image_record, encode_image(capture.image))
        if minutiae_record is not None:
            from devices.fingers.iso import encode_minutiae
            from devices.fingers.minutiae import minutiae_of

            write_private(minutiae_record, encode_minutiae(minutiae_of(capture.image)))
        size = f"{capture.image.width_px}x{capture.image.height_px}"
        typer.echo(f"{out}: {size}, {capture.attempts}x")


def empty_library(
    address: DeviceAddress,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it only the count")] = False,
) -> None:
    """Kosongkan pustaka jari di sensor. / Erase the fingers in the sensor's own flash.

    Example: loket devices empty-library r30x:/dev/ttyUSB0 --yes
    """
    with opened(address, "empty_library") as device:
        before = device.health()
        if before.code != "library_not_empty":
            typer.echo("Sudah kosong. / It is empty.")
            return
        typer.echo(before.detail)
        if not yes:
            fail("Tidak dihapus: beri --yes. / Nothing was erased: give --yes.", WRONG_USE)
        cast("LibraryKeeper", device).empty_library()
        typer.echo("Dikosongkan. / Emptied.")


class LibraryKeeper(Protocol):
    """A sensor with fingers in a flash of its own."""

    def empty_library(self) -> None:
        """Erase them. Raises DeviceError."""
        ...


def photo(
    address: DeviceAddress, out: Annotated[Path, typer.Argument(help="JPEG file to write")]
) -> None:
    """Ambil satu foto. / Take one photo.

    Example: loket devices photo camera:/dev/v4l/by-id/usb-X-index0 photo.jpg
    """
    writable(out)
    with opened(address, "photo") as device:
        camera = cast("capabilities.Camera", device)
        taken = camera.photo()
        write_private(out, taken.jpeg)
        typer.echo(f"{out}: {taken.width_px}x{taken.height_px}")


def scan(
    address: DeviceAddress,
    out: Annotated[Path, typer.Argument(help="PDF file to write")],
    dpi: Annotated[int, typer.Option(min=50, max=1200)] = 300,
    grey: Annotated[bool, typer.Option(help="Grey instead of colour")] = False,
    feeder: Annotated[bool, typer.Option(help="From the feeder instead of the glass")] = False,
    pages: Annotated[int, typer.Option(min=1, max=500, help="At most so many pages")] = 1,
) -> None:
    """Pindai ke PDF. / Scan to a PDF.

    Example: loket devices scan sane:test:0 out.pdf --feeder --pages 10
    """
    writable(out)
    with opened(address, "scan") as device:
        scanner = cast("capabilities.DocumentScanner", device)
        scanned = scanner.scan(
            dpi=dpi,
            colour=not grey,
            feeder=feeder,
            max_pages=pages,
            progress=progress_shown("pindai / scan"),
        )
        if not scanned:
            fail("Tidak ada halaman. / No page came.", FAILED)
        from devices.pdf import pages_to_pdf

        write_private(out, pages_to_pdf(scanned))
        typer.echo(f"{out}: {len(scanned)} halaman / pages")


def print_ticket(
    address: DeviceAddress,
    image: Annotated[Path, typer.Argument(help="Picture to print, dot for dot")],
) -> None:
    """Cetak satu gambar sebagai karcis. / Print one picture as a ticket.

    Example: loket devices print-ticket escpos:socket://10.0.0.9:9100 ticket.png
    """
    ticket = ticket_of(image)
    with opened(address, "print_ticket") as device:
        printer = cast("capabilities.TicketPrinter", device)
        try:
            result = printer.print_ticket(ticket)
        except ValueError as error:
            fail(
                f"{image}: lebih lebar dari kertas / wider than the paper: {error}\n"
                "-> Perkecil gambarnya, atau pilih ?profile= pada alamat."
                " / Make the picture smaller, or choose ?profile= in the address.",
                WRONG_USE,
            )
        _report_print(result)


def print_text(
    address: DeviceAddress,
    text: Annotated[str, typer.Argument(help="Text; - reads it from standard input")],
    qr: Annotated[str, typer.Option(help="Also a QR code of this")] = "",
    size: Annotated[int, typer.Option(min=1, max=8, help="How large the letters are")] = 1,
) -> None:
    """Cetak teks dengan huruf pencetak sendiri. / Print text in the printer's own letters.

    Example: loket devices print-text escpos:/dev/serial/by-id/usb-X "Uji cetak" --qr LOKET
    """
    words = sys.stdin.read().rstrip("\n") if text == "-" else text
    code = [capabilities.SlipCode(qr)] if qr else []
    with opened(address, "print_slip") as device:
        printer = cast("capabilities.SlipPrinter", device)
        try:
            result = printer.print_slip([capabilities.SlipText(words, size=size), *code])
        except ValueError as error:
            fail(
                f"tidak muat / it does not fit: {error}\n"
                "-> Perkecil --size atau --qr. / Give a smaller --size or a shorter --qr.",
                WRONG_USE,
            )
        _report_print(result)


def print_document(
    address: DeviceAddress,
    document: Annotated[Path, typer.Argument(help="PDF file to print")],
    copies: Annotated[int, typer.Option(min=1, max=99)] = 1,
) -> None:
    """Cetak satu PDF. / Print one PDF.

    Example: loket devices print ipp://printer.local/ipp/print letter.pdf
    """
    pdf = read_file(document)
    if not pdf.startswith(b"%PDF"):
        fail(
            f"{document}: bukan PDF / no PDF\n"
            "-> Simpan dokumennya sebagai PDF. / Save the document as a PDF.",
            WRONG_USE,
        )
    with opened(address, "print_pdf") as device:
        printer = cast("capabilities.DocumentPrinter", device)
        name = f"loket-{uuid.uuid4().hex[:12]}"
        progress = progress_shown("cetak / print")
        typer.echo(
            "Mencetak; pencetak yang sibuk ditunggu sampai 2 menit."
            " / Printing; a busy printer is waited for up to 2 minutes.",
            err=True,
        )
        _report_print(printer.print_pdf(pdf, job_name=name, copies=copies, progress=progress))


def read_passport(
    address: DeviceAddress,
    json: Annotated[Path, typer.Option(help="File to write; it holds personal data")],
    mrz: Annotated[str, typer.Option(help="All lines of the zone; - reads them from stdin")] = "",
    can: Annotated[str, typer.Option(help="Card access number: six digits on the card")] = "",
    document_number: Annotated[str, typer.Option(help="As in the MRZ, without filler")] = "",
    birth: Annotated[str, typer.Option(help="YYMMDD")] = "",
    expiry: Annotated[str, typer.Option(help="YYMMDD")] = "",
) -> None:
    """Baca cip paspor ke JSON. / Read a passport chip into JSON.

    What a check finds (altered, clone suspected) is told and kept; only a chip that gave nothing is
    a failure.

    Example: loket devices read-passport "emrtd:pcsc://ACS ACR1252" --can 123456 --json card.json
    """
    key = _access_key(mrz, can, (document_number, birth, expiry))
    writable(json)
    with opened(address, "read_passport") as device:
        reader = cast("capabilities.PassportReader", device)
        read = reader.read_passport(key, progress=progress_shown("cip / chip"))
        write_private(json, _passport_json(read))
        access = read.access or "tidak terbuka / not opened"
        typer.echo(f"{json}: {access}, {read.apdus} APDU, {', '.join(read.files)}")
        for one in read.findings:
            typer.echo(f"{one.check}: {saying.verdict_words(one.verdict)}. {one.reason}".rstrip())
        if not read.files:
            raise typer.Exit(FAILED)


def _access_key(mrz: str, can: str, fields: tuple[str, str, str]) -> capabilities.AccessKey:
    """Return the key that exactly one of the three ways gives."""
    if sum((bool(mrz), bool(can), any(fields))) != 1:
        fail(
            "Tulis satu: --mrz, --can, atau --document-number --birth --expiry"
            " / write one of: --mrz, --can, or --document-number --birth --expiry",
            WRONG_USE,
        )
    if can:
        if not (len(can) == 6 and can.isascii() and can.isdigit()):
            fail("--can: enam angka / six digits", WRONG_USE)
        return capabilities.CanKey(can)
    if mrz:
        return _key_of_zone(sys.stdin.read() if mrz == "-" else mrz)
    number, birth, expiry = fields
    number = number.strip().upper()
    if not _NUMBER.fullmatch(number):
        fail("--document-number: tulis huruf A-Z dan angka / write A-Z and digits", WRONG_USE)
    for name, given in (("--birth", birth), ("--expiry", expiry)):
        if not _DAY.fullmatch(given):
            fail(f"{name}: tulis YYMMDD / write YYMMDD, mis. / e.g. 740812", WRONG_USE)
    return capabilities.MrzKey(number, birth, expiry)


def _key_of_zone(text: str) -> capabilities.MrzKey:
    from devices.mrz.wire import MrzError, chip_key, lines_of, parse_mrz

    try:
        return chip_key(parse_mrz(lines_of(text)))
    except MrzError as error:
        where = f" {error.field}" if error.field else ""
        fail(f"--mrz{where}: {error}", WRONG_USE)


def _passport_json(read: PassportRead) -> bytes:
    import json

    told = {
        "access": read.access,
        "apdus": read.apdus,
        "mrz": read.mrz,
        "findings": [
            {"check": one.check, "verdict": one.verdict, "reason": one.reason}
            for one in read.findings
        ],
        "files_hex": {name: content.hex() for name, content in read.files.items()},
        "proofs_hex": {name: record.hex() for name, record in read.proofs.items()},
        "extra": dict(read.extra),
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def _report_print(result: PrintResult) -> None:
    typer.echo(saying.print_words(result))
    if result.state in (capabilities.PrintState.UNKNOWN, capabilities.PrintState.FAILED):
        if remedy := saying.remedy_of_print(result):
            typer.echo(f"-> {remedy}", err=True)
        raise typer.Exit(FAILED)


def ticket_of(path: Path) -> TicketImage:
    """Read a picture as a ticket, dark dots black, padded to whole bytes."""
    import io

    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(read_file(path))).convert("L")
    except OSError:
        fail(f"{path}: bukan gambar / no picture: PNG, JPEG?", WRONG_USE)
    width = (picture.width + 7) // 8 * 8
    page = Image.new("L", (width, picture.height), 255)
    page.paste(picture, (0, 0))
    dots = page.point(lambda grey: 255 if grey < 150 else 0).convert("1")
    return capabilities.TicketImage(width, page.height, dots.tobytes())
