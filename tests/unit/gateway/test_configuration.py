import pytest

from gateway.configuration import configuration_from
from services.kernel.base.settings import SECRETS, SettingsError


@pytest.fixture
def environment(tmp_path):
    for name in SECRETS:
        (tmp_path / f"{name}.key").write_text("ab" * 32)
    for room in ("members", "events"):
        (tmp_path / "services" / room).mkdir(parents=True)
    return {"JEJARING_SECRETS": str(tmp_path), "EVENTS_URL": "http://10.0.0.2:9/"}


def test_only_services_with_a_folder_are_configured(environment, tmp_path):
    configuration = configuration_from(environment, tmp_path / "services")
    assert configuration.urls == {"members": "http://127.0.0.1:8101", "events": "http://10.0.0.2:9"}
    assert configuration.signing == "ab" * 32


def test_the_time_zone_is_that_of_kediri_unless_the_environment_names_another(environment, tmp_path):
    rooms = tmp_path / "services"
    assert configuration_from(environment, rooms).time_zone.key == "Asia/Jakarta"
    elsewhere = {**environment, "JEJARING_TIME_ZONE": "Asia/Makassar"}
    assert configuration_from(elsewhere, rooms).time_zone.key == "Asia/Makassar"


def test_an_invalid_setting_is_one_clear_sentence(environment, tmp_path):
    rooms = tmp_path / "services"
    with pytest.raises(SettingsError, match="EVENTS_URL must be"):
        configuration_from({**environment, "EVENTS_URL": "10.0.0.2:9"}, rooms)
    with pytest.raises(SettingsError, match="unknown clock"):
        configuration_from({**environment, "JEJARING_CLOCK": "sundial"}, rooms)
    for zone in ("Kediri", "../etc", "Asia"):
        with pytest.raises(SettingsError, match="JEJARING_TIME_ZONE must name a time zone"):
            configuration_from({**environment, "JEJARING_TIME_ZONE": zone}, rooms)
    with pytest.raises(SettingsError, match="JEJARING_SECRETS"):
        configuration_from({}, rooms)
    with pytest.raises(SettingsError, match="no service's room"):
        configuration_from(environment, tmp_path / "nowhere")
