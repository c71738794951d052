"""The letters on paper: Fira Sans (SIL Open Font License 1.1), which goes into each file and has what names in Latin
script are written with.

The fonts that every reader of PDF has end with Western Europe: ``Nurul Ḥasanah`` came out with a black square in her name.
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
"""The hamza and ayn of Arabic names, as they are written where there is no sign of their own."""
SMALLEST = 4.0
"""Points. Nothing that the services take is long enough to need less."""


_READING = Lock()


def register_fonts() -> None:
    """Read the font, once a process and not before the first paper. Safe in any thread."""
    with _READING:
        _read()  # two of them at once would number the same letters differently in one file


@cache
def _read() -> None:
    for name in (PLAIN, BOLD):
        with as_file(files("fontpkg_fira_sans") / "files" / f"{name}.ttf") as path:
            registerFont(TTFont(name, path))
    registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def printable(text: str) -> str:
    """The text in letters that there are: one that the font lacks is the plain letter below its signs, else ``?``."""
    register_fonts()
    known = getFont(PLAIN).face.charToGlyph
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign if ord(sign) in known or sign.isspace() else _replacement(sign, known) for sign in composed)


def fit_text(text: str, font: str, size: float, width: float, lines: int) -> tuple[float, list[str]]:
    """The lines of a text, at most so many and each within ``width`` points, and the size in which they are: ``size``
    or, for a long text, as much less as it takes. Nothing is cut off.
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
