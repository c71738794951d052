"""A person's own preferences: language, channels, matters, regions and hours of messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from marshmallow.validate import Length, OneOf, Regexp

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity
from services.notifications.dependencies import Dependencies
from services.notifications.domain.matter import Matter
from services.notifications.domain.preference import (
    DAY,
    DIGEST,
    LANGUAGES,
    MAX_REGIONS,
    OFF,
    PREFERENCE,
    SINGLY,
    WEEK,
    WEEKDAYS,
    ChoosePreference,
    Preference,
    how_told,
)

routes = Routes()

TimeOfDay: TypeAlias = Annotated[str, Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Not a time of day.")]
Regions: TypeAlias = Annotated[tuple[Identity, ...], Length(0, MAX_REGIONS)]
HowTold: TypeAlias = Annotated[str, OneOf((SINGLY, DIGEST, OFF))]


@dataclass(frozen=True)
class RegionsBody:
    """``follow``: regions besides the person's own whose news is sent. ``mute``: regions whose news is not sent."""

    follow: Annotated[Regions, Described("further regions to be told about")]
    mute: Annotated[Regions, Described("regions not to be told about")]


@dataclass(frozen=True)
class QuietBody:
    """The person's own quiet hours, in local time, besides the community's."""

    begin: Annotated[TimeOfDay, Key("from")]
    end: Annotated[TimeOfDay, Key("until")]


@dataclass(frozen=True)
class DigestBody:
    """The hour of the digest; ``day`` is for a weekly digest."""

    every: Annotated[str, OneOf((DAY, WEEK))]
    day: Annotated[str, OneOf(WEEKDAYS)]
    at: TimeOfDay


@dataclass(frozen=True)
class MattersBody:
    """For each matter: singly, in the digest, or not at all. The inbox shows all matters."""

    registrations: HowTold | Unset = UNSET
    reminders: HowTold | Unset = UNSET
    activities: HowTold | Unset = UNSET
    topics: HowTold | Unset = UNSET
    consultations: HowTold | Unset = UNSET
    mentoring: HowTold | Unset = UNSET
    announcements: HowTold | Unset = UNSET

    def chosen(self) -> dict[str, str]:
        """Matter → ``singly``, ``digest`` or ``off``, for the matters in the body."""
        return {str(matter): how for matter in Matter if (how := getattr(self, matter)) is not UNSET}


@dataclass(frozen=True)
class PreferenceBody:
    """A missing field keeps its value."""

    email: bool
    language: Annotated[str, OneOf(LANGUAGES)] | Unset | None = UNSET
    telegram: bool | Unset = UNSET
    matters: MattersBody | Unset = UNSET
    regions: RegionsBody | Unset = UNSET
    quiet: QuietBody | Unset | None = UNSET
    digest: DigestBody | Unset = UNSET


@routes.get("/v1/me/preferences", statuses=(200, 401))
def read_my_preferences(deps: Dependencies, request: Request) -> Answer[PreferenceBody]:
    """Show how the caller wants to be told."""
    preference, version = deps.commands.state(PREFERENCE, request.actor.require_person())
    return Answer(_preference_shown(preference), version=version)


@routes.put("/v1/me/preferences", statuses=(200, 401, 412, 422))
def choose_my_preferences(_deps: Dependencies, request: Request[PreferenceBody]) -> Answer[PreferenceBody]:
    """Choose how to be told: language, channel, subjects, regions and quiet hours.

    For every member. Fields that are not sent stay as they are.
    """
    person, body = request.actor.require_person(), request.body
    command = ChoosePreference(_changed_wishes(body), body.matters.chosen() if body.matters else {})
    return request.outcome(PREFERENCE, person, command, lambda preference, _events: _preference_shown(preference))


def _changed_wishes(body: PreferenceBody) -> dict[str, Any]:
    """The fields of ``Wishes`` that were sent, by name."""
    sent = {"language": body.language, "email": body.email, "telegram": body.telegram}
    changed: dict[str, Any] = {name: value for name, value in sent.items() if value is not UNSET}
    if body.regions:
        changed |= {"followed": body.regions.follow, "muted": body.regions.mute}
    if body.quiet is None:
        changed |= {"quiet_from": None, "quiet_until": None}
    elif body.quiet:
        changed |= {"quiet_from": body.quiet.begin, "quiet_until": body.quiet.end}
    if body.digest:
        changed |= {
            "digest_every": body.digest.every,
            "digest_day": body.digest.day,
            "digest_at": body.digest.at,
        }
    return changed


def _preference_shown(preference: Preference) -> PreferenceBody:
    wishes = preference.wishes
    quiet = None
    if wishes.quiet_from is not None and wishes.quiet_until is not None:
        quiet = QuietBody(wishes.quiet_from, wishes.quiet_until)
    return PreferenceBody(
        email=wishes.email,
        language=wishes.language,
        telegram=wishes.telegram,
        matters=MattersBody(**how_told(wishes)),
        regions=RegionsBody(wishes.followed, wishes.muted),
        quiet=quiet,
        digest=DigestBody(wishes.digest_every, wishes.digest_day, wishes.digest_at),
    )
