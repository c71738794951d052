"""Given / when / then for deciders.

given(GATHERING, Published(...)).when(Cancel(...)).then(Cancelled(...))
given(GATHERING).when(Publish(...)).refused("one-topic-per-gathering")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider


@dataclass(frozen=True)
class Given:
    """A decider and its past events."""

    decider: Decider[Any]
    history: Sequence[Event]

    @property
    def state(self) -> Any:
        """The state after the past events."""
        return self.decider.fold(self.history)

    def when(self, command: Command) -> Outcome:
        """Decide the command."""
        try:
            return Outcome(tuple(self.decider.decide(command, self.state)), None)
        except Refused as refused:
            return Outcome((), refused.rule)


@dataclass(frozen=True)
class Outcome:
    """The result of a decision: events, or the rule of a refusal."""

    events: tuple[Event, ...]
    rule: str | None

    def then(self, *expected: Event) -> None:
        """Assert exactly these events, in this order. Without events: the command changed nothing."""
        assert self.rule is None, f"refused by {self.rule}"
        assert self.events == expected

    def refused(self, rule: str) -> None:
        """Assert a refusal by exactly this rule."""
        assert self.rule == rule, f"expected a refusal by {rule}, got {self.rule or self.events}"


def given(decider: Decider[Any], *history: Event) -> Given:
    """Begin a test with a decider and its past events."""
    return Given(decider, history)
