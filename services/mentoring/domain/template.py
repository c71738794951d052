"""A stage template: the way from a wish to a running automation, for one software, in one version.

A case keeps its first template. A better template is a further version, so no checklist changes while a library works on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WANTED, READY, AGREED, PROBATION, SMOOTH = "wanted", "ready", "agreed", "probation", "smooth"
"""The stages that every template has, for the domain decides about them. The template adds its own stages between them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist."""

    item: str
    text: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """``evidence``: a text or a link must prove the stage. ``units`` are the competence units that the stage exercises."""

    stage: str
    name: str
    items: tuple[Item, ...] = ()
    evidence: bool = False
    units: tuple[str, ...] = ()

    @property
    def required(self) -> frozenset[str]:
        """The items that must be ticked before the stage is passed."""
        return frozenset(item.item for item in self.items if item.required)


@dataclass(frozen=True, slots=True)
class Template:
    """``ready_needs`` and ``pilot_needs`` are the conditions of readiness that the stage ready and a pilot need.

    ``rotate`` names the passwords that change when a person leaves. ``oldest_version`` is the oldest version of the software
    without a warning. ``rupiah_an_hour`` is the cost of a paid expert according to ``rupiah_source``.
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
        return next((stage for stage in self.stages if stage.stage == name), None)

    def after(self, name: str) -> str | None:
        """The following stage, None after the last."""
        order = [stage.stage for stage in self.stages]
        following = order.index(name) + 1
        return order[following] if following < len(order) else None
