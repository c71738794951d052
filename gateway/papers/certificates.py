"""Certificates as PDF: A4 landscape, with the code and its QR code, so that anybody can check the certificate."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from gateway.papers.pdf_fonts import BOLD, PLAIN, fit_text, printable, register_fonts
from gateway.papers.qr import qr_png
from gateway.words import LocalWords

INK, QUIET, MAIN = HexColor("#1c2321"), HexColor("#5b6661"), HexColor("#0b6e4f")
WIDTH, HEIGHT = landscape(A4)
LINES = 2
"""The maximum number of lines of each text. More lines would reach the QR code."""
KINDS = {"workshop": "workshop", "gathering": "gathering", "lecture": "kuliah WhatsApp/Telegram"}


class CertificatePdfs:
    """``public_url`` is the gateway's public address, to which the printed code leads. Times are shown in ``zone``."""

    def __init__(self, community: str, public_url: str, zone: tzinfo) -> None:
        self._community = community
        self._public_url = public_url
        self._zone = zone

    def check_url(self, code: str) -> str:
        """The page that checks a code."""
        return f"{self._public_url}/sertifikat/{code}"

    def qr_image(self, code: str) -> str:
        """The QR code of the page that checks the code, as a data URI of an SVG."""
        return str(segno.make(self.check_url(code), error="m").svg_data_uri(scale=4, border=2))

    def pdf(self, certificate: Mapping[str, Any], holder: str) -> bytes:
        """The PDF for the holder. Drawing takes tens of milliseconds, so call this outside the event loop."""
        register_fonts()
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=(WIDTH, HEIGHT))
        canvas.setTitle(f"Sertifikat: {certificate['title']}")
        canvas.setAuthor(self._community)
        canvas.setStrokeColor(MAIN)
        canvas.setLineWidth(1.2)
        canvas.rect(10 * mm, 10 * mm, WIDTH - 20 * mm, HEIGHT - 20 * mm)
        self._words(canvas, certificate, holder)
        self._proof(canvas, str(certificate["code"]))
        canvas.showPage()
        canvas.save()
        return target.getvalue()

    def _words(self, canvas: Canvas, certificate: Mapping[str, Any], holder: str) -> None:
        words = LocalWords("id", self._zone)
        kind = KINDS.get(certificate["kind"], certificate["kind"])
        hours = f"{certificate['hours']:g}".replace(".", ",")
        about = f"{words.span(certificate['starts'], certificate['ends'])} · {hours} jam"
        if certificate["sessions"]:
            about += f" · hadir di {certificate['attended']} dari {certificate['sessions']} sesi"
        height = HEIGHT - 34 * mm
        for text, font, size, ink, after in (
            (self._community, PLAIN, 13, QUIET, 17),
            ("SERTIFIKAT", BOLD, 30, MAIN, 17),
            ("diberikan kepada", PLAIN, 12, QUIET, 13),
            (holder, BOLD, 24, INK, 14),
            (f"yang telah mengikuti {kind}", PLAIN, 12, QUIET, 12),
            (str(certificate["title"]), BOLD, 17, INK, 11),
            (about, PLAIN, 11, INK, 8),
        ):
            canvas.setFillColor(ink)
            fitting, lines = fit_text(printable(text), font, size, WIDTH - 60 * mm, LINES)
            for line in lines:
                canvas.setFont(font, fitting)
                canvas.drawCentredString(WIDTH / 2, height, line)
                height -= fitting * 1.25
            height += fitting * 1.25 - after * mm

    def _proof(self, canvas: Canvas, code: str) -> None:
        canvas.drawImage(ImageReader(qr_png(self.check_url(code))), 18 * mm, 16 * mm, 28 * mm, 28 * mm)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 11)
        canvas.drawString(50 * mm, 33 * mm, code)
        canvas.setFillColor(QUIET)
        canvas.setFont(PLAIN, 9)
        canvas.drawString(50 * mm, 27 * mm, "Periksa keaslian dan masa berlakunya di")
        canvas.drawString(50 * mm, 22 * mm, self.check_url(code))
