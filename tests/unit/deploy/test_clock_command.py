"""`jejaring clock`: only a demonstration's time is moved, and only forward."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from services.kernel.base.clock import DemoClock


def _run(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner(env=environment).invoke(main, ["clock", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("text", "by"), [("14d", timedelta(days=14)), ("2h", timedelta(hours=2)), ("30m", timedelta(minutes=30))]
)
def test_clock_advance_moves_time_for_every_process_of_a_demonstration(
    tmp_path: Path, text: str, by: timedelta
) -> None:
    clock = tmp_path / "clock.json"
    status, shown = _run("advance", text, JEJARING_CLOCK=f"demo:{clock}")
    assert (status, "WIB" in shown) == (0, True)
    ahead = DemoClock(clock).now() - datetime.now(UTC)
    assert abs(ahead - by) < timedelta(seconds=5)


def test_a_real_community_keeps_the_machines_time() -> None:
    status, shown = _run("advance", "14d")
    assert status == 1
    assert "not marked as a demonstration" in shown


@pytest.mark.parametrize("text", ["-2h", "2", "2w", "1.5h", "2h30m", ""])
def test_clock_advance_refuses_invalid_and_backward_steps(tmp_path: Path, text: str) -> None:
    clock = tmp_path / "clock.json"
    assert _run("advance", "--", text, JEJARING_CLOCK=f"demo:{clock}")[0] == 2
    assert not clock.exists()


def test_clock_show_reports_an_invalid_setting() -> None:
    status, shown = _run("show", JEJARING_CLOCK="sundial")
    assert status == 1
    assert "JEJARING_CLOCK makes no sense" in shown
