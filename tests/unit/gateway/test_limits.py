from contextlib import ExitStack

import pytest

from gateway.edge import limits
from gateway.edge.limits import (
    ALL_STRANGERS_WAITS,
    ANONYMOUS_WRITES,
    LOGIN,
    PERSON_WAITS,
    STRANGER_WAITS,
    Allowance,
    Limits,
    WaitingReads,
    allowance_for,
    counted_address,
)
from services.kernel.base.problem import TooMany


class Machine:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_token_bucket_empties_and_refills():
    machine = Machine()
    counted, allowance = Limits(machine), Allowance(burst=2, per_second=0.5)
    counted.count(allowance, "a")
    counted.count(allowance, "a")
    with pytest.raises(TooMany) as refused:
        counted.count(allowance, "a")
    assert refused.value.headers() == {"Retry-After": "2"}
    counted.count(allowance, "b")
    machine.now += 2
    counted.count(allowance, "a")


def test_an_ipv6_network_counts_as_one_address():
    counted, allowance = Limits(Machine()), Allowance(burst=2, per_second=0.5)
    counted.count(allowance, "2001:db8:1:1::1")
    counted.count(allowance, "2001:db8:1:1:ffff::2")
    with pytest.raises(TooMany):
        counted.count(allowance, "2001:db8:1:1::3")
    counted.count(allowance, "2001:db8:1:2::1")
    counted.refund(allowance, "2001:db8:1:1::4")
    counted.count(allowance, "2001:db8:1:1::5")


def test_an_ipv4_mapped_address_counts_as_ipv4():
    assert counted_address("::ffff:192.0.2.1") == counted_address("192.0.2.1") == "192.0.2.1"
    assert counted_address("sari /v1/activities/a1/attendance") == "sari /v1/activities/a1/attendance"


def test_the_number_of_buckets_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "ADDRESSES", 10)
    counted = Limits(Machine())
    for number in range(100):
        counted.count(LOGIN, str(number))
    assert len(counted._buckets) == 10


def test_reading_and_members_writing_are_not_counted():
    assert allowance_for("GET", "/v1/login", stranger=True) is None
    assert allowance_for("POST", "/v1/topics", stranger=False) is None
    assert allowance_for("POST", "/v1/login/code", stranger=False) == LOGIN
    assert allowance_for("POST", "/v1/members", stranger=True) == ANONYMOUS_WRITES


def test_a_caller_has_few_waiting_reads_at_a_time_and_a_stranger_fewer():
    waits = WaitingReads()
    for key, stranger, most in (("sari", False, PERSON_WAITS), ("10.0.0.1", True, STRANGER_WAITS)):
        with ExitStack() as waiting:
            for _ in range(most):
                waiting.enter_context(waits.one(key, stranger=stranger))
            with pytest.raises(TooMany) as refused, waits.one(key, stranger=stranger):
                pass
            assert refused.value.headers() == {"Retry-After": "1"}
            with waits.one("another", stranger=stranger):
                pass
        with waits.one(key, stranger=stranger):
            pass


def test_all_strangers_together_leave_most_waiting_reads_to_others():
    waits = WaitingReads()
    with ExitStack() as waiting:
        for n in range(ALL_STRANGERS_WAITS):
            waiting.enter_context(waits.one(f"10.0.0.{n}", stranger=True))
        with pytest.raises(TooMany), waits.one("10.0.1.1", stranger=True):
            pass
        with waits.one("sari", stranger=False):
            pass


def test_the_addresses_of_one_network_are_one_stranger():
    waits = WaitingReads()
    with ExitStack() as waiting:
        for n in range(STRANGER_WAITS):
            waiting.enter_context(waits.one(f"2001:db8:1:1::{n}", stranger=True))
        with pytest.raises(TooMany), waits.one("2001:db8:1:1::ffff", stranger=True):
            pass
