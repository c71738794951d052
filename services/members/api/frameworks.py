"""Frameworks of competence: what the community means by it, version by version."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import listing, slug, text
from services.members.domain.framework import (
    ASPECTS,
    FRAMEWORK,
    IDENTITY,
    LEVELS,
    AdoptFramework,
    FrameworkAdopted,
    Migration,
)
from services.members.frameworks import adopted, framework_of, standing
from services.members.parts import Parts

routes = Routes()


class LevelBody(Schema):
    """A level in plain words."""

    level = fields.Integer(required=True, strict=True, validate=validate.OneOf(LEVELS))
    name = text(longest=60)
    meaning = text()


class AspectBody(Schema):
    """An aspect in the community's words."""

    aspect = fields.String(required=True, validate=validate.OneOf(ASPECTS))
    name = text(longest=60)


class AreaBody(Schema):
    """An area."""

    area = slug()
    name = text()


class StandardBody(Schema):
    """The unit of a national standard that a unit corresponds to."""

    standard = text(longest=100)
    code = text(longest=60)


class UnitBody(Schema):
    """A unit of an area."""

    unit = slug()
    area = slug()
    name = text()
    standards = fields.List(fields.Nested(StandardBody), load_default=list, validate=validate.Length(0, 20))


class FrameworkBody(Schema):
    """A whole version."""

    version = slug()
    name = text()
    source = text(longest=1000)
    levels = fields.List(fields.Nested(LevelBody), required=True, validate=validate.Length(4, 4))
    aspects = fields.List(fields.Nested(AspectBody), required=True, validate=validate.Length(3, 3))
    areas = fields.List(fields.Nested(AreaBody), required=True, validate=validate.Length(1, 30))
    units = fields.List(fields.Nested(UnitBody), required=True, validate=validate.Length(1, 300))


class MigrationBody(Schema):
    """Where a unit of the version before has gone; null: it is rated no more."""

    unit = slug()
    to = slug(allow_none=True)


class AdoptBody(Schema):
    """A new version, and where the units of the one before have gone that do not keep their id."""

    framework = fields.Nested(FrameworkBody, required=True)
    migration = fields.List(fields.Nested(MigrationBody), load_default=list, validate=validate.Length(0, 300))


class FrameworkEntry(Schema):
    """A version; ``current``: whether it counts now."""

    version = fields.String(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    current = fields.Boolean(required=True)


class FrameworkAnswer(FrameworkBody):
    """A whole version, with where the units of the one before have gone."""

    current = fields.Boolean(required=True)
    migration = fields.List(fields.Nested(MigrationBody), required=True)


class FrameworkVersion(Schema):
    """The version that counts now."""

    framework = fields.String(required=True)


@routes.get("/v1/frameworks", answer=listing(FrameworkEntry, "FrameworkList", required=True))
def frameworks(parts: Parts, _request: Request) -> Answer:
    """What the community means by competence, all versions."""
    versions = standing(parts.commands).adopted
    items = [
        {
            "version": one.framework.version,
            "name": one.framework.name,
            "source": one.framework.source,
            "current": one is versions[-1],
        }
        for one in versions
    ]
    return Answer({"items": items, "next": None})


@routes.get("/v1/frameworks/{version}", answer=FrameworkAnswer(), statuses=(200, 404))
def framework(parts: Parts, request: Request) -> Answer:
    """One version, whole; current for the one that counts."""
    versions = standing(parts.commands).adopted
    wanted = request.path["version"]
    for one in versions:
        if wanted == one.framework.version or (wanted == "current" and one is versions[-1]):
            return Answer(_shown(one, one is versions[-1]))
    raise NotFound


@routes.post("/v1/frameworks", body=AdoptBody(), answer=FrameworkVersion(), statuses=(201, 403, 422))
def adopt_framework(parts: Parts, request: Request) -> Answer:
    """Let a new version count."""
    request.actor.require("frameworks.keep")
    adopted(parts.commands)  # the one before it, so that its units are accounted for
    migration = tuple(Migration(**moving) for moving in request.body["migration"])
    command = AdoptFramework(framework_of(request.body["framework"]), migration)
    commit = request.take(
        FRAMEWORK, IDENTITY, command, answer=lambda state, _events: {"framework": state.current.version}
    )
    return recorded(commit, 201, location=f"/v1/frameworks/{command.framework.version}")


def _shown(one: FrameworkAdopted, current: bool) -> dict[str, Any]:
    return {
        **asdict(one.framework),
        "current": current,
        "migration": [{"unit": moving.unit, "to": moving.to} for moving in one.migration],
    }
