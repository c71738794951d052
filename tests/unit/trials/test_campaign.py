"""A campaign of trials counts what was played, and goes on where it was."""

from __future__ import annotations

from tests.trials.campaign import campaign
from tests.trials.trial_report import Report


def _play(seed: int, kills: int) -> Report:
    return Report(seed, full=True, kills={"events": kills})


def test_a_campaign_plays_seed_after_seed_until_there_are_enough_kills() -> None:
    assert [(report.seed, report.total) for report in campaign(5, 90, {}, _play)] == [(5, 40), (6, 40), (7, 10)]


def test_a_campaign_that_was_interrupted_plays_only_what_has_no_report() -> None:
    played: list[int] = []

    def play(seed: int, kills: int) -> Report:
        played.append(seed)
        return _play(seed, kills)

    standing = {report.name: report for report in (_play(5, 43), Report(6, full=False, kills={"events": 22}))}
    assert [report.seed for report in campaign(5, 100, standing, play)] == [5, 6, 7]
    assert played == [6, 7]
