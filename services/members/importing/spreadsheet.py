"""A table of registrations as a spreadsheet writes it: comma or semicolon, with or without a byte order mark.

This module judges the form alone: columns and cells. Row numbers are those of the spreadsheet: the headers are row 1,
and an empty row counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kernel.base.problem import Malformed

MAX_ROWS = 5000
DELIMITERS = (",", ";", "\t")

COLUMNS: Mapping[str, Sequence[str]] = {
    "submitted": ("Timestamp", "Cap waktu", "Stempel waktu", "Waktu", "Tanggal", "Tanggal daftar"),
    "name": ("Nama Lengkap", "Nama", "Nama Lengkap dan Gelar", "Nama lengkap (dengan gelar)"),
    "email": ("Alamat Email", "Email", "E-mail", "Alamat E-mail", "Surel", "Alamat surel", "Email Address"),
    "phone": (
        "Nomor HP/WhatsApp", "Nomor HP", "No. HP", "No. HP/WA", "No. WA", "Nomor WA", "Nomor WhatsApp", "WhatsApp",
        "Nomor HP (WhatsApp)", "No. HP/WhatsApp", "No. WhatsApp", "Nomor HP/WA", "Nomor telepon", "No. telepon",
    ),
    "library": (
        "Asal Sekolah/Perpustakaan", "Asal Sekolah", "Asal Perpustakaan", "Asal Instansi", "Instansi", "Unit Kerja",
        "Nama Sekolah", "Nama Perpustakaan", "Nama Sekolah/Perpustakaan", "Sekolah/Perpustakaan", "Asal Lembaga",
    ),
    "region": ("Wilayah (Kab/Kota)", "Wilayah", "Kab/Kota", "Kabupaten/Kota", "Kota/Kabupaten", "Wilayah (Kabupaten/Kota)"),
    "subdistrict": ("Kecamatan", "Kec."),
    "born": ("Tanggal Lahir", "Tgl. Lahir"),
}  # fmt: skip
"""Field → the headers it is known by, the usual one first. Case, spaces and punctuation do not matter."""

REQUIRED = ("name", "library", "region", "subdistrict")
REACHABLE = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` maps a field to its trimmed text, "" for an empty cell. ``beyond``: text behind the last header."""

    number: int
    cells: Mapping[str, str]
    beyond: bool = False


def read(content: bytes) -> Sequence[Row]:
    """The rows that are not empty. Raises ``Malformed`` with all errors of the file's form."""
    records = _records(_decoded(content))
    if not records:
        raise Malformed("The file is empty.")
    fields = _fields(records[0])
    rows = [_row(number, fields, record) for number, record in enumerate(records[1:], 2) if any(map(str.strip, record))]
    if not rows:
        raise Malformed("The file has headers and no rows.")
    if len(rows) > MAX_ROWS:
        raise Malformed(f"the file has {len(rows)} rows; bring at most {MAX_ROWS} at once", rows=len(rows))
    return rows


def usual(field: str) -> str:
    """The usual header of a field."""
    return COLUMNS[field][0]


def folded(text: str) -> str:
    """A header or name reduced to its letters and digits, for comparing."""
    return "".join(character for character in text.casefold() if character.isalnum())


_FIELD_OF = {folded(header): field for field, headers in COLUMNS.items() for header in headers}


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("The file is not UTF-8; save it as “CSV UTF-8”.") from error


def _records(text: str) -> list[list[str]]:
    """The records, split at the delimiter that gives the most known headers."""

    def known(delimiter: str) -> int:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return sum(folded(header) in _FIELD_OF for header in first)

    try:
        delimiter = max(DELIMITERS, key=known)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Malformed(f"the file is not a table: {error}") from error


def _fields(headers: Sequence[str]) -> Sequence[str]:
    """The field of each column, in order; "" for a column without a header."""
    fields = [_FIELD_OF.get(folded(header), "") for header in headers]
    unknown = [header.strip() for header, field in zip(headers, fields, strict=True) if header.strip() and not field]
    missing = [usual(field) for field in REQUIRED if field not in fields]
    if not any(field in fields for field in REACHABLE):
        missing.append(" / ".join(map(usual, REACHABLE)))
    twice = [usual(field) for field in COLUMNS if fields.count(field) > 1]
    wrong = {"missing": missing, "unknown": unknown, "twice": twice}
    if errors := {kind: headers for kind, headers in wrong.items() if headers}:
        named = "; ".join(f"{kind}: {', '.join(headers)}" for kind, headers in errors.items())
        raise Malformed(f"the columns are not as expected ({named})", errors={"headers": errors})
    return fields


def _row(number: int, fields: Sequence[str], record: Sequence[str]) -> Row:
    cells = {field: text.strip() for field, text in zip(fields, record, strict=False) if field}
    beyond = any(text.strip() for text in record[len(fields) :])
    return Row(number, {field: cells.get(field, "") for field in COLUMNS}, beyond)
