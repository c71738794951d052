"""The chapters: what happens, and what each person must see. A step is a function of the world."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.demo.story.world import World


@dataclass(frozen=True)
class Step:
    """One thing that happens; its function's name is part of the keys of its requests, so it never changes."""

    title: str
    play: Callable[[World], None]


@dataclass(frozen=True)
class Chapter:
    """Steps in their order."""

    title: str
    steps: Sequence[Step]
