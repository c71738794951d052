"""Words: a template for each kind of message and language, and times as people say them.

A template has two blocks. ``subject`` shows the message's own variables only, for it is a line of the person's inbox
too; ``body`` may show names. A variable that is missing is an error, never a hole in a sentence.
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
"""Variables that hold a person's id; the name is put in their place at the moment of sending."""

_TIMES = frozenset({"starts", "ends", "was", "closes"})
_PARAGRAPHS = frozenset({"text"})
"""Variables that are a letter's own words, written by the board that signs it."""
_DAY = {"id": "EEEE, d MMMM y", "en": "EEEE, d MMMM y"}
_AT = {"id": "pukul", "en": "at"}
_LOCALES = {"id": "id", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject, one line, and its text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest, with the page on which the reader can act, "" for none."""

    title: str
    link: str


def language_of(*wishes: str | None) -> str:
    """The first of the languages that mails are written in; Indonesian where none is."""
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
    shown = _shown(message.variables)
    for variable in NAMED & shown.keys():
        shown[variable] = names.get(str(shown[variable]), "")
    shown |= {"name": name, "digits": digits, "link": link, "lines": lines, "worth_until": message.worth_until}
    template = _environment(language).get_template(f"{message.kind}.txt")
    return Words(_block(template, "subject", shown), template.render(shown).strip() + "\n")


def title(kind: Kind, variables: Sequence[Variable], language: str) -> str:
    """The line under which a message stands in the inbox. Raises as ``mail`` does."""
    template = _environment(language).get_template(f"{kind}.txt")
    return _block(template, "subject", _shown(variables))


def when(moment: datetime, language: str) -> str:
    """``Sabtu, 12 Desember 2026 pukul 09.00 WIB``."""
    return f"{_day(moment, language)} {_AT[language]} {_clock_of(moment, language)}"


def span(begin: datetime, end: datetime, language: str) -> str:
    """``Sabtu, 12 Desember 2026 pukul 09.00–11.00 WIB``; both days where there are two."""
    if local_day(begin) != local_day(end):
        return f"{when(begin, language)} – {when(end, language)}"
    return f"{_day(begin, language)} {_AT[language]} {_clock(begin, language)}–{_clock_of(end, language)}"


def _day(moment: datetime, language: str) -> str:
    return format_datetime(moment, _DAY[language], tzinfo=zone(), locale=_LOCALES[language])


def _clock(moment: datetime, language: str) -> str:
    return format_datetime(moment, "HH.mm" if language == "id" else "HH:mm", tzinfo=zone(), locale=_LOCALES[language])


def _clock_of(moment: datetime, language: str) -> str:
    return f"{_clock(moment, language)} {zone_name(moment)}"


def _shown(variables: Sequence[Variable]) -> dict[str, object]:
    return {
        # A line break in a title would let its author add lines of their own to a letter of ours.
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
    # Plain text: nothing is escaped, and nothing that a person wrote is ever compiled as a template.
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
