"""QR codes for paper: error level Q (a quarter may be covered), quiet zone of four modules, the address below.

ISO/IEC 18004. The picture is black on white in every theme: scanners want it so.
"""

from __future__ import annotations

import io
from html import escape

import segno
from PIL import Image, ImageDraw, ImageFont

QUIET = 4  # modules
SCALE = 24  # pixels a module in the PNG: 300 dpi at about 7 cm
KINDS = {"svg": "image/svg+xml", "png": "image/png"}


def draw(address: str, printed: str, kind: str) -> bytes:
    """The code of an address with the words to type below it. `kind` is 'svg' or 'png'."""
    code = segno.make(address, error="q", micro=False, boost_error=False)
    return _svg(code, printed) if kind == "svg" else _png(code, printed)


def _svg(code: segno.QRCode, printed: str) -> bytes:
    wide = code.symbol_size(border=QUIET)[0]
    size = _letters(len(printed), wide)
    high = wide + size * 1.6
    squares = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high:.2f}" width="{wide * 4}" '
        f'height="{high * 4:.0f}" role="img" aria-label="{escape(printed)}">'
        f'<rect width="{wide}" height="{high:.2f}" fill="#fff"/><path d="{squares}" fill="#000"/>'
        f'<text x="{wide / 2}" y="{wide + size * 0.3:.2f}" font-family="Inter, Arial, sans-serif" '
        f'font-size="{size:.2f}" text-anchor="middle" fill="#000">{escape(printed)}</text></svg>'
    ).encode()


def _letters(count: int, wide: float) -> float:
    """Size of the letters so that the words fit the width of the code, in modules."""
    return min(2.6, (wide - QUIET) / max(1, count) / 0.58)


def _png(code: segno.QRCode, printed: str) -> bytes:
    made = io.BytesIO()
    code.save(made, kind="png", scale=SCALE, border=QUIET)
    square = Image.open(made).convert("L")
    wide = square.width
    size = int(_letters(len(printed), wide / SCALE) * SCALE)
    sheet = Image.new("L", (wide, wide + int(size * 1.6)), 255)
    sheet.paste(square, (0, 0))
    pen = ImageDraw.Draw(sheet)
    pen.text((wide / 2, wide), printed, fill=0, font=ImageFont.load_default(size), anchor="mt")
    out = io.BytesIO()
    sheet.save(out, "PNG", dpi=(300, 300), optimize=True)
    return out.getvalue()
