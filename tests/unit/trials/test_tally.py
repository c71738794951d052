"""Adding up trials: the bound of a probability, times, and the page."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials import tally
from tests.trials.trial_report import Report

FAULTS = [
    {"kind": "kill", "target": "events", "at": 1.0, "seconds": 0.0, "kills": ["events"], "usable": 2.0},
    {"kind": "kill", "target": "members", "at": 1.0, "seconds": 0.0, "kills": ["members"], "usable": 4.0},
    {"kind": "pause", "target": "events", "at": 1.0, "seconds": 5.0, "kills": [], "usable": 9.0},
]
GOOD = Report(
    seed=7,
    full=True,
    kills={"events": 1, "members": 1},
    faults=FAULTS,
    outcomes={"ok": 5},
    mails=3,
    repeated={"mails": 1},
)


@pytest.mark.parametrize(
    ("losses", "kills", "bound"),
    [(0, 1, 0.95), (0, 22, 0.1273), (0, 1000, 0.002991), (1, 100, 0.04656), (3, 3, 1.0)],
)
def test_the_upper_bound_is_that_of_clopper_and_pearson(losses: int, kills: int, bound: float) -> None:
    assert tally.upper_bound(losses, kills) == pytest.approx(bound, rel=1e-3)


@given(st.integers(0, 60), st.integers(1, 200))
def test_at_the_bound_so_few_losses_are_seen_once_in_twenty(losses: int, more: int) -> None:
    kills = losses + more
    bound = tally.upper_bound(losses, kills)
    seen = sum(math.comb(kills, k) * bound**k * (1 - bound) ** (kills - k) for k in range(losses + 1))
    assert seen == pytest.approx(0.05, rel=1e-6)


def test_a_report_that_was_saved_is_read_again_and_the_same_trial_replaces_it(tmp_path: Path) -> None:
    tally.save(GOOD, tmp_path)
    tally.save(replace(GOOD, mails=4), tmp_path)
    tally.save(replace(GOOD, full=False), tmp_path)
    assert tally.load(tmp_path) == [replace(GOOD, mails=4), replace(GOOD, full=False)]


def test_only_kills_count_as_recoveries_and_all_services_together() -> None:
    assert tally.recoveries([GOOD]) == {"service": [2.0, 4.0]}


def test_the_summary_counts_trials_with_a_broken_promise() -> None:
    bad = replace(GOOD, seed=8, findings=["lost"])
    text = "\n".join(tally.summary([GOOD, bad]))
    assert "2 trials, 4 kills: events 2, members 2" in text
    assert "1 trials with a broken promise" in text


def test_without_a_report_the_page_has_no_figures() -> None:
    page = tally.page([])
    assert page.endswith("No trial has left a report yet.\n")
    assert "{" not in page


def test_the_page_has_the_figures_of_the_reports_and_no_open_place() -> None:
    page = tally.page([GOOD])
    assert "**1 trials, 2 kills, 0 trials with a broken promise.**" in page
    assert "| service | 2 | 3.0 s | 4.0 s | 3 s | 1 |" in page
    assert "{" not in page
