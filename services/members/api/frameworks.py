"""The frameworks of competence, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Listing, Slug, Text, fill, not_blank
from services.members.dependencies import Dependencies
from services.members.domain.framework import (
    ASPECTS,
    FRAMEWORK,
    IDENTITY,
    LEVELS,
    AdoptFramework,
    Area,
    Aspect,
    Framework,
    FrameworkAdopted,
    Frameworks,
    Level,
    Migration,
    Standard,
    Unit,
)
from services.members.frameworks import adopted_frameworks, ensure_framework_adopted

CURRENT = "current"
routes = Routes()


@dataclass(frozen=True)
class LevelBody:
    """A level in plain words."""

    level: Annotated[int, OneOf(LEVELS)]
    name: Annotated[str, not_blank(60)]
    meaning: Text


@dataclass(frozen=True)
class AspectBody:
    """An aspect in the community's words."""

    aspect: Annotated[str, OneOf(ASPECTS)]
    name: Annotated[str, not_blank(60)]


@dataclass(frozen=True)
class AreaBody:
    area: Slug
    name: Text


@dataclass(frozen=True)
class StandardBody:
    """The unit of a national standard that a unit corresponds to."""

    standard: Annotated[str, not_blank(100)]
    code: Annotated[str, not_blank(60)]


@dataclass(frozen=True)
class UnitBody:
    """A unit of an area. An answer always has ``standards``; a body may leave them out."""

    unit: Slug
    area: Slug
    name: Text
    standards: Annotated[tuple[StandardBody, ...], Length(0, 20)] | Unset = UNSET


@dataclass(frozen=True)
class FrameworkBody:
    """A whole version."""

    version: Slug
    name: Text
    source: Annotated[str, not_blank(1000)]
    levels: Annotated[tuple[LevelBody, ...], Length(4, 4)]
    aspects: Annotated[tuple[AspectBody, ...], Length(3, 3)]
    areas: Annotated[tuple[AreaBody, ...], Length(1, 30)]
    units: Annotated[tuple[UnitBody, ...], Length(1, 300)]


@dataclass(frozen=True)
class MigrationBody:
    """Where a unit of the version before has gone; null: it is rated no more."""

    unit: Annotated[Slug, Described("a unit of the version before")]
    to: Annotated[Slug | None, Described("the unit of the new version; null: the unit is no longer rated")]


@dataclass(frozen=True)
class AdoptBody:
    """A new version. ``migration`` names the new place of each unit of the version before whose id changes."""

    framework: FrameworkBody
    migration: Annotated[tuple[MigrationBody, ...], Length(0, 300)] = ()


@dataclass(frozen=True)
class FrameworkEntry:
    """A version; ``current``: whether it counts now."""

    version: str
    name: str
    source: str
    current: bool


class FrameworkList(Listing[FrameworkEntry]):
    pass


@dataclass(frozen=True)
class FrameworkAnswer(FrameworkBody):
    """A whole version, and where the units of the version before have gone."""

    current: bool
    migration: tuple[MigrationBody, ...]


@dataclass(frozen=True)
class FrameworkVersion:
    """The version that counts now."""

    framework: str


@routes.get("/v1/frameworks")
def frameworks(deps: Dependencies, _request: Request) -> Answer[FrameworkList]:
    """List all versions of the competence framework."""
    versions = adopted_frameworks(deps.commands).adopted
    entries = (fill(FrameworkEntry, each.framework, current=each is versions[-1]) for each in versions)
    return Answer(FrameworkList(tuple(entries)))


@routes.get("/v1/frameworks/{version}", statuses=(200, 404))
def framework(deps: Dependencies, request: Request) -> Answer[FrameworkAnswer]:
    """Show one version of the competence framework; ``current`` is the version in force."""
    versions = adopted_frameworks(deps.commands).adopted
    wanted = request.path["version"]
    for version in versions:
        current = version is versions[-1]
        if wanted == version.framework.version or (wanted == CURRENT and current):
            return Answer(framework_shown(version, current))
    raise NotFound


@routes.post("/v1/frameworks", statuses=(201, 403, 422))
def adopt_framework(deps: Dependencies, request: Request[AdoptBody]) -> Answer[FrameworkVersion]:
    """Adopt a new version of the competence framework, which is in force at once.

    Needs ``frameworks.keep``. ``migration`` says which unit of the version before becomes which unit of the new
    version.
    """
    request.actor.require("frameworks.keep")
    ensure_framework_adopted(deps.commands)  # the version before, so that its units are accounted for
    migration = tuple(Migration(moved.unit, moved.to) for moved in request.body.migration)
    command = AdoptFramework(_framework(request.body.framework), migration)
    location = f"/v1/frameworks/{command.framework.version}"
    return request.outcome(FRAMEWORK, IDENTITY, command, _current_version, location=location)


def _current_version(frameworks: Frameworks, _events: object) -> FrameworkVersion:
    return FrameworkVersion(frameworks.current_version)


def _framework(body: FrameworkBody) -> Framework:
    return Framework(
        version=body.version,
        name=body.name,
        source=body.source,
        levels=tuple(fill(Level, each) for each in body.levels),
        aspects=tuple(fill(Aspect, each) for each in body.aspects),
        areas=tuple(fill(Area, each) for each in body.areas),
        units=tuple(_unit(each) for each in body.units),
    )


def _unit(body: UnitBody) -> Unit:
    return fill(Unit, body, standards=tuple(fill(Standard, each) for each in body.standards or ()))


def framework_shown(version: FrameworkAdopted, current: bool) -> FrameworkAnswer:
    framework = version.framework
    return fill(
        FrameworkAnswer,
        framework,
        levels=tuple(fill(LevelBody, each) for each in framework.levels),
        aspects=tuple(fill(AspectBody, each) for each in framework.aspects),
        areas=tuple(fill(AreaBody, each) for each in framework.areas),
        units=tuple(
            fill(UnitBody, each, standards=tuple(fill(StandardBody, standard) for standard in each.standards))
            for each in framework.units
        ),
        current=current,
        migration=tuple(fill(MigrationBody, each) for each in version.migration),
    )
