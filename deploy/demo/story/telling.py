"""Plays the chapters in order. When an interrupted story is told again, it ends in the same state."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from deploy.commands.token import issue
from deploy.demo.story import people
from deploy.demo.story.calendar import Calendar
from deploy.demo.story.chapters import (
    Chapter,
    board,
    consultation,
    demand,
    evidence,
    gathering,
    heard,
    held,
    joining,
    leaving,
    lecture,
    libraries,
    partners,
    pendampingan,
    school,
    seats,
    workshop,
)
from deploy.demo.story.chapters import (
    told as being_told,
)
from deploy.demo.story.gateway import Gateway, Unexpected
from deploy.demo.story.mailbox import Mailbox
from deploy.demo.story.progress import Progress, Report, StoryFailed
from deploy.demo.story.telegram import Telegram
from deploy.demo.story.world import World

CHAPTERS = (
    board.CHAPTER,
    joining.CHAPTER,
    Chapter("Bab 3, dari kesulitan menjadi gathering", (*demand.STEPS, *gathering.STEPS, *seats.STEPS, *held.STEPS)),
    school.CHAPTER,
    heard.CHAPTER,
    libraries.CHAPTER,
    consultation.CHAPTER,
    workshop.CHAPTER,
    lecture.CHAPTER,
    being_told.CHAPTER,
    partners.CHAPTER,
    pendampingan.CHAPTER,
    evidence.CHAPTER,
    leaving.CHAPTER,
)
TOTAL = sum(len(chapter.steps) for chapter in CHAPTERS)
TOKEN_NAME = "cerita"  # noqa: S105 - what the token is called, not what it is


def tell_story(
    gateway_url: str,
    mailbox_url: str,
    clock_path: Path,
    progress: Report,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Tell the story into a running stack; returns at once if it was told already (`is_story_told`).

    `environment` is the operator's: it leads to the database and the secrets, for the board and for the tokens. Returns
    tokens by the names of their owners. Raises `StoryFailed`, which names the step.
    """
    if not is_story_told(gateway_url):
        _play(gateway_url, mailbox_url, clock_path, progress, environment)
    return {
        "coordinator": issue(people.WAHYU.email, TOKEN_NAME, environment),
        "regional coordinator": issue(people.RATNA.email, TOKEN_NAME, environment),
        "member": issue(people.SITI.email, TOKEN_NAME, environment),
    }


def is_story_told(gateway_url: str) -> bool:
    """Whether the whole story was told into the stack behind this gateway: the story's last visible result exists.

    Raises `StoryFailed` if the gateway does not answer.
    """
    gateway = Gateway(gateway_url)
    try:
        topics = gateway.ask("GET", "/v1/topics", query={"limit": "100"}).expect(200)
        return leaving.is_told(topics["items"])
    except Unexpected as error:
        raise StoryFailed("is it told already?", str(error)) from error
    finally:
        gateway.close()


def _play(
    gateway_url: str, mailbox_url: str, clock_path: Path, progress: Report, environment: Mapping[str, str]
) -> None:
    done = 0
    gateway, mailbox = Gateway(gateway_url), Mailbox(mailbox_url)
    telegram = Telegram(environment.get("TELEGRAM_API", "http://127.0.0.1:8027"))
    world = World(gateway, mailbox, Calendar(clock_path), environment, telegram=telegram)
    try:
        for number, chapter in enumerate(CHAPTERS, start=1):
            for step in chapter.steps:
                world.at = f"{number}/{step.play.__name__}"
                world.tell = _detailed(progress, Progress(chapter.title, step.title, done, TOTAL))
                try:
                    step.play(world)
                except Exception as error:
                    raise StoryFailed(f"{chapter.title} · {step.title}", _reason(error)) from error
                done += 1
                progress(Progress(chapter.title, step.title, done, TOTAL))
    finally:
        gateway.close()
        mailbox.close()
        telegram.close()


def _reason(error: Exception) -> str:
    """The unexpected result; for a fault of the story's own code, its place."""
    text = str(error)
    return text if isinstance(error, AssertionError) or type(error).__module__.startswith("deploy.") else repr(error)


def _detailed(progress: Report, at: Progress) -> Callable[[str], None]:
    """Reports details of a step, each once."""
    last: list[str] = []

    def tell_detail(detail: str) -> None:
        if last != [detail]:
            last[:] = [detail]
            progress(replace(at, detail=detail))

    return tell_detail
