"""Schedule M4: one holder at a time, by the server's clock; a paused one moves nothing when it wakes."""

import time
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import connect
from services.kernel.readers import lease as leases
from services.kernel.readers.lease import Lease


@pytest.fixture
def own(mongodb_uri: str, database: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    return connect(mongodb_uri)[database.name]


def test_a_held_lease_is_not_taken_by_another_and_renewing_keeps_its_number(own: Database[dict[str, Any]]) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    assert one.acquire_or_renew()
    assert not other.acquire_or_renew()
    assert one.acquire_or_renew()
    assert (one.number, other.number) == (1, 0)


def test_an_instance_restarted_under_its_name_takes_its_own_lease_back_at_once_under_a_new_number(
    own: Database[dict[str, Any]],
) -> None:
    assert Lease(own, "one").acquire_or_renew()
    again = Lease(own, "one")
    begun = time.monotonic()
    assert again.acquire_or_renew()
    assert again.number == 2
    assert time.monotonic() - begun < 1


def test_a_silent_holder_loses_it_within_three_seconds_and_knows_it_by_its_own_clock(
    own: Database[dict[str, Any]],
) -> None:
    silent, next_one = Lease(own, "silent"), Lease(own, "next")
    assert silent.acquire_or_renew()
    begun = time.monotonic()
    while not next_one.acquire_or_renew():
        assert time.monotonic() - begun < leases.LEASE_SECONDS + 1
        time.sleep(0.05)
    assert not silent.held()  # without asking: it was paused
    assert next_one.number == 2
    assert not silent.acquire_or_renew()
    assert silent.number == 0


def test_a_released_lease_is_free_at_once(own: Database[dict[str, Any]]) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    one.acquire_or_renew()
    one.release()
    time.sleep(0.005)  # the server's clock ticks in milliseconds
    assert other.acquire_or_renew()


def test_of_two_that_come_at_once_one_gets_it(own: Database[dict[str, Any]]) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    assert [one.acquire_or_renew(), other.acquire_or_renew()].count(True) == 1


def test_a_lease_stands_until_it_runs_out_or_another_is_given(own: Database[dict[str, Any]]) -> None:
    one = Lease(own, "one")
    assert not leases.stands(own, 1)
    one.acquire_or_renew()
    assert leases.stands(own, one.number)
    again = Lease(own, "one")
    again.acquire_or_renew()
    assert not leases.stands(own, one.number)
    again.release()
    time.sleep(0.005)
    assert not leases.stands(own, again.number)


def test_the_holder_learns_within_a_renewal_that_another_instance_waits_and_that_it_has_gone(
    own: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.4)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.1)
    one, other = Lease(own, "one"), Lease(own, "other")
    assert one.acquire_or_renew()
    assert not one.contested()
    assert not other.acquire_or_renew()
    assert one.acquire_or_renew()
    assert one.contested()
    time.sleep(1.0)  # longer than the announcement and the holder's memory of it last
    assert one.acquire_or_renew()
    assert not one.contested()
