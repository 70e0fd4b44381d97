"""What the demo leaves on paper and in files: found by the codes printed on it, and examined."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import typst
import zxingcpp
from PIL import Image

from hub.demo.errors import PaperMissing

_PPI = 150.0
_PAGE = """\
#set page(width: auto, height: auto, margin: 0pt)
#image("paper.pdf")
"""
_PAPER_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.1
_SMALLEST = {".png": 2_000, ".jpg": 5_000, ".pdf": 2_000, ".tar": 10_000}
_MAGIC = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".pdf": b"%PDF-"}


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper: its file and the text of its barcode, `LOKET:KIND:NUMBER[:SECRET]`."""

    file: Path
    payload: str

    @property
    def number(self) -> str:
        """Return the paper's number."""
        return self.payload.split(":")[2]


def printed(folder: Path, kind: str, *, newest: bool = True) -> Printed:
    """Return a paper of `kind` (R, B, S or C) in a printer's tray, the newest or the first of them.

    The endorsement text carries the code of its letter, which is printed before it. Raises
    PaperMissing.
    """
    until = time.monotonic() + _PAPER_WITHIN_S
    while True:
        for file in sorted(folder.glob("*.pdf"), key=_age, reverse=newest):
            for payload in codes_on(file):
                if payload.startswith(f"LOKET:{kind}:"):
                    return Printed(file, payload)
        if time.monotonic() > until:
            message = f"no paper with a code LOKET:{kind}:… came out in {folder}"
            raise PaperMissing(message)
        time.sleep(_LOOK_EVERY_S)


def codes_on(pdf: Path) -> list[str]:
    """Return the texts of the barcodes on the first page, read off a picture of it."""
    with tempfile.TemporaryDirectory(prefix="loket-paper-") as folder:
        page = Path(folder) / "page.typ"
        page.write_text(_PAGE, "utf-8")
        shutil.copyfile(pdf, page.with_name("paper.pdf"))
        picture = typst.compile(page, format="png", ppi=_PPI)
    with Image.open(io.BytesIO(picture)) as seen:
        return [found.text for found in zxingcpp.read_barcodes(seen.convert("L"))]


def keep(paper: Printed, target: Path) -> Path:
    """Copy a paper to where the demo leaves it."""
    shutil.copyfile(paper.file, target)
    return target


def examine(file: Path) -> None:
    """Check that a file is there and is what its ending says. Raises PaperMissing."""
    if not file.exists():
        message = f"{file.name} is not there"
        raise PaperMissing(message)
    content = file.read_bytes()
    if len(content) < _SMALLEST[file.suffix]:
        message = f"{file.name} has only {len(content)} bytes"
        raise PaperMissing(message)
    if file.suffix == ".tar":
        _examine_package(file)
    elif not content.startswith(_MAGIC[file.suffix]):
        message = f"{file.name} is no {file.suffix[1:].upper()} file"
        raise PaperMissing(message)
    if file.suffix in (".png", ".jpg"):
        _examine_picture(file)


def _examine_picture(file: Path) -> None:
    with Image.open(file) as picture:
        darkest, lightest = picture.convert("L").getextrema()
    if lightest == darkest:
        message = f"{file.name} is an empty picture"
        raise PaperMissing(message)


def _examine_package(file: Path) -> None:
    """Compare every file of a BagIt package with its manifest (RFC 8493 §2.1.3)."""
    with tarfile.open(file) as package:
        content = {
            member.name.partition("/")[2]: opened.read()
            for member in package.getmembers()
            if (opened := package.extractfile(member)) is not None
        }
    manifest = content.get("manifest-sha256.txt", b"").decode()
    listed = {line[64:].strip(): line[:64] for line in manifest.splitlines()}
    held = {name for name in content if name.startswith("data/")}
    wrong = [
        name
        for name in held | set(listed)
        if hashlib.sha256(content.get(name, b"")).hexdigest() != listed.get(name)
    ]
    if wrong or "data/case.json" not in held:
        message = f"{file.name}: {', '.join(sorted(wrong)) or 'data/case.json'} does not agree"
        raise PaperMissing(message)


def file_name(words: str) -> str:
    """Return words as the stem of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _age(file: Path) -> float:
    return file.stat().st_mtime
