"""How I want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity
from services.notifications.domain.matter import Matter
from services.notifications.domain.preference import (
    DAY,
    DIGEST,
    LANGUAGES,
    OFF,
    PREFERENCE,
    REGIONS_AT_MOST,
    SINGLY,
    WEEK,
    WEEKDAYS,
    ChoosePreference,
    Preference,
    how_told,
)
from services.notifications.parts import Parts

routes = Routes()

_CLOCK = Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Not a time of day.")


def _regions() -> fields.List:
    return fields.List(identity(), required=True, validate=Length(0, REGIONS_AT_MOST))


class RegionsBody(Schema):
    """Regions besides one's own that one hears of, and those that one does not want to hear of."""

    follow = _regions()
    mute = _regions()


class QuietBody(Schema):
    """Hours of one's own, in local time, beside the community's."""

    begin = fields.String(required=True, validate=_CLOCK, data_key="from")
    end = fields.String(required=True, validate=_CLOCK, data_key="until")


class DigestBody(Schema):
    """When the digest comes; ``day`` is that of a weekly one."""

    every = fields.String(required=True, validate=OneOf((DAY, WEEK)))
    day = fields.String(required=True, validate=OneOf(WEEKDAYS))
    at = fields.String(required=True, validate=_CLOCK)


class MattersBody(Schema):
    """For each matter: singly, in the digest, or not at all. The inbox has everything."""

    registrations, reminders, activities, topics, consultations, mentoring, announcements = (
        fields.String(validate=OneOf((SINGLY, DIGEST, OFF))) for _ in Matter
    )


class PreferenceBody(Schema):
    """Whatever is left out stays as it is."""

    language = fields.String(allow_none=True, validate=OneOf(LANGUAGES))
    email = fields.Boolean(required=True, truthy={True}, falsy={False})
    telegram = fields.Boolean(truthy={True}, falsy={False})
    matters = fields.Nested(MattersBody)
    regions = fields.Nested(RegionsBody)
    quiet = fields.Nested(QuietBody, allow_none=True)
    digest = fields.Nested(DigestBody)


@routes.get("/v1/me/preferences", answer=PreferenceBody(), statuses=(200, 401))
def read_my_preferences(parts: Parts, request: Request) -> Answer:
    """How I am told."""
    preference, version = parts.commands.state(PREFERENCE, request.actor.require_person())
    return Answer(_shown(preference), version=version)


@routes.put("/v1/me/preferences", body=PreferenceBody(), answer=PreferenceBody(), statuses=(200, 401, 412, 422))
def choose_my_preferences(_parts: Parts, request: Request) -> Answer:
    """How I want to be told: in which language, by what, about what, from where, and when."""
    person = request.actor.require_person()
    choice = ChoosePreference(_changed(request.body), request.body.get("matters", {}))
    return recorded(request.take(PREFERENCE, person, choice, answer=lambda state, _events: _shown(state)))


def _changed(body: Mapping[str, Any]) -> dict[str, Any]:
    changed = {name: body[name] for name in ("language", "email", "telegram") if name in body}
    if "regions" in body:
        changed |= {"followed": tuple(body["regions"]["follow"]), "muted": tuple(body["regions"]["mute"])}
    if "quiet" in body:
        quiet = body["quiet"] or {"begin": None, "end": None}
        changed |= {"quiet_from": quiet["begin"], "quiet_until": quiet["end"]}
    if "digest" in body:
        digest = body["digest"]
        changed |= {"digest_every": digest["every"], "digest_day": digest["day"], "digest_at": digest["at"]}
    return changed


def _shown(preference: Preference) -> dict[str, Any]:
    wishes = preference.wishes
    return {
        "language": wishes.language,
        "email": wishes.email,
        "telegram": wishes.telegram,
        "matters": how_told(wishes),
        "regions": {"follow": list(wishes.followed), "mute": list(wishes.muted)},
        "quiet": {"from": wishes.quiet_from, "until": wishes.quiet_until} if wishes.quiet_from else None,
        "digest": {"every": wishes.digest_every, "day": wishes.digest_day, "at": wishes.digest_at},
    }
