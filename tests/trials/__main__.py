"""Plays trials: ``python -m tests.trials --full --kills 1000 --seed 1``.

Keeps a report of each in ``var/faults``, and adds all of them up. Exits with 1 if a promise was broken.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from pathlib import Path

import click

from deploy.errors import CommandError
from tests.trials import tally
from tests.trials.campaign import campaign
from tests.trials.trial import run
from tests.trials.trial_report import Report

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "var" / "faults"
PAGE = ROOT / "docs" / "reference" / "promises.md"


@click.command()
@click.option("--full", is_flag=True, help="Full trials, with long outages and pauses.")
@click.option("--kills", default=200, help="Full trials until so many processes were killed.")
@click.option("--seed", type=int, help="The first seed; drawn and printed unless given.")
@click.option("--page", is_flag=True, help="Only write the page of the promises from the reports.")
def main(seed: int | None, kills: int, *, full: bool, page: bool) -> None:
    """Play one quick trial, or full ones."""
    os.environ.setdefault("JEJARING_WAIT_FACTOR", "4")  # a deadline is there to end what hangs
    if page:
        PAGE.write_text(tally.page(tally.load(REPORTS)), "utf-8")
        return
    if seed is None:
        seed = 1 if full else random.SystemRandom().randrange(1, 1_000_000)
    broken = _full(seed, kills) if full else _play(seed, None).findings
    click.echo("\nall trials so far:")
    for line in tally.summary(tally.load(REPORTS)):
        click.echo(f"  {line}")
    sys.exit(bool(broken))


def _full(seed: int, kills: int) -> list[str]:
    """Play full trials with this seed and the next ones; returns what was broken."""
    standing = {report.name: report for report in tally.load(REPORTS)}
    done, broken = 0, []
    for report in campaign(seed, kills, standing, _play):
        done, broken = done + report.total, broken + report.findings
        click.echo(f"{done} of {kills} kills")
    return broken


def _play(seed: int, kills: int | None) -> Report:
    """Play one trial and keep its report; keep its folder too if a promise was broken or the trial did not end."""
    folder = REPORTS / Report(seed, full=kills is not None).name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        report = run(folder, seed, kills, click.echo)
    except CommandError as error:
        raise SystemExit(f"seed {seed}: {error} All of it is in {folder}.") from error
    tally.save(report, REPORTS)
    killed = ", ".join(f"{name} {count}" for name, count in sorted(report.kills.items()))
    click.echo(f"seed {seed}: {report.total} kills ({killed}), {report.seconds:.0f} s, history {report.digest[:16]}")
    for finding in report.findings:
        click.echo(f"  BROKEN: {finding}")
    if not report.findings:
        shutil.rmtree(folder)
    return report


if __name__ == "__main__":
    main()
