"""The framework that a new community begins with, and which counts now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.members.domain.framework import (
    FRAMEWORK,
    IDENTITY,
    AdoptFramework,
    Area,
    Aspect,
    Framework,
    FrameworkAdopted,
    Frameworks,
    Level,
    Standard,
    Unit,
)

FIRST = Path(__file__).with_name("kediri-1.json")


@cache
def first() -> Framework:
    """The framework shipped with this release."""
    return framework_of(json.loads(FIRST.read_text("utf-8")))


def framework_of(document: Mapping[str, Any]) -> Framework:
    """A framework of its document, as it is sent and stands in a file. The document's shape is checked before."""
    return Framework(
        version=document["version"],
        name=document["name"],
        source=document["source"],
        levels=tuple(Level(**level) for level in document["levels"]),
        aspects=tuple(Aspect(**aspect) for aspect in document["aspects"]),
        areas=tuple(Area(**area) for area in document["areas"]),
        units=tuple(_unit(unit) for unit in document["units"]),
    )


def standing(commands: Commands) -> Frameworks:
    """All versions adopted; before there is any, the first as if it were."""
    frameworks, _ = commands.state(FRAMEWORK, IDENTITY)
    return frameworks if frameworks.adopted else Frameworks((FrameworkAdopted(first(), ()),))


def adopted(commands: Commands) -> Frameworks:
    """All versions; a community that has adopted none yet adopts the first now, once, whoever asks."""
    frameworks, _ = commands.state(FRAMEWORK, IDENTITY)
    if frameworks.adopted:
        return frameworks
    command_id = derived_id("framework", first().version)
    commands.take(
        FRAMEWORK, CommandEnvelope(AdoptFramework(first()), IDENTITY, command_id, Metadata(correlation=command_id))
    )
    return commands.state(FRAMEWORK, IDENTITY)[0]


def _unit(document: Mapping[str, Any]) -> Unit:
    standards = tuple(Standard(**standard) for standard in document.get("standards", ()))
    return Unit(document["unit"], document["area"], document["name"], standards)
