"""Gives the commands of a reaction to the manager's own service, each under an id that names its target.

The id is derived from manager, instance, fact, target (decider and identity) and the command's place among the commands
for this target. A repeated reaction gives the same commands the same ids, also if a later release lists the commands in
another order.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact, Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import Dispatch

log = logging.getLogger(__name__)


class Dispatcher:
    """The commands of one manager."""

    def __init__(self, manager: str, commands: Commands) -> None:
        self._manager = manager
        self._commands = commands

    def give(self, instance: str, fact: Recorded | Fact, commands: Sequence[Dispatch]) -> None:
        """Give the commands in order; a command that was given before keeps its outcome.

        A refusal is an outcome too, recorded under the command's id: managers react to events, not to refusals. Raises
        every other error of ``Commands.take``; the commands before the failed command have been taken.
        """
        given: Counter[tuple[str, str]] = Counter()
        correlation = fact.correlation if isinstance(fact, Fact) else fact.meta.correlation
        for dispatch in commands:
            target = (dispatch.decider.name, dispatch.identity)
            envelope = CommandEnvelope(
                command=dispatch.command,
                identity=dispatch.identity,
                command_id=derived_id(self._manager, instance, fact.id, *target, given[target]),
                meta=Metadata(correlation=correlation, causation=fact.id, actor=f"manager:{self._manager}"),
            )
            given[target] += 1
            try:
                self._commands.take(dispatch.decider, envelope)
            except Refused as refused:
                log.info("refused", extra={"manager": self._manager, "rule": refused.rule})
