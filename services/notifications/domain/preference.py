"""How one person wants to be told: in which language, and whether by e-mail at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.decider import Decider
from services.kernel.message import Command, Event
from services.kernel.problem import Refused

LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class ChoosePreference(Command):
    """Wish to be told so from now on. ``language`` None: as the person's membership says."""

    language: str | None
    email: bool


@dataclass(frozen=True, slots=True)
class PreferenceChosen(Event):
    """From now on it is so. With ``email`` off only what the person asks for at that moment (a login code) is mailed."""

    language: str | None
    email: bool


@dataclass(frozen=True, slots=True)
class Preference:
    """What stands; by default everything is mailed, in the language of the membership."""

    language: str | None = None
    email: bool = True


def decide(command: ChoosePreference, state: Preference) -> Sequence[Event]:
    """Raises ``Refused`` ``language-not-spoken``."""
    if command.language is not None and command.language not in LANGUAGES:
        raise Refused("language-not-spoken", f"mails are written in {', '.join(LANGUAGES)}", language=command.language)
    if Preference(command.language, command.email) == state:
        return []
    return [PreferenceChosen(command.language, command.email)]


def evolve(state: Preference, event: Event) -> Preference:
    match event:
        case PreferenceChosen(language, email):
            return Preference(language, email)
    return state


PREFERENCE: Decider[Preference] = Decider("preference", Preference(), decide, evolve)
