"""The QR code of an address, for PDF files."""

from __future__ import annotations

import io

import segno


def qr_png(address: str) -> io.BytesIO:
    """A PNG file with a margin; the code stays readable when the paper is creased."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    return picture
