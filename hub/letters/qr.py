"""QR codes of papers and of the applicant's page, as SVG text of one filled path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.letters.errors import Unprintable

if TYPE_CHECKING:
    import segno

QR_QUIET_MODULES = 4
QR_MOST_MODULES = 65  # version 10 with its zone: 33.02 mm on the card, 6 dots of 300 dpi a module
_LEVELS = "hqml"
FOR_PHONES = "ml"
"""A camera reads an address from clean paper; fewer modules make them larger."""


def qr_svg(payload: str, levels: str = _LEVELS) -> str:
    """Return `payload` as a QR of one filled path, quiet zone included.

    The strongest correction of `levels` that keeps the code within 65 modules wins. Raises
    Unprintable.
    """
    import segno  # with half an HTTP client: a hub loads it with the first code that it draws

    for level in levels:
        try:
            code = segno.make_qr(payload, error=level, boost_error=False)
        except segno.DataOverflowError as error:
            raise Unprintable("qr_too_long", "imprint.payload") from error
        if code.symbol_size(border=QR_QUIET_MODULES)[0] <= QR_MOST_MODULES:
            return _svg(code)
    raise Unprintable("qr_too_long", "imprint.payload")


def qr_modules(svg: str) -> int:
    """Return how many modules wide a QR of `qr_svg` is, its zone included."""
    return int(svg.split('viewBox="0 0 ', 1)[1].split(" ", 1)[0])


def _svg(code: segno.QRCode) -> str:
    rows = [list(row) for row in code.matrix_iter(border=QR_QUIET_MODULES)]
    path = "".join(_runs(y, row) for y, row in enumerate(rows))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(y: int, row: list[int]) -> str:
    """Return one rectangle per run of dark modules: no stroke, so no gap between them."""
    out, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            out.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = end + 1
    return "".join(out)
