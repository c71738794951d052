import re

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from gateway.papers import certificates
from gateway.papers.certificates import CertificatePdfs
from gateway.papers.pdf_fonts import BOLD, PLAIN, fit_text, printable, register_fonts
from gateway.reports.evidence_pdf import ReportSheet, render_pdf
from gateway.reports.sections import Section
from tests.unit.gateway.harness import JAKARTA

TITLE = (
    "Pelatihan Pengelolaan Perpustakaan Sekolah Berbasis SLiMS dan Penguatan Literasi bagi Guru Pustakawan dan Tenaga "
    "Perpustakaan Jenjang Pendidikan Dasar dan Menengah se-Eks Karesidenan Kediri Tahun 2026"
)
CERTIFICATE = {
    "title": TITLE, "code": "7K3F-9QXM-2D5T", "kind": "workshop", "hours": 16, "starts": "2026-03-14T01:00:00Z",
    "ends": "2026-03-15T08:00:00Z", "sessions": 4, "attended": 4,
}  # fmt: skip


@pytest.fixture
def drawn(monkeypatch):
    """Every printed line, with its font size."""
    lines = []

    class Noting(certificates.Canvas):
        def drawCentredString(self, x, y, text, *rest, **more):  # noqa: N802 - reportlab's
            lines.append((text, self._fontsize))
            super().drawCentredString(x, y, text, *rest, **more)

    monkeypatch.setattr(certificates, "Canvas", Noting)
    return lines


def fonts_in(made):
    return set(re.findall(rb"/BaseFont /(?:[A-Z0-9]+\+)?([\w-]+)", made))


@pytest.mark.parametrize("name", ["Nurul Ḥasanah", "Siti ʿĀisyah", "Łukasz Contoh", "Ṣafiyyah Ẓahrā"])
def test_latin_names_are_printed_unchanged(drawn, name):
    made = CertificatePdfs("Komunitas", "https://x", JAKARTA).pdf(CERTIFICATE, name)
    assert name in [text for text, _ in drawn]
    assert fonts_in(made) - {b"Helvetica"} == {
        b"FiraSans-Regular",
        b"FiraSans-Bold",
    }  # Helvetica: named, never drawn with


@pytest.mark.parametrize(
    ("text", "on_paper"),
    [
        ("H\u0323asanah", "Ḥasanah"),
        ("Ḫālid", "Hālid"),
        ("Ā\u02beisyah", "Ā’isyah"),
        ("Toko 🎉 buku", "Toko ? buku"),
        ("satu\ndua", "satu\ndua"),
    ],
)
def test_characters_missing_in_the_font_are_replaced_by_the_nearest(text, on_paper):
    assert printable(text) == on_paper


def test_a_long_title_is_printed_smaller_and_in_full(drawn):
    CertificatePdfs("Komunitas", "https://x", JAKARTA).pdf(CERTIFICATE, "Sari Contoh")
    lines = [(text, size) for text, size in drawn if text in TITLE and len(text) > 20]
    assert " ".join(text for text, _ in lines) == TITLE
    assert len(lines) == 2
    assert all(size < 17 for _, size in lines)
    assert ("Sari Contoh", 24) in drawn


def test_a_certificate_of_several_sessions_says_how_many_were_attended(drawn):
    papers = CertificatePdfs("Komunitas", "https://x", JAKARTA)
    papers.pdf({**CERTIFICATE, "attended": 3}, "Sari Contoh")
    assert any("hadir di 3 dari 4 sesi" in text for text, _ in drawn)
    drawn.clear()
    papers.pdf({**CERTIFICATE, "sessions": 0}, "Sari Contoh")
    assert not any("sesi" in text for text, _ in drawn)


def test_fit_text_shrinks_only_text_that_does_not_fit():
    register_fonts()
    assert fit_text("Sari Contoh", BOLD, 24, 500, 2) == (24, ["Sari Contoh"])
    size, lines = fit_text("x" * 200, PLAIN, 17, 500, 2)
    assert "".join(lines) == "x" * 200
    assert max(stringWidth(line, PLAIN, size) for line in lines) <= 500


def test_the_report_pdf_uses_the_same_fonts():
    part = Section("stage", "Ḥ", ("Ḥ & <b>",), (("Ḥ",), ("Ḥ",)))
    made = render_pdf(ReportSheet("Ḥ", "Ḥ", "Ḥ", "Ḥ", [part], ["Ḥ"], "7K3F", "https://x/laporan/7K3F"))
    assert fonts_in(made) - {b"Helvetica"} == {b"FiraSans-Regular", b"FiraSans-Bold"}
