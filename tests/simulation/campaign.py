"""Many schedules at once: counts, digests, and the story of the first failure."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bson import encode

from tests.simulation.cast import Cast
from tests.simulation.choices import Choices
from tests.simulation.patching import simulated
from tests.simulation.scheduler import TooLong
from tests.simulation.schedules import play, story
from tests.simulation.world import World


@dataclass
class Campaign:
    """What a number of schedules did. ``failures`` maps a seed to its story."""

    schedules: int = 0
    steps: int = 0
    seconds: float = 0.0
    casts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    digest: str = ""

    def add(self, other: Campaign) -> None:
        """Add the counts of other schedules."""
        self.schedules += other.schedules
        self.steps += other.steps
        self.casts += other.casts
        self.faults += other.faults
        self.failures |= other.failures
        self.digest = hashlib.sha256((self.digest + other.digest).encode()).hexdigest()


def run(seeds: Iterable[int], cast: Cast | None = None, *, most: int = 1, shrinking: int = 300) -> Campaign:
    """Play the schedules of these seeds; ends after ``most`` failures. ``shrinking`` bounds the trials for a story."""
    campaign, begun = Campaign(), time.monotonic()
    digest = hashlib.sha256()
    with simulated():
        for seed in seeds:
            choices = Choices(seed)
            try:
                play(choices, cast)
            except (AssertionError, TooLong) as error:
                name = World.last.cast.name
                campaign.failures[seed] = (
                    story(seed, choices.taken, error, cast, shrinking)
                    if shrinking
                    else f"seed {seed}, cast {name}: {error}"
                )
            _count(campaign, World.last)
            digest.update(stored(World.last))
            if len(campaign.failures) >= most:
                break
    campaign.seconds = time.monotonic() - begun
    campaign.digest = digest.hexdigest()
    return campaign


def stored(world: World) -> bytes:
    """All that the schedule left in the databases, as bytes: equal for equal histories."""
    digest = hashlib.sha256()
    for database in world.server.names():
        for name, store in sorted(world.server[database].stores.items()):
            digest.update(f"{database}.{name}".encode())
            for key in sorted(store.documents, key=str):
                digest.update(encode(store.documents[key]))
    return digest.digest()


def _count(campaign: Campaign, world: World) -> None:
    campaign.schedules += 1
    campaign.steps += world.scheduler.steps
    campaign.casts[world.cast.name] += 1
    campaign.faults += world.faults
