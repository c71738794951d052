"""The framework shipped with the release, and the framework in force."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.plain import DOCUMENT
from services.members.domain.framework import (
    FRAMEWORK,
    IDENTITY,
    AdoptFramework,
    Framework,
    FrameworkAdopted,
    Frameworks,
    Unit,
)

FIRST = Path(__file__).with_name("kediri-1.json")


@cache
def first() -> Framework:
    """The framework shipped with this release."""
    return DOCUMENT.read(Framework, json.loads(FIRST.read_text("utf-8")))


def adopted_frameworks(commands: Commands) -> Frameworks:
    """All versions adopted. Before any was adopted, the first version alone, as if it were."""
    frameworks, _ = commands.state(FRAMEWORK, IDENTITY)
    return frameworks if frameworks.adopted else Frameworks((FrameworkAdopted(first(), ()),))


def ensure_framework_adopted(commands: Commands) -> Frameworks:
    """All versions. A community that has adopted none adopts the first version now, once."""
    frameworks, _ = commands.state(FRAMEWORK, IDENTITY)
    if frameworks.adopted:
        return frameworks
    command_id = derived_id("framework", first().version)
    commands.take(
        FRAMEWORK, CommandEnvelope(AdoptFramework(first()), IDENTITY, command_id, Metadata(correlation=command_id))
    )
    return commands.state(FRAMEWORK, IDENTITY)[0]


def unit_that_counts(commands: Commands, identity: str) -> tuple[Framework, Unit]:
    """The current version and its unit of an id. Raises ``Malformed`` for an unknown unit."""
    framework = ensure_framework_adopted(commands).current
    unit = framework.unit(identity) if framework else None
    if framework is None or unit is None:
        raise Malformed(errors={"unit": ["There is no such unit in the framework in force."]})
    return framework, unit
