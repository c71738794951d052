from datetime import UTC, date, datetime, time

import pytest

from services.kernel.base.local_time import local, local_day, utc_of, zone_in, zone_name
from services.kernel.base.settings import SettingsError, settings_for
from tests.support.zones import SUMMER_TIME, living_in

EVENING = datetime(2026, 3, 7, 17, 30, tzinfo=UTC)


def test_the_community_lives_in_western_indonesia_unless_told_otherwise() -> None:
    assert zone_in({}).key == "Asia/Jakarta"
    assert local(EVENING).isoformat() == "2026-03-08T00:30:00+07:00"
    assert local_day(EVENING) == date(2026, 3, 8)
    assert zone_name(EVENING) == "WIB"
    assert utc_of(date(2026, 3, 8), time(0, 30)) == EVENING


def test_another_community_has_another_zone() -> None:
    with living_in("Asia/Makassar"):
        assert local(EVENING).isoformat() == "2026-03-08T01:30:00+08:00"
        assert zone_name(EVENING) == "WITA"
    assert zone_name(EVENING) == "WIB"


def test_a_time_of_day_follows_summer_time() -> None:
    with living_in(SUMMER_TIME):
        assert utc_of(date(2026, 3, 7), time(6, 0)) == datetime(2026, 3, 7, 11, 0, tzinfo=UTC)
        assert utc_of(date(2026, 3, 8), time(6, 0)) == datetime(2026, 3, 8, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Asia/Kediri", "WIB+7", "", "../etc/passwd", "Asia"])
def test_a_service_does_not_start_with_a_name_that_is_no_time_zone(name: str) -> None:
    with pytest.raises(ValueError, match="JEJARING_TIME_ZONE"):
        zone_in({"JEJARING_TIME_ZONE": name})
    with pytest.raises(SettingsError, match="JEJARING_TIME_ZONE"):
        settings_for("members", {"JEJARING_TIME_ZONE": name})
