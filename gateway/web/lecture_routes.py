"""The addresses of polls and lectures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from gateway.web import lecture_desk, lectures, polls

POLL = "/jajak/{poll}"
LECTURE = "/kuliah/{lecture}"
DESK = "/pengurus/kuliah"
LED = f"{DESK}/{{lecture}}"


def lecture_routes(show: Callable[..., list[BaseRoute]], act: Callable[..., list[BaseRoute]]) -> Sequence[BaseRoute]:
    """Made with the ``show`` and ``act`` of ``routes``."""
    return [
        *show("/kuliah", lectures.archive),
        *show(LECTURE, lectures.lecture),
        *act(f"{LECTURE}/tanya", lectures.ask, lectures.lecture, LECTURE),
        *act(f"{LECTURE}/tanya/{{question}}", lectures.put_off, lectures.lecture, LECTURE),
        *show(POLL, polls.poll),
        *act(f"{POLL}/suara", polls.vote, polls.poll, POLL),
        *act(f"{POLL}/tutup", polls.close, polls.poll, POLL),
        *show(DESK, lecture_desk.desk),
        *act(f"{DESK}/jajak", lecture_desk.open_poll, lecture_desk.desk, DESK),
        *act(f"{DESK}/grup", lecture_desk.register_group, lecture_desk.desk, DESK),
        *act(f"{DESK}/rencana", lecture_desk.plan, lecture_desk.desk, DESK),
        *show(LED, lecture_desk.lead),
        *act(f"{LED}/langkah", lecture_desk.take_step, lecture_desk.lead, LED),
        *act(f"{LED}/tanya/{{question}}", lecture_desk.treat_question, lecture_desk.lead, LED),
        *show(f"{LED}/lembar", lecture_desk.run_sheet),
        *act(f"{LED}/lembar/{{step}}", lecture_desk.tick, lecture_desk.run_sheet, f"{LED}/lembar"),
    ]
