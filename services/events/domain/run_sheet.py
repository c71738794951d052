"""RunSheet: the steps of a lecture led by hand, where no bot may act in the group, as on WhatsApp.

The moderator follows the steps in order on a phone. Some steps begin a phase of the lecture and are recorded there
(``drives``); other steps are ticked here. No step has to be ticked in time: the group goes on without a signal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.events.domain.chat_group import WHATSAPP
from services.events.domain.lecture import CLOSED, OPENED, PRESENTATION, QUESTIONS
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class Step:
    """``after`` the start, or the end if ``from_end``; ``drives`` is the phase of the lecture that the step begins.
    ``by_hand``: only where no bot restricts the chat.
    """

    name: str
    after: timedelta = timedelta()
    from_end: bool = False
    drives: str | None = None
    by_hand: bool = False


STEPS = (
    Step("announce", timedelta(days=-1)),
    Step("remind", timedelta(minutes=-30)),
    Step("open", drives=OPENED),
    Step("presence"),
    Step("restrict", timedelta(minutes=5), by_hand=True),
    Step("present", timedelta(minutes=5), drives=PRESENTATION),
    Step("take-questions", timedelta(minutes=-20), from_end=True, drives=QUESTIONS),
    Step("close", from_end=True, drives=CLOSED),
    Step("lift", from_end=True, by_hand=True),
    Step("archive", timedelta(days=1), from_end=True),
)


def sheet(channel: str) -> Sequence[Step]:
    """The steps of a lecture on a channel, in order."""
    return [step for step in STEPS if channel == WHATSAPP or not step.by_hand]


def step_named(name: str, channel: str) -> Step:
    """Raises ``NotFound`` for a step that the sheet does not have."""
    for step in sheet(channel):
        if step.name == name:
            return step
    raise NotFound


@dataclass(frozen=True, slots=True)
class TickStep(Command):
    """``at`` is when the step was done, perhaps long ago."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UntickStep(Command):
    """The tick was a mistake."""

    step: str


@dataclass(frozen=True, slots=True)
class StepTicked(Event):
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StepUnticked(Event):
    step: str


@dataclass(frozen=True, slots=True)
class RunSheet:
    """When each step was done."""

    ticks: Mapping[str, datetime] = field(default_factory=dict)


def decide(command: TickStep | UntickStep, run: RunSheet) -> Sequence[Event]:
    """The resulting events."""
    match command:
        case TickStep(step=step, at=at):
            return [] if step in run.ticks else [StepTicked(step, at)]
        case UntickStep(step=step):
            return [StepUnticked(step)] if step in run.ticks else []
        case _:
            assert_never(command)


def evolve(run: RunSheet, event: StepTicked | StepUnticked) -> RunSheet:
    """The sheet after an event."""
    match event:
        case StepTicked(step=step, at=at):
            return replace(run, ticks={**run.ticks, step: at})
        case StepUnticked(step=step):
            return replace(run, ticks={each: at for each, at in run.ticks.items() if each != step})
        case _:
            assert_never(event)


RUN_SHEET: Decider[RunSheet] = Decider("sheet", RunSheet(), decide, evolve)
