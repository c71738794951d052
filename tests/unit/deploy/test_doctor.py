"""`jejaring doctor` before anything is trusted to the machine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import keys
from deploy.commands import doctor
from deploy.commands.doctor import CARE, FINE, WRONG


class Server:
    """A database server's `admin`, as far as the doctor asks it. Times come without a zone, as from a real one."""

    def __init__(self, hello: dict[str, Any], build: dict[str, Any], ahead: timedelta = timedelta()) -> None:
        self._answers = {
            "hello": {"localTime": (datetime.now(UTC) + ahead).replace(tzinfo=None), **hello},
            "buildInfo": build,
        }

    def command(self, name: str) -> dict[str, Any]:
        return self._answers[name]


REPLICA_SET = {"setName": "rs0"}
MONGODB_7 = {"version": "7.0.5", "versionArray": [7, 0, 5, 0]}


def _judged(*server: Any) -> dict[str, str]:
    """Subject of a finding → how it is."""
    findings = doctor._judged(Server(*server))  # type: ignore[arg-type]
    return {finding.text.partition(":")[0]: finding.how for finding in findings}


def test_a_standalone_database_is_refused() -> None:
    assert _judged({}, MONGODB_7)["database"] == WRONG


def test_a_replica_set_of_a_current_version_is_fine() -> None:
    assert _judged(REPLICA_SET, MONGODB_7) == {"database": FINE, "clock": FINE}


def test_doctor_names_the_testing_database() -> None:
    findings = list(doctor._judged(Server(REPLICA_SET, {"version": "8.2", "secantusVersion": "0.7"})))  # type: ignore[arg-type]
    assert findings[0].how == CARE
    assert "real data belongs on MongoDB 7" in findings[0].text


def test_doctor_warns_of_an_old_database_server() -> None:
    assert _judged(REPLICA_SET, {"version": "6.0.1", "versionArray": [6, 0, 1, 0]})["database"] == CARE


@pytest.mark.parametrize(("seconds", "how"), [(0.5, FINE), (-5, CARE), (45, WRONG)])
def test_doctor_reports_a_clock_difference_before_signatures_fail(seconds: float, how: str) -> None:
    assert _judged(REPLICA_SET, MONGODB_7, timedelta(seconds=seconds))["clock"] == how


def test_secrets_that_others_may_read_are_wrong(tmp_path: Path) -> None:
    environment = {"JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys"))}
    assert [finding.how for finding in doctor.secrets(environment)] == [FINE]
    (tmp_path / "keys" / "vault.key").chmod(0o640)
    (found,) = doctor.secrets(environment)
    assert found.how == WRONG
    assert "vault.key" in found.text


def test_doctor_stops_at_a_missing_secret_and_names_it(tmp_path: Path) -> None:
    findings = list(doctor.examine({"JEJARING_SECRETS": str(tmp_path)}))
    assert [finding.how for finding in findings] == [WRONG]
    assert "signing.key" in findings[0].text


def test_doctor_points_out_a_demonstration_clock() -> None:
    assert [finding.how for finding in doctor.clock({"JEJARING_CLOCK": "demo:/x"})] == [CARE]
    assert [finding.how for finding in doctor.clock({})] == [FINE]
