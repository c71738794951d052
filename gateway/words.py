"""Texts, times and numbers in the reader's language, and the refusal of a rule as a sentence.

Templates and pages are written in Indonesian. ``locale/en.json`` maps each text to English. ``locale/rules.json`` maps
the name of a rule to its Indonesian sentence; numbers of the refusal replace ``{have}`` and ``{need}``. English pages
show the service's own sentence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_time, get_timezone_name
from babel.numbers import format_decimal

from gateway.labels import ALL_RIGHTS_RESERVED, LABELS, LICENCES, OTHERWISE
from services.kernel.base.problem import Problem

LOCALE = Path(__file__).parent / "locale"
INDONESIAN, ENGLISH = "id", "en"

BY_STATUS = {
    400: "Ada isian yang belum benar. Periksa lagi, lalu kirim.",
    401: "Silakan masuk dulu.",
    403: "Anda tidak berwenang melakukan ini di wilayah ini.",
    404: "Yang Anda cari tidak ada di sini.",
    405: "Itu tidak bisa dilakukan di sini.",
    409: "Kiriman pertama masih diproses. Tunggu sebentar, lalu kirim lagi.",
    412: "Data ini sudah berubah sejak Anda membukanya. Muat ulang halaman.",
    413: "Berkas terlalu besar.",
    422: "Formulir ini sudah pernah dikirim dengan isi lain. Periksa isinya, lalu kirim lagi.",
    429: "Terlalu sering mencoba. Tunggu {seconds} detik, lalu coba lagi.",
    503: "Sambungan ke layanan terputus. Kirim sekali lagi; tidak akan tercatat dua kali.",
}
UNREADABLE = "Bagian yang Anda minta sedang tidak bisa dibuka. Coba lagi sebentar lagi."
"""The text for status 503 when the visitor only wanted to read."""
UNFORESEEN = "Ada kesalahan di pihak kami. Coba lagi sebentar lagi."


@cache
def catalogue(name: str) -> Mapping[str, str]:
    """A file of ``locale``, read once."""
    texts: dict[str, str] = json.loads((LOCALE / f"{name}.json").read_text("utf-8"))
    return texts


class Words:
    """One reader's language. Calling the object translates a text and fills in values: ``words("{count} orang",
    count=3)``.
    """

    def __init__(self, language: str) -> None:
        self.language = language if language in {INDONESIAN, ENGLISH} else INDONESIAN

    def __call__(self, text: str, **values: Any) -> str:
        if self.language == ENGLISH:
            one, _, many = catalogue("en").get(text, text).partition("|")  # the English forms for one and for many
            text = many if many and values.get("count") != 1 else one
        return text.format(**values) if values else text

    def sentence(self, problem: Problem) -> str:
        """The sentence that tells a visitor why an attempt failed."""
        rule = problem.extensions.get("rule")
        if rule is not None:
            plain = catalogue("rules").get(rule) if self.language == INDONESIAN else None
            told = plain and plain.format_map(defaultdict(lambda: "…", problem.extensions))
            return told or problem.detail or self(BY_STATUS[400])
        text = BY_STATUS.get(problem.status, UNFORESEEN)
        return self(text, seconds=problem.extensions.get("retry_after", 60)) if "{" in text else self(text)

    def label(self, kind: str, value: str) -> str:
        """The label of a service's value, such as the office ``coordinator``; ``kind`` is a table of ``LABELS``."""
        labels = LABELS[kind]
        text = labels.get(value) or labels.get(OTHERWISE)
        return value if text is None else self(text)

    def licence(self, name: str) -> str:
        """The name of the licence of a material."""
        return LICENCES.get(name) or self(ALL_RIGHTS_RESERVED)

    def number(self, value: float) -> str:
        """``2,5`` in Indonesian, ``2.5`` in English; at most one decimal place."""
        return format_decimal(round(value, 1), locale=self.language)

    def week(self, name: str) -> str:
        """The days of an ISO 8601 week: ``2026-W10`` becomes ``2–8 Mar 2026``, ``2026-W14`` becomes ``30 Mar – 5 Apr
        2026``. Other texts are returned unchanged.
        """
        try:
            monday = datetime.strptime(f"{name}-1", "%G-W%V-%u").replace(tzinfo=UTC)
        except ValueError:
            return name
        sunday = monday + timedelta(days=6)
        end = format_date(sunday, "d MMM y", locale=self.language)
        if monday.month == sunday.month:
            return f"{monday.day}–{end}"
        pattern = "d MMM" if monday.year == sunday.year else "d MMM y"
        return f"{format_date(monday, pattern, locale=self.language)} – {end}"

    def weeks(self, names: Iterable[str]) -> str:
        """The days of several weeks, joined by commas."""
        return ", ".join(self.week(name) for name in names)


class LocalWords(Words):
    """One reader's language, with times shown in one time zone."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        super().__init__(language)
        self.zone = zone

    def local(self, at: str | datetime) -> datetime:
        """The time in the zone."""
        return instant(at).astimezone(self.zone)

    def day(self, at: str | datetime) -> str:
        """``Sabtu, 14 Mar 2026``. The format is short, so a day and its times fit on one line of a phone."""
        return format_date(self.local(at), "EEEE, d MMM y", locale=self.language)

    def time(self, at: str | datetime) -> str:
        """``09.00``."""
        return format_time(self.local(at), "HH.mm" if self.language == INDONESIAN else "HH:mm", locale=self.language)

    def moment(self, at: str | datetime) -> str:
        """``14 Mar 2026, 09.00 WIB``."""
        pattern = "d MMM y, HH.mm" if self.language == INDONESIAN else "d MMM y, HH:mm"
        shown = format_datetime(self.local(at), pattern, tzinfo=self.zone, locale=self.language)
        return f"{shown} {self.abbreviation(at)}"

    def span(self, starts: str | datetime, ends: str | datetime) -> str:
        """``Sabtu, 14 Mar 2026, 09.00–11.00 WIB``; both dates when start and end are on different days."""
        if self.local(starts).date() == self.local(ends).date():
            return f"{self.day(starts)}, {self.time(starts)}–{self.time(ends)} {self.abbreviation(ends)}"
        return f"{self.moment(starts)} – {self.moment(ends)}"

    def abbreviation(self, at: str | datetime) -> str:
        """The zone's short name at a time, such as ``WIB``."""
        return f"{self.local(at):%Z}"

    def zone_name(self, at: str | datetime) -> str:
        """``Waktu Indonesia Barat (WIB)``."""
        return f"{get_timezone_name(self.local(at), locale=self.language)} ({self.abbreviation(at)})"

    def from_form(self, day_and_time: str) -> str:
        """Convert the value of a ``datetime-local`` field, in the zone, to RFC 3339. Raises ``ValueError``."""
        return datetime.fromisoformat(day_and_time).replace(tzinfo=self.zone).isoformat()

    def to_form(self, at: str | datetime) -> str:
        """The inverse of ``from_form``, to the minute."""
        return self.local(at).strftime("%Y-%m-%dT%H:%M")


def instant(at: str | datetime) -> datetime:
    """An aware time from the API's format (RFC 3339)."""
    return at if isinstance(at, datetime) else datetime.fromisoformat(at)
