"""Plays schedules of the simulation: ``python -m tests.simulation --seed 7 --runs 20000``.

Prints how many schedules and faults of which kinds were played, and a digest of what they left in the databases. Exits
with 1 and the story of each failing schedule.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from functools import partial

import click

from tests.simulation.campaign import Campaign, run
from tests.simulation.schedules import CASTS, drawn_cast

CHUNK = 250


def chunk(first: int, *, last: int, cast: str | None, most: int, shrinking: int) -> Campaign:
    """The campaign of those among ``CHUNK`` seeds that draw the cast."""
    seeds = [seed for seed in range(first, min(first + CHUNK, last)) if cast in (None, drawn_cast(seed).name)]
    return run(seeds, most=most, shrinking=shrinking)


@click.command()
@click.option("--seed", default=0, help="The first seed.")
@click.option("--runs", default=20_000, help="The number of schedules.")
@click.option("--cast", type=click.Choice([cast.name for _, cast in CASTS]), help="Only seeds that draw this cast.")
@click.option("--most", default=1, help="Stop a process after so many failures.")
@click.option("--shrinking", default=300, help="The trials to shrink a failing schedule; 0 for none.")
def main(seed: int, runs: int, cast: str | None, most: int, shrinking: int) -> None:
    """Play RUNS schedules, beginning with SEED."""
    whole, begun = Campaign(), time.monotonic()
    work = partial(chunk, last=seed + runs, cast=cast, most=most, shrinking=shrinking)
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        for part in pool.imap(work, range(seed, seed + runs, CHUNK)):
            whole.add(part)
            if len(whole.failures) >= most:
                break
    for told in whole.failures.values():
        click.echo(f"{told}\n")
    seconds = time.monotonic() - begun
    click.echo(f"{whole.schedules} schedules, {whole.steps} steps, {seconds:.0f} s, {len(whole.failures)} failed")
    click.echo("casts: " + ", ".join(f"{name} {count}" for name, count in sorted(whole.casts.items())))
    click.echo("faults: " + ", ".join(f"{name} {count}" for name, count in sorted(whole.faults.items())))
    click.echo(f"digest {whole.digest}")
    sys.exit(bool(whole.failures))


if __name__ == "__main__":
    main()
