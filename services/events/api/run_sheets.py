"""The run sheet of a lecture: what to say and do in the group, step by step, and what has been done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from marshmallow import Schema, fields

from services.events.api.lectures import LectureState, led, state_of
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
from services.events.parts import Parts, Standing
from services.events.run_sheet_texts import TITLES, text
from services.events.views.lectures import LECTURES
from services.kernel.base.problem import Malformed
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import time, truth

routes = Routes()


class Tick(Schema):
    """``at``: when it was done, on a channel where nothing depends on it being ticked in time. ``done`` false takes back a
    tick that begins nothing.
    """

    at = time(required=False, load_default=None, allow_none=True)
    done = truth(required=False, load_default=True)


class StepShown(Schema):
    step = fields.String()
    title = fields.String()
    planned = fields.String()
    text = fields.String(allow_none=True)
    share = fields.String(allow_none=True, metadata={"description": "opens WhatsApp with the text"})
    done = fields.String(allow_none=True)
    drives = fields.String(allow_none=True, metadata={"description": "the phase of the lecture that it begins"})


class SheetShown(Schema):
    activity = fields.String()
    title = fields.String()
    channel = fields.String()
    phase = fields.String()
    steps = fields.List(fields.Nested(StepShown))


class Ticked(LectureState):
    step = fields.String()
    done = fields.String(allow_none=True)


@routes.get("/v1/activities/{activity}/run-sheet", answer=SheetShown(), statuses=(200, 403, 404))
def show_run_sheet(parts: Parts, request: Request) -> Answer:
    """What to say and do in the group, step by step."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    channel, phase = _of(standing)
    document = parts.views.get(LECTURES, standing.identity) or {"times": {}}
    run, _ = parts.commands.state(RUN_SHEET, standing.identity)
    done = {**document["times"], **{step: moment(at) for step, at in run.ticks.items()}}
    steps = [_shown(parts, standing, step, done) for step in sheet(channel)]
    title = standing.plan.title
    return Answer({"activity": standing.identity, "title": title, "channel": channel, "phase": phase, "steps": steps})


@routes.post("/v1/activities/{activity}/run-sheet/{step}", body=Tick(), answer=Ticked(), statuses=(200, 403, 404, 422))
def tick_run_sheet(parts: Parts, request: Request) -> Answer:
    """A step has been done."""
    standing = led(parts, request.path["activity"], request.actor)
    channel, _ = _of(standing)
    step = step_named(request.path["step"], channel)
    written = request.body["at"]
    if written is not None and channel != WHATSAPP:
        raise Malformed(errors={"at": ["Here the chat follows each step at once: tick it when it is done."]})
    at = request.now if written is None else min(written.astimezone(UTC), request.now)
    if step.drives is None:
        command = TickStep(step.name, at) if request.body["done"] else UntickStep(step.name)
        return _ticked(request, standing, command)
    if not request.body["done"]:
        raise Malformed(errors={"done": ["What has begun cannot be taken back."]})
    reply = {"step": step.name, "done": moment(at)}
    commit = request.take(
        LECTURE,
        standing.identity,
        _driving(step.drives, at, request.now),
        answer=lambda lecture, _: {**state_of(standing.identity, lecture), **reply},
    )
    return recorded(commit)


def _ticked(request: Request, standing: Standing, command: TickStep | UntickStep) -> Answer:
    def answer(run: RunSheet, _events: object) -> Mapping[str, Any]:
        at = run.ticks.get(command.step)
        reply = {"step": command.step, "done": moment(at) if at else None}
        return {**state_of(standing.identity, standing.activity), **reply}

    return recorded(request.take(RUN_SHEET, standing.identity, command, answer=answer))


def _driving(phase: str, at: datetime, now: datetime) -> LectureCommand:
    commands: Mapping[str, LectureCommand] = {
        OPENED: OpenLecture(at, now),
        PRESENTATION: BeginPresentation(at),
        QUESTIONS: TakeQuestions(at),
        CLOSED: CloseLecture(at, BY_HAND),
    }
    return commands[phase]


def _of(standing: Standing) -> tuple[str, str]:
    """Channel and phase of the lecture."""
    lecture = standing.activity
    assert isinstance(lecture, Lecture)
    assert lecture.chat is not None
    return lecture.chat.channel, lecture.phase


def _shown(parts: Parts, standing: Standing, step: Step, done: Mapping[str, str]) -> dict[str, Any]:
    plan = standing.plan
    link = f"{parts.pages}/kuliah/{standing.identity}"
    said = text(step.name, title=plan.title, starts=plan.starts, ends=plan.ends, link=link)
    return {
        "step": step.name,
        "title": TITLES[step.name],
        "planned": moment((plan.ends if step.from_end else plan.starts) + step.after),
        "text": said,
        "share": said and f"https://wa.me/?text={quote(said)}",
        "done": done.get(step.drives or step.name),
        "drives": step.drives,
    }
