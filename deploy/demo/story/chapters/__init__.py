"""The chapters: the steps of the story, and the expected result of each step. A step is a function of the world."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.demo.story.world import World


@dataclass(frozen=True)
class Step:
    """One step of a chapter. The function's name is part of the keys of its requests, so the name never changes."""

    title: str
    play: Callable[[World], None]


@dataclass(frozen=True)
class Chapter:
    """The steps of a chapter, in order."""

    title: str
    steps: Sequence[Step]
