"""A real community's webhooks go to public addresses and to no others, whatever the environment says."""

import pytest

from services.kernel.base.settings import SettingsError, webhook_allowance


def test_a_demonstration_may_reach_its_own_machine() -> None:
    environment = {"WEBHOOK_ALLOW": "127.0.0.1, 127.0.0.2,", "JEJARING_CLOCK": "demo:/x/clock.json"}
    assert webhook_allowance(environment) == ("127.0.0.1", "127.0.0.2")
    assert webhook_allowance({"JEJARING_CLOCK": "demo:/x/clock.json"}) == ()
    assert webhook_allowance({}) == ()


@pytest.mark.parametrize("clock", [{}, {"JEJARING_CLOCK": "system"}])
def test_with_the_real_clock_the_service_does_not_start_with_an_allowance(clock: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_ALLOW"):
        webhook_allowance({"WEBHOOK_ALLOW": "127.0.0.1", **clock})
