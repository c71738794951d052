import pytest

from gateway.edge import limits
from gateway.edge.limits import ANONYMOUS_WRITES, LOGIN, Allowance, Limits, allowance_for, counted_address
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
