"""The font of the PDF files: Fira Sans (SIL Open Font License 1.1), embedded in each file.

Fira Sans has the letters of names in Latin script. The standard PDF fonts cover Western Europe only: ``Nurul Ḥasanah``
was printed with a black square in her name.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import as_file, files
from threading import Lock

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "FiraSans-Regular", "FiraSans-Bold"
UNKNOWN = "?"
APOSTROPHES = dict.fromkeys("ʹʻʼʽʾʿˈ", "’")
"""The hamza and ayn of Arabic names, printed as apostrophes when the font has no sign for them."""
SMALLEST = 4.0
"""The smallest font size in points. No text that the services accept needs a smaller one."""


_READING = Lock()


def register_fonts() -> None:
    """Read the fonts, once per process, before the first PDF. Safe in any thread."""
    with _READING:
        _read()  # two threads at once would mix up the numbering of the letters


@cache
def _read() -> None:
    for name in (PLAIN, BOLD):
        with as_file(files("fontpkg_fira_sans") / "files" / f"{name}.ttf") as path:
            registerFont(TTFont(name, path))
    registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def printable(text: str) -> str:
    """The text in characters of the font. A missing letter becomes the letter without its diacritics, or else ``?``."""
    register_fonts()
    known = getFont(PLAIN).face.charToGlyph
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign if ord(sign) in known or sign.isspace() else _replacement(sign, known) for sign in composed)


def fit_text(text: str, font: str, size: float, width: float, lines: int) -> tuple[float, list[str]]:
    """The font size, and the text in at most ``lines`` lines of at most ``width`` points. The size is ``size`` or, for
    a long text, as small as necessary. Nothing is cut off.
    """
    while True:
        found = simpleSplit(text, font, size, width)
        fits = len(found) <= lines and all(stringWidth(line, font, size) <= width for line in found)
        if fits or size <= SMALLEST:
            return size, found
        size -= 0.5


def _replacement(sign: str, known: dict[int, int]) -> str:
    parts = unicodedata.normalize("NFKD", sign)
    plain = "".join(part for part in parts if ord(part) in known and not unicodedata.combining(part))
    return plain or APOSTROPHES.get(sign) or ("" if unicodedata.combining(sign) else UNKNOWN)
