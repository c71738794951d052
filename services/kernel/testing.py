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
    """A decider with a history."""

    decider: Decider[Any]
    history: Sequence[Event]

    @property
    def state(self) -> Any:
        """The state that the history leads to."""
        return self.decider.fold(self.history)

    def when(self, command: Command) -> Outcome:
        """Let it decide."""
        try:
            return Outcome(tuple(self.decider.decide(command, self.state)), None)
        except Refused as refused:
            return Outcome((), refused.rule)


@dataclass(frozen=True)
class Outcome:
    """What it decided."""

    events: tuple[Event, ...]
    rule: str | None

    def then(self, *expected: Event) -> None:
        """Exactly these events, in this order; none: the command changed nothing."""
        assert self.rule is None, f"refused by {self.rule}"
        assert self.events == expected

    def refused(self, rule: str) -> None:
        """Refused, by this rule and no other."""
        assert self.rule == rule, f"expected a refusal by {rule}, got {self.rule or self.events}"


def given(decider: Decider[Any], *history: Event) -> Given:
    """A decider to which these events have happened."""
    return Given(decider, history)
