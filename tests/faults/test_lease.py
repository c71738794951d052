"""Schedule M4: one holder at a time, by the server's clock; a paused one moves nothing when it wakes."""

import time
from datetime import timedelta
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


def test_a_silent_holder_loses_the_lease_within_three_seconds_and_knows_it_by_its_own_clock(
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


def test_only_one_of_two_simultaneous_instances_gets_the_lease(own: Database[dict[str, Any]]) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    assert [one.acquire_or_renew(), other.acquire_or_renew()].count(True) == 1


def test_a_lease_is_in_force_until_it_runs_out_or_another_is_given(own: Database[dict[str, Any]]) -> None:
    one = Lease(own, "one")
    assert not leases.lease_in_force(own, 1)
    one.acquire_or_renew()
    assert leases.lease_in_force(own, one.number)
    again = Lease(own, "one")
    again.acquire_or_renew()
    assert not leases.lease_in_force(own, one.number)
    again.release()
    time.sleep(0.005)
    assert not leases.lease_in_force(own, again.number)


def test_a_server_clock_that_was_put_back_keeps_no_dead_holder_in_office(own: Database[dict[str, Any]]) -> None:
    """After a step back by an hour the end of a lease that was given before lies an hour ahead."""
    dead, next_one = Lease(own, "dead"), Lease(own, "next")
    assert dead.acquire_or_renew()
    _put_back(own, timedelta(hours=1))
    assert not leases.lease_in_force(own, dead.number)
    assert next_one.acquire_or_renew()
    assert next_one.number == 2
    assert leases.lease_in_force(own, next_one.number)


def test_a_living_holder_renews_after_the_servers_clock_was_put_back(own: Database[dict[str, Any]]) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    assert one.acquire_or_renew()
    _put_back(own, timedelta(hours=1))
    assert one.acquire_or_renew()
    assert leases.lease_in_force(own, one.number)
    assert not other.acquire_or_renew()


def test_a_waiting_instance_is_heard_and_forgotten_also_after_the_servers_clock_was_put_back(
    own: Database[dict[str, Any]],
) -> None:
    one, other = Lease(own, "one"), Lease(own, "other")
    assert one.acquire_or_renew()
    assert not other.acquire_or_renew()
    _put_back(own, timedelta(hours=1))
    assert one.acquire_or_renew()
    assert not one.contested()
    assert not other.acquire_or_renew()
    assert one.acquire_or_renew()
    assert one.contested()


def _put_back(own: Database[dict[str, Any]], by: timedelta) -> None:
    """Let all stored times lie ahead, as after a step back of the server's clock."""
    stored = own.leases.find_one({"_id": "readers"})
    assert stored is not None
    ahead = {name: stored[name] + by for name in ("until", "wanted") if name in stored}
    own.leases.update_one({"_id": "readers"}, {"$set": ahead})


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
