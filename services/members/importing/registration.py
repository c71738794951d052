"""Reads a row of the form's table as an applicant, or as reasons against the row.

The date of birth is checked, because a form that asks for the date wants a valid date, and is never kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.kernel.declare.plain import STATE
from services.kernel.declare.policy import EVERYWHERE
from services.members.domain.registration_import import Reason
from services.members.identity.contact import Unreadable, email, phone
from services.members.identity.joining import MAX_TEXT_CHARACTERS, Applicant, clean
from services.members.importing.gazetteer import Gazetteer
from services.members.importing.spreadsheet import Row

_DATE = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*(?:WIB|WITA|WIT))?)?",
    re.IGNORECASE,
)
_ORDER = list(Reason)


@dataclass(frozen=True, slots=True)
class Registration:
    """A row as it was understood: an applicant, or reasons."""

    row: int
    applicant: Applicant | None = None
    reasons: tuple[Reason, ...] = ()


def text_of_rows(rows: Iterable[Registration]) -> str:
    """The rows as one text, for sealing."""
    return json.dumps([STATE.write(row) for row in rows])


def rows_of_text(text: str) -> list[Registration]:
    """The rows of a text by ``text_of_rows``, of this release or an earlier release."""
    return [STATE.read(Registration, row) for row in json.loads(text)]


class RowReader:
    """Reads rows for a person who may import into ``regions`` (``*``: all), on the day ``today``."""

    def __init__(self, gazetteer: Gazetteer, regions: tuple[str, ...], today: date) -> None:
        self._gazetteer = gazetteer
        self._regions = regions
        self._today = today

    def read(self, row: Row) -> Registration:
        """The row as an applicant, or every reason against it."""
        reasons: set[Reason] = set()
        cells = row.cells
        name = self._text(cells["name"], Reason.NAME_MISSING, reasons)
        library = self._text(cells["library"], Reason.LIBRARY_MISSING, reasons)
        mail, number = self._contacts(cells, reasons)
        region, subdistrict = self._place(cells, reasons)
        submitted = self._date(cells["submitted"], reasons) or self._today
        self._date(cells["born"], reasons)
        if row.beyond:
            reasons.add(Reason.COLUMNS)
        if reasons or region is None or subdistrict is None:
            return Registration(row.number, reasons=tuple(sorted(reasons, key=_ORDER.index)))
        return Registration(row.number, Applicant(name, mail, number, library, region, subdistrict, submitted))

    def _text(self, cell: str, missing: Reason, reasons: set[Reason]) -> str:
        text = clean(cell)
        if not text:
            reasons.add(missing)
        elif len(text) > MAX_TEXT_CHARACTERS:
            reasons.add(Reason.TEXT_TOO_LONG)
        return text

    def _contacts(self, cells: Mapping[str, str], reasons: set[Reason]) -> tuple[str | None, str | None]:
        mail = number = None
        if not cells["email"] and not cells["phone"]:
            reasons.add(Reason.CONTACT_MISSING)
        try:
            mail = email(cells["email"]).value if cells["email"] else None
        except Unreadable:
            reasons.add(Reason.EMAIL_UNREADABLE)
        try:
            number = phone(cells["phone"]).value if cells["phone"] else None
        except Unreadable:
            reasons.add(Reason.PHONE_UNREADABLE)
        return mail, number

    def _place(self, cells: Mapping[str, str], reasons: set[Reason]) -> tuple[str | None, str | None]:
        if not cells["region"]:
            reasons.add(Reason.REGION_MISSING)
        if not cells["subdistrict"]:
            reasons.add(Reason.SUBDISTRICT_MISSING)
        if not cells["region"]:
            return None, None
        meant = self._gazetteer.regions_named(cells["region"])
        if len(meant) != 1:
            reasons.add(Reason.REGION_AMBIGUOUS if meant else Reason.REGION_UNKNOWN)
            return None, None
        (region,) = meant
        if EVERYWHERE not in self._regions and region not in self._regions:
            reasons.add(Reason.REGION_NOT_YOURS)
        subdistrict = self._gazetteer.subdistrict_named(region, cells["subdistrict"])
        if cells["subdistrict"] and subdistrict is None:
            reasons.add(Reason.SUBDISTRICT_UNKNOWN)
        return region, subdistrict

    def _date(self, cell: str, reasons: set[Reason]) -> date | None:
        """A date as day, month, year, the order of Indonesian forms; a time after the date is ignored."""
        if not cell:
            return None
        match = _DATE.fullmatch(cell)
        try:
            found = date(int(match[3]), int(match[2]), int(match[1])) if match else None
        except ValueError:
            found = None
        if found is None:
            reasons.add(Reason.DATE_UNREADABLE)
        elif found > self._today + timedelta(days=1):  # further east it is the next day already
            reasons.add(Reason.DATE_IN_THE_FUTURE)
        return found
