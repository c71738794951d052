"""Renders messages: a template for each kind and language, and times in words.

A template has two blocks. ``subject`` shows the message's own variables only, because the subject is a line of the inbox too;
``body`` may show names. A missing variable is an error, never a hole in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.kernel.base.local_time import local_day, zone, zone_name
from services.notifications.domain.message import Kind, MessagePlanned, Variable
from services.notifications.domain.preference import LANGUAGES

DEFAULT_LANGUAGE = LANGUAGES[0]
NAMED = frozenset({"coordinator", "contact"})
"""Variables that hold a person's id; the letter shows the name instead."""

_TIMES = frozenset({"starts", "ends", "was", "closes"})
_PARAGRAPHS = frozenset({"text"})
"""Variables with line breaks: text that the board has written."""
_DAY = {"id": "EEEE, d MMMM y", "en": "EEEE, d MMMM y"}
_AT = {"id": "pukul", "en": "at"}
_LOCALES = {"id": "id", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject (one line) and text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest, with the page on which the reader can act, "" for none."""

    title: str
    link: str


def language_of(*wishes: str | None) -> str:
    """The first wish among ``LANGUAGES``; Indonesian without a known language."""
    return next((wish for wish in wishes if wish in LANGUAGES), DEFAULT_LANGUAGE)


def mail(
    message: MessagePlanned,
    language: str,
    *,
    name: str,
    names: Mapping[str, str],
    digits: str = "",
    link: str = "",
    lines: Sequence[Line] = (),
) -> Words:
    """The words of a mail to one person.

    ``names`` maps ids of ``NAMED`` variables to names, ``digits`` are a login code's, ``lines`` a digest's. Raises ``jinja2.UndefinedError``
    for a message whose variables do not fit its template.
    """
    shown = _template_values(message.variables)
    for variable in NAMED & shown.keys():
        shown[variable] = names.get(str(shown[variable]), "")
    shown |= {"name": name, "digits": digits, "link": link, "lines": lines, "worth_until": message.worth_until}
    template = _environment(language).get_template(f"{message.kind}.txt")
    return Words(_block(template, "subject", shown), template.render(shown).strip() + "\n")


def title(kind: Kind, variables: Sequence[Variable], language: str) -> str:
    """The message's line in the inbox. Raises as ``mail`` does."""
    template = _environment(language).get_template(f"{kind}.txt")
    return _block(template, "subject", _template_values(variables))


def when(moment: datetime, language: str) -> str:
    """``Sabtu, 12 Desember 2026 pukul 09.00 WIB``."""
    return f"{_day(moment, language)} {_AT[language]} {_clock_of(moment, language)}"


def span(begin: datetime, end: datetime, language: str) -> str:
    """``Sabtu, 12 Desember 2026 pukul 09.00–11.00 WIB``; with both days if ``begin`` and ``end`` are on two."""
    if local_day(begin) != local_day(end):
        return f"{when(begin, language)} – {when(end, language)}"
    return f"{_day(begin, language)} {_AT[language]} {_clock(begin, language)}–{_clock_of(end, language)}"


def _day(moment: datetime, language: str) -> str:
    return format_datetime(moment, _DAY[language], tzinfo=zone(), locale=_LOCALES[language])


def _clock(moment: datetime, language: str) -> str:
    return format_datetime(moment, "HH.mm" if language == "id" else "HH:mm", tzinfo=zone(), locale=_LOCALES[language])


def _clock_of(moment: datetime, language: str) -> str:
    return f"{_clock(moment, language)} {zone_name(moment)}"


def _template_values(variables: Sequence[Variable]) -> dict[str, object]:
    return {
        # A line break in a title would let the title's author add lines to our letter.
        variable.name: datetime.fromisoformat(variable.value)
        if variable.name in _TIMES
        else variable.value.strip()
        if variable.name in _PARAGRAPHS
        else " ".join(variable.value.split())
        for variable in variables
    }


def _block(template: object, name: str, shown: Mapping[str, object]) -> str:
    block = template.blocks[name]  # type: ignore[attr-defined]
    return " ".join("".join(block(template.new_context(dict(shown)))).split())  # type: ignore[attr-defined]


@lru_cache
def _environment(language: str) -> Environment:
    # Letters are plain text, so nothing is escaped. Text of people is never compiled as a template.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(Path(__file__).parent / "templates" / language),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["when"] = lambda moment: when(moment, language)
    environment.filters["clock"] = lambda moment: _clock_of(moment, language)
    environment.globals["span"] = lambda begin, end: span(begin, end, language)
    return environment
