"""A person's preference: the language, channels, matters, regions and hours of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias, assert_never

from services.kernel.base.local_time import local, utc_of
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.notifications.domain.contact import EMAIL, TELEGRAM
from services.notifications.domain.matter import MATTERS, REGIONAL, Matter
from services.notifications.domain.message import Kind
from services.notifications.domain.quiet_hours import QuietHours, quiet_hours

LANGUAGES = ("id", "en")
DAY, WEEK = "day", "week"
SINGLY, DIGEST, OFF = "singly", "digest", "off"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_REGIONS = 50


@dataclass(frozen=True, slots=True)
class Wishes:
    """The choices of a person. By default all messages are mailed singly, in the language of the membership.

    Matters that are ``off`` are not sent. Matters that are ``gathered`` come in the digest: every day, or every week on
    ``digest_day``, at ``digest_at`` (local time). ``followed`` are regions besides the person's own; ``muted`` are regions whose
    activities and announcements are not sent. ``quiet_from`` to ``quiet_until`` are quiet besides the community's hours.
    The inbox shows all messages under any choice.
    """

    language: str | None = None
    email: bool = True
    telegram: bool = False
    off: tuple[str, ...] = ()
    gathered: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_every: str = WEEK
    digest_day: str = "mon"
    digest_at: str = "07:00"


@dataclass(frozen=True, slots=True)
class ChoosePreference(Command):
    """``changed`` are fields of ``Wishes`` by name. ``matters`` maps a matter to ``singly``, ``digest`` or ``off``. All other choices
    stay as they are.
    """

    changed: Mapping[str, Any]
    matters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreferenceChosen(Event):
    """The fields are those of ``Wishes``. With all channels off the person gets only login codes, which the
    person asks for at that moment.
    """

    language: str | None
    email: bool
    telegram: bool = False
    off: tuple[str, ...] = ()
    gathered: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_every: str = WEEK
    digest_day: str = "mon"
    digest_at: str = "07:00"


@dataclass(frozen=True, slots=True)
class RegionFollowed(Event):
    """The person started following this region, and is told its activities like a resident."""

    region: str


@dataclass(frozen=True, slots=True)
class RegionUnfollowed(Event):
    """The person stopped following this region."""

    region: str


PreferenceEvent: TypeAlias = PreferenceChosen | RegionFollowed | RegionUnfollowed


@dataclass(frozen=True, slots=True)
class Preference:
    wishes: Wishes = Wishes()

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the person wishes for."""
        return tuple(name for name, on in ((EMAIL, self.wishes.email), (TELEGRAM, self.wishes.telegram)) if on)

    @property
    def quiet(self) -> QuietHours | None:
        """The person's own quiet hours."""
        begin, end = self.wishes.quiet_from, self.wishes.quiet_until
        return None if begin is None or end is None else quiet_hours(begin, end)

    def silences(self, kind: Kind, region: str | None) -> str | None:
        """Why a message is sent by no channel; None if the message may be sent."""
        matter = MATTERS.get(kind)
        if matter in self.wishes.off:
            return "matter-off"
        if matter in REGIONAL and region in self.wishes.muted:
            return "region-muted"
        return None

    def gathers(self, kind: Kind) -> bool:
        """Whether a message waits for the digest."""
        return MATTERS.get(kind) in self.wishes.gathered

    def next_digest(self, after: datetime) -> datetime:
        """The first time after ``after`` at which a digest is due, in UTC."""
        day, clock = local(after).date(), time.fromisoformat(self.wishes.digest_at)
        while utc_of(day, clock) <= after or not self._is_digest_day(day):
            day += timedelta(days=1)
        return utc_of(day, clock)

    def _is_digest_day(self, day: date) -> bool:
        return self.wishes.digest_every == DAY or WEEKDAYS[day.weekday()] == self.wishes.digest_day


def wishes_of(chosen: PreferenceChosen) -> Wishes:
    """The wishes of an event."""
    return Wishes(**{name: getattr(chosen, name) for name in Wishes.__dataclass_fields__})


def how_told(wishes: Wishes) -> dict[str, str]:
    """Matter → ``singly``, ``digest`` or ``off``."""
    return {
        str(matter): OFF if matter in wishes.off else DIGEST if matter in wishes.gathered else SINGLY
        for matter in Matter
    }


def decide(command: ChoosePreference, state: Preference) -> Sequence[Event]:
    """Raises ``Refused`` ``language-not-spoken``, ``unknown-matter``, ``digest-never``, ``quiet-hours-open``,
    ``too-many-regions``, ``region-both-ways``.
    """
    wanted = replace(state.wishes, **command.changed)
    if command.matters:
        told = {**how_told(wanted), **command.matters}.items()
        off, gathered = (tuple(name for name, how in told if how == wish) for wish in (OFF, DIGEST))
        wanted = replace(wanted, off=off, gathered=gathered)
    wishes = replace(
        wanted,
        off=tuple(sorted(set(wanted.off))),
        gathered=tuple(sorted(set(wanted.gathered) - set(wanted.off))),
        followed=tuple(sorted(set(wanted.followed))),
        muted=tuple(sorted(set(wanted.muted))),
    )
    _require_sense(wishes)
    if wishes == state.wishes:
        return []
    before, after = set(state.wishes.followed), set(wishes.followed)
    return [
        PreferenceChosen(**{name: getattr(wishes, name) for name in Wishes.__dataclass_fields__}),
        *(RegionUnfollowed(region) for region in sorted(before - after)),
        *(RegionFollowed(region) for region in sorted(after - before)),
    ]


def _require_sense(wishes: Wishes) -> None:
    if wishes.language is not None and wishes.language not in LANGUAGES:
        raise Refused("language-not-spoken", f"Mails are written in {', '.join(LANGUAGES)}.", language=wishes.language)
    known = {str(matter) for matter in Matter}
    if unknown := sorted({*wishes.off, *wishes.gathered} - known):
        raise Refused("unknown-matter", f"The subjects of messages are {', '.join(sorted(known))}.", matters=unknown)
    if wishes.digest_every not in (DAY, WEEK) or wishes.digest_day not in WEEKDAYS:
        raise Refused("digest-never", "A digest comes every day, or every week on one weekday.")
    if (wishes.quiet_from is None) != (wishes.quiet_until is None):
        raise Refused("quiet-hours-open", "Quiet hours need a beginning and an end.")
    if len(wishes.followed) + len(wishes.muted) > MAX_REGIONS:
        raise Refused("too-many-regions", f"At most {MAX_REGIONS} regions can be followed or muted.")
    if both := sorted(set(wishes.followed) & set(wishes.muted)):
        raise Refused("region-both-ways", "A region cannot be both followed and muted.", regions=both)


def evolve(state: Preference, event: PreferenceEvent) -> Preference:
    match event:
        case PreferenceChosen():
            return Preference(wishes_of(event))
        case RegionFollowed() | RegionUnfollowed():
            return state  # PreferenceChosen has the same regions
        case _:
            assert_never(event)


PREFERENCE: Decider[Preference] = Decider("preference", Preference(), decide, evolve)
