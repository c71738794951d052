"""What is decided about subscriptions."""

from datetime import UTC, datetime, timedelta

import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.notifications.domain.subscription import (
    BOTH_SIGN,
    PINGS_REMEMBERED,
    REPLACED_REMEMBERED,
    SUBSCRIPTION,
    DisableSubscription,
    EnableSubscription,
    MakeSubscription,
    PingAsked,
    PingSubscription,
    RecoverDeliveries,
    RecoveryAsked,
    RotateSecret,
    SecretRotated,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionMade,
)

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
URL = "https://kampus.example/hook"
MADE = SubscriptionMade("p", URL, ("activity-*",), ("kediri",), 7)


def test_a_subscription_is_made_once_for_facts_that_exist() -> None:
    wish = MakeSubscription("p", URL, ("activity-*",), ("kediri",), 7)
    given(SUBSCRIPTION).when(wish).then(MADE)
    given(SUBSCRIPTION, MADE).when(wish).then()
    for pattern in ("activty-*", "login-code-issued", "competence-*"):
        given(SUBSCRIPTION).when(MakeSubscription("p", URL, (pattern,), (), 0)).refused("no-such-fact")
    given(SUBSCRIPTION).when(MakeSubscription("p", "http://kampus.example/", (), (), 0)).refused("webhook-address")


def test_a_replaced_secret_signs_for_a_day() -> None:
    given(SUBSCRIPTION, MADE).when(RotateSecret(NOW)).then(SecretRotated(2, NOW))
    once = SUBSCRIPTION.fold([MADE, SecretRotated(2, NOW)])
    assert SUBSCRIPTION.fold([MADE]).signing(NOW) == (1,)
    assert once.signing(NOW) == once.signing(NOW + BOTH_SIGN - timedelta(seconds=1)) == (2, 1)
    assert once.signing(NOW + BOTH_SIGN) == (2,)
    soon, later = NOW + timedelta(hours=1), NOW + BOTH_SIGN
    twice = SUBSCRIPTION.evolve(once, SecretRotated(3, soon))
    assert (twice.signing(soon), twice.signing(later), twice.signing(soon + BOTH_SIGN)) == ((3, 2, 1), (3, 2), (3,))


def test_only_the_last_secrets_sign_after_many_rotations() -> None:
    rotated = SUBSCRIPTION.fold([MADE, *(SecretRotated(n, NOW) for n in range(2, 50))])
    assert rotated.signing(NOW) == tuple(range(49, 49 - 1 - REPLACED_REMEMBERED, -1))


def test_a_recovery_begins_a_run_and_failures_of_earlier_runs_disable_nothing() -> None:
    given(SUBSCRIPTION, MADE).when(RecoverDeliveries(3)).then(RecoveryAsked(2, 3))
    again = (MADE, RecoveryAsked(2, 3))
    given(SUBSCRIPTION, *again).when(DisableSubscription("exhausted", run=1)).then()
    given(SUBSCRIPTION, *again).when(DisableSubscription("exhausted", run=2)).then(
        SubscriptionDisabled("p", "exhausted")
    )


def test_a_disabled_subscription_is_enabled_once_and_not_recovered() -> None:
    disabled = (MADE, SubscriptionDisabled("p", "gone"))
    given(SUBSCRIPTION, *disabled).when(DisableSubscription("by-hand")).then()
    given(SUBSCRIPTION, *disabled).when(RecoverDeliveries(3)).refused("subscription-disabled")
    given(SUBSCRIPTION, *disabled).when(EnableSubscription()).then(SubscriptionEnabled("p", 1))
    given(SUBSCRIPTION, MADE).when(EnableSubscription()).then()


def test_the_last_pings_are_remembered() -> None:
    pings = [PingAsked(str(n)) for n in range(PINGS_REMEMBERED + 1)]
    assert SUBSCRIPTION.fold([MADE, *pings]).pings == ("1", "2", "3", "4", "5")
    given(SUBSCRIPTION, MADE, *pings).when(PingSubscription("5")).then()


def test_commands_on_a_missing_subscription_are_not_found() -> None:
    for command in (RotateSecret(NOW), PingSubscription("x"), RecoverDeliveries(0), DisableSubscription("gone")):
        with pytest.raises(NotFound):
            SUBSCRIPTION.decide(command, None)
