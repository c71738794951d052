"""The report on paper: one or two pages of A4, with the code and its QR that anybody can check it by."""

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

from gateway.papers.pdf_fonts import BOLD, PLAIN, prepare, written
from gateway.papers.qr import picture_of
from gateway.reports.sections import Section

INK, QUIET, LINE = HexColor("#1c2321"), HexColor("#5b6661"), HexColor("#c9d1cd")
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=10, textColor=QUIET)
HEAD = ParagraphStyle("head", parent=TEXT, fontName=BOLD, fontSize=15, leading=19)
PART = ParagraphStyle("part", parent=TEXT, fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=3 * mm)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on it. ``address`` is where ``code`` is checked."""

    community: str
    library: str
    period: str
    released: str
    sections: Sequence[Section]
    decisions: Sequence[str]
    code: str
    address: str


def pdf(paper: Paper) -> bytes:
    """The file. A few ten milliseconds of work: not for an event loop."""
    prepare()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=f"Laporan bukti: {paper.library}",
        author=paper.community,
        lang="id",
    )
    document.build(_flow(paper))
    return target.getvalue()


def _flow(paper: Paper) -> list[Flowable]:
    flow: list[Flowable] = [
        Paragraph("Laporan bukti perpustakaan", SMALL),
        Paragraph(_marked(paper.library), HEAD),
        Paragraph(_marked(f"{paper.period} · diterbitkan {paper.released} · didampingi {paper.community}"), SMALL),
    ]
    for section in paper.sections:
        flow += _section(section)
    if paper.decisions:
        asked = [Paragraph(f"{n}. {_marked(text)}", TEXT) for n, text in enumerate(paper.decisions, 1)]
        flow.append(KeepTogether([Paragraph("Yang diharapkan diputuskan sekolah", PART), *asked]))
    return [*flow, Spacer(1, 5 * mm), _proof(paper)]


def _section(section: Section) -> list[Flowable]:
    top: list[Flowable] = [Paragraph(_marked(section.title), PART)]
    top += [Paragraph(_marked(sentence), TEXT) for sentence in section.sentences]
    bottom: list[Flowable] = []
    if section.table:
        table = Table([[written(cell) for cell in row] for row in section.table], hAlign="LEFT", spaceBefore=1 * mm)
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


def _proof(paper: Paper) -> Flowable:
    words = [
        Paragraph("Periksa keaslian laporan ini", TEXT),
        Paragraph(_marked(paper.address), SMALL),
        Paragraph(f"Kode: <b>{_marked(paper.code)}</b>. Hanya memuat data yang diterbitkan oleh perpustakaan.", SMALL),
    ]
    return Table(
        [[Image(picture_of(paper.address), 24 * mm, 24 * mm), words]],
        colWidths=[28 * mm, None],
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )


def _marked(text: str) -> str:
    """The text as a paragraph takes it: in letters that there are, with nothing in it that would be read as markup."""
    return escape(written(text))
