"""The run sheet of a lecture: the steps in the group with their texts, and which steps are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from services.events.api.lectures import LectureState, lecture_state, lecture_to_lead
from services.events.dependencies import CurrentActivity, Dependencies
from services.events.domain.activity import Activity
from services.events.domain.chat_group import WHATSAPP
from services.events.domain.lecture import (
    BY_HAND,
    CLOSED,
    LECTURE,
    OPENED,
    PRESENTATION,
    QUESTIONS,
    BeginPresentation,
    CloseLecture,
    Lecture,
    LectureCommand,
    OpenLecture,
    TakeQuestions,
)
from services.events.domain.run_sheet import RUN_SHEET, RunSheet, Step, TickStep, UntickStep, sheet, step_named
from services.events.run_sheet_texts import TITLES, text
from services.events.views.lectures import LECTURES
from services.kernel.base.problem import Malformed
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import fill

routes = Routes()


@dataclass(frozen=True)
class Tick:
    """``at`` is when the step was done, for channels where no step depends on the moment of the tick. ``done`` false
    takes back a tick that began no phase.
    """

    at: Annotated[datetime | None, Described("when the step was done; now if left out")] = None
    done: Annotated[bool, Described("false takes the tick back")] = True


@dataclass(frozen=True)
class StepShown:
    step: str
    title: str
    planned: str
    text: str | None
    share: Annotated[str | None, Described("opens WhatsApp with the text")]
    done: str | None
    drives: Annotated[str | None, Described("the phase of the lecture that it begins")]


@dataclass(frozen=True)
class SheetShown:
    activity: str
    title: str
    channel: str
    phase: str
    steps: tuple[StepShown, ...]


@dataclass(frozen=True)
class Ticked(LectureState):
    step: str
    done: str | None


@routes.get("/v1/activities/{activity}/run-sheet", statuses=(200, 403, 404))
def show_run_sheet(deps: Dependencies, request: Request) -> Answer[SheetShown]:
    """Show a lecture's run sheet: each step with the text to post in the group, and when the step was done.

    For callers with ``activities.plan`` in the region, the guide, and the speakers.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    channel, phase = _channel_and_phase(current)
    row = deps.views.get(LECTURES, current.identity)
    run, _ = deps.commands.state(RUN_SHEET, current.identity)
    done = {**(row.times if row else {}), **{step: moment(at) for step, at in run.ticks.items()}}
    steps = tuple(step_shown(deps, current, step, done) for step in sheet(channel))
    return Answer(SheetShown(current.identity, current.plan.title, channel, phase, steps))


@routes.post("/v1/activities/{activity}/run-sheet/{step}", statuses=(200, 403, 404, 422))
def tick_run_sheet(deps: Dependencies, request: Request[Tick]) -> Answer[Ticked]:
    """Mark a step of the run sheet as done, or as not done.

    For callers with ``activities.plan`` in the region and for the guide. Steps that open, present, take questions or
    close do this to the lecture too, and cannot be undone. Only for a WhatsApp group may ``at`` say when the step was
    done.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor)
    channel, _ = _channel_and_phase(current)
    step = step_named(request.path["step"], channel)
    written = request.body.at
    if written is not None and channel != WHATSAPP:
        raise Malformed(errors={"at": ["Only for a WhatsApp group; here each step takes effect at once."]})
    at = request.now if written is None else min(written.astimezone(UTC), request.now)
    if step.drives is None:
        command = TickStep(step.name, at) if request.body.done else UntickStep(step.name)
        return _ticked_on_sheet(request, current, command)
    if not request.body.done:
        raise Malformed(errors={"done": ["This step began a phase of the lecture and cannot be undone."]})
    return _ticked_in_lecture(request, current, step.name, at, _phase_command(step.drives, at, request.now))


def _ticked_on_sheet(
    request: Request[Tick], current: CurrentActivity, command: TickStep | UntickStep
) -> Answer[Ticked]:
    def ticked(run: RunSheet, _events: object) -> Ticked:
        at = run.ticks.get(command.step)
        state = lecture_state(current.identity, current.activity)
        return fill(Ticked, state, step=command.step, done=moment(at) if at else None)

    return request.outcome(RUN_SHEET, current.identity, command, ticked)


def _ticked_in_lecture(
    request: Request[Tick], current: CurrentActivity, step: str, at: datetime, command: LectureCommand
) -> Answer[Ticked]:
    def ticked(lecture: Activity | None, _events: object) -> Ticked:
        return fill(Ticked, lecture_state(current.identity, lecture), step=step, done=moment(at))

    return request.outcome(LECTURE, current.identity, command, ticked)


def _phase_command(phase: str, at: datetime, now: datetime) -> LectureCommand:
    commands: Mapping[str, LectureCommand] = {
        OPENED: OpenLecture(at, now),
        PRESENTATION: BeginPresentation(at),
        QUESTIONS: TakeQuestions(at),
        CLOSED: CloseLecture(at, BY_HAND),
    }
    return commands[phase]


def _channel_and_phase(current: CurrentActivity) -> tuple[str, str]:
    lecture = current.activity
    assert isinstance(lecture, Lecture)
    return lecture.chat.channel, lecture.phase


def step_shown(deps: Dependencies, current: CurrentActivity, step: Step, done: Mapping[str, str]) -> StepShown:
    """A step with its text; ``done`` holds moments by phase of the lecture and by step."""
    plan = current.plan
    link = f"{deps.pages}/kuliah/{current.identity}"
    said = text(step.name, title=plan.title, starts=plan.starts, ends=plan.ends, link=link)
    return StepShown(
        step=step.name,
        title=TITLES[step.name],
        planned=moment((plan.ends if step.from_end else plan.starts) + step.after),
        text=said,
        share=said and f"https://wa.me/?text={quote(said)}",
        done=done.get(step.drives or step.name),
        drives=step.drives,
    )
