"""A paper as its reader has it: pages, words, pictures and fonts of the file."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pypdf
from PIL import Image


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    words = " ".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(words.replace("\u200b", "").split())


def rendered(pdf: bytes, folder: Path, dpi: int) -> list[Image.Image]:
    source = folder / "paper.pdf"
    source.write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-png", str(source), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(page) for page in sorted(folder.glob("page*.png"))]


def fonts_of(pdf: bytes) -> str:
    pages = read(pdf).pages
    return " ".join(str(font) for page in pages for font in page["/Resources"]["/Font"].values())
