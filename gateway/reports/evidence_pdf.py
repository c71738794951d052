"""The report as PDF: one or two pages of A4, with the code and its QR code, so that anybody can check the report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from gateway.papers.pdf_fonts import BOLD, PLAIN, printable, register_fonts
from gateway.papers.qr import qr_png
from gateway.reports.sections import Section

INK, QUIET, LINE = HexColor("#1c2321"), HexColor("#5b6661"), HexColor("#c9d1cd")
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=10, textColor=QUIET)
HEAD = ParagraphStyle("head", parent=TEXT, fontName=BOLD, fontSize=15, leading=19)
PART = ParagraphStyle("part", parent=TEXT, fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=3 * mm)


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """The content of the PDF. ``address`` is the page that checks ``code``."""

    community: str
    library: str
    period: str
    released: str
    sections: Sequence[Section]
    decisions: Sequence[str]
    code: str
    address: str


def render_pdf(sheet: ReportSheet) -> bytes:
    """The PDF file. Drawing takes tens of milliseconds, so call this outside the event loop."""
    register_fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=f"Laporan bukti: {sheet.library}",
        author=sheet.community,
        lang="id",
    )
    document.build(_flow(sheet))
    return target.getvalue()


def _flow(sheet: ReportSheet) -> list[Flowable]:
    flow: list[Flowable] = [
        Paragraph("Laporan bukti perpustakaan", SMALL),
        Paragraph(_marked(sheet.library), HEAD),
        Paragraph(_marked(f"{sheet.period} · diterbitkan {sheet.released} · didampingi {sheet.community}"), SMALL),
    ]
    for section in sheet.sections:
        flow += _section(section)
    if sheet.decisions:
        asked = [Paragraph(f"{n}. {_marked(text)}", TEXT) for n, text in enumerate(sheet.decisions, 1)]
        flow.append(KeepTogether([Paragraph("Yang diharapkan diputuskan sekolah", PART), *asked]))
    return [*flow, Spacer(1, 5 * mm), _proof(sheet)]


def _section(section: Section) -> list[Flowable]:
    top: list[Flowable] = [Paragraph(_marked(section.title), PART)]
    top += [Paragraph(_marked(sentence), TEXT) for sentence in section.sentences]
    bottom: list[Flowable] = []
    if section.table:
        table = Table([[printable(cell) for cell in row] for row in section.table], hAlign="LEFT", spaceBefore=1 * mm)
        table.setStyle(
            TableStyle(
                [
                    ("FONT", (0, 0), (-1, 0), BOLD, 8),
                    ("FONT", (0, 1), (-1, -1), PLAIN, 8),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 14),
                ]
            )
        )
        bottom.append(table)
    about = [f"Sumber: {section.source}."] if section.source else []
    if section.components:
        about.append(f"Komponen akreditasi: {', '.join(section.components)}.")
    bottom.append(Paragraph(_marked(" ".join(about)), SMALL))
    return [KeepTogether([*top, *bottom])]


def _proof(sheet: ReportSheet) -> Flowable:
    words = [
        Paragraph("Periksa keaslian laporan ini", TEXT),
        Paragraph(_marked(sheet.address), SMALL),
        Paragraph(f"Kode: <b>{_marked(sheet.code)}</b>. Hanya memuat data yang diterbitkan oleh perpustakaan.", SMALL),
    ]
    return Table(
        [[Image(qr_png(sheet.address), 24 * mm, 24 * mm), words]],
        colWidths=[28 * mm, None],
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )


def _marked(text: str) -> str:
    """The text for a reportlab paragraph: printable characters, with markup characters escaped."""
    return escape(printable(text))
