"""The protocols under thousands of schedules: each promise holds whatever is lost, late, killed, paused or taken back."""

import pytest

from tests.simulation.campaign import run, stored
from tests.simulation.choices import Choices, shrink
from tests.simulation.invariants import events
from tests.simulation.patching import simulated
from tests.simulation.schedules import CASTS, FIRST_SEED, SCHEDULES, play

PARTS = 8


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_promise_holds_in_every_schedule(part: int) -> None:
    each = SCHEDULES // PARTS
    campaign = run(range(FIRST_SEED + part * each, FIRST_SEED + (part + 1) * each))
    assert campaign.failures == {}, "\n".join(campaign.failures.values())
    assert campaign.schedules == each
    assert each < 1000 or all(campaign.casts[cast.name] for _, cast in CASTS), "every cast has played"
    assert campaign.faults["kill"]
    assert campaign.faults["unanswered"]
    assert campaign.faults["broker lost"]


def test_a_seed_plays_the_same_history_again() -> None:
    assert run(range(40)).digest == run(range(40)).digest
    assert run(range(40)).digest != run(range(40, 80)).digest


def test_recorded_decisions_play_the_same_history_again() -> None:
    with simulated():
        choices = Choices(7)
        first = stored(play(choices))
        assert stored(play(Choices(replay=choices.taken))) == first


def test_deadlines_pass_and_two_instances_live_in_some_schedules() -> None:
    passed = instances = 0
    with simulated():
        for seed in range(30):
            world = play(Choices(seed), next(cast for _, cast in CASTS if cast.name == "closing"))
            passed += sum(event["type"] == "DeadlinePassed" for _, _, event in events(world, "hall"))
            instances = max(instances, len(world.processes))
    assert passed
    assert instances == 2


def test_a_failing_schedule_is_shrunk_to_the_decisions_that_matter() -> None:
    def fails(decisions: object) -> bool:
        taken = list(decisions)  # type: ignore[call-overload]
        return len(taken) > 5 and taken[3] == 2 and taken[5] > 0

    assert shrink([1, 1, 1, 2, 1, 3, 1, 1, 9], fails) == [0, 0, 0, 2, 0, 3]


def test_no_part_of_the_kernel_stays_patched() -> None:
    run(range(2))
    import time

    from services.kernel.bus import catch_up, relay

    assert vars(relay)["time"] is time
    assert vars(catch_up)["requests"].__name__ == "requests"
