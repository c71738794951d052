"""A stage template: the way from a wish to automation that runs, for one software, in one version.

A case keeps the template that it began with; a better one is a further version beside it and never changes a checklist
that somebody is in the middle of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WANTED, READY, AGREED, PROBATION, SMOOTH = "wanted", "ready", "agreed", "probation", "smooth"
"""The stages that every template has, because the domain itself decides about them; what lies between is the template's."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist."""

    item: str
    text: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """``evidence``: a text or a link must come with it. ``units`` are the competence units that it exercises."""

    stage: str
    name: str
    items: tuple[Item, ...] = ()
    evidence: bool = False
    units: tuple[str, ...] = ()

    @property
    def required(self) -> frozenset[str]:
        """The items without which it is not passed."""
        return frozenset(item.item for item in self.items if item.required)


@dataclass(frozen=True, slots=True)
class Template:
    """``ready_needs`` and ``pilot_needs`` are the conditions of readiness that must be present for each.

    ``rotate`` is what gets a new password when somebody leaves; ``oldest_version`` the software's oldest that is not
    warned of; ``rupiah_an_hour`` what a paid expert would cost, as ``rupiah_source`` has it.
    """

    name: str
    software: str
    version: int
    stages: tuple[Stage, ...]
    ready_needs: tuple[str, ...]
    pilot_needs: tuple[str, ...]
    rotate: Mapping[str, str]
    oldest_version: str
    rupiah_an_hour: int
    rupiah_since: str
    rupiah_source: str

    def stage(self, name: str) -> Stage | None:
        """The stage of that name."""
        return next((stage for stage in self.stages if stage.stage == name), None)

    def after(self, name: str) -> str | None:
        """The stage that follows, None behind the last."""
        order = [stage.stage for stage in self.stages]
        following = order.index(name) + 1
        return order[following] if following < len(order) else None
