"""Many full trials, one after the other. An interrupted campaign goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.trials.trial_report import Report

KILLS_A_TRIAL = 40


def campaign(
    seed: int, kills: int, standing: Mapping[str, Report], play: Callable[[int, int], Report]
) -> Iterator[Report]:
    """The reports of the trials with this seed and the next ones, until ``kills`` processes were killed in them.

    ``standing`` are the reports that exist, by name: such a trial counts and is not played again. ``play(seed, kills)`` plays one.
    """
    done = 0
    while done < kills:
        report = standing.get(Report(seed, full=True).name) or play(seed, min(KILLS_A_TRIAL, kills - done))
        yield report
        done, seed = done + report.total, seed + 1
