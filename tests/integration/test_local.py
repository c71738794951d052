import os
import socket
import subprocess
import sys
from pathlib import Path

from deploy import ports
from deploy.configuration import SERVICES
from deploy.waiting import allowed, wait_until
from tests.support.coverage_probes import child_environment
from tests.support.processes import is_running
from tests.support.services import ROOT


def somewhere_free() -> dict[str, str]:
    """Every port that the whole stack would take by default, a free one instead: stacks run beside each other here."""
    pages = {f"{name}_PORT": str(ports.any_free()) for name in ("GATEWAY", "MAILBOX", "TELEGRAM", "RECEIVER")}
    return pages | {f"{name.upper()}_URL": f"http://127.0.0.1:{ports.any_free()}" for name in SERVICES}


def waits() -> dict[str, str]:
    """The tests' own measure of how long a start may take, for `jejaring run` as well."""
    return {"JEJARING_WAIT_FACTOR": os.environ["JEJARING_WAIT_FACTOR"]}


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`jejaring run` with everything on free ports unless told otherwise, until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", "run", "--data", str(tmp_path / "var"), "--no-story", "--no-stay"],
        env={
            "PATH": "/usr/bin:/bin",
            "AMQP_URI": "none",
            **waits(),
            **somewhere_free(),
            **child_environment(),
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=allowed(90),
        check=False,
    )


def test_a_taken_port_is_one_sentence_and_nothing_was_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(tmp_path, GATEWAY_PORT=port)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1] == (
        f"Port {port} (gateway) is taken by another program; choose another: make run GATEWAY_PORT=8001"
    )
    assert ended.stderr == ""
    assert not (tmp_path / "var/log").exists()


def test_an_invalid_port_is_one_sentence(tmp_path: Path) -> None:
    ended = run(tmp_path, GATEWAY_PORT="web")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "GATEWAY_PORT must be a port number, not web.\n", "")


def test_a_second_stack_on_the_same_data_is_refused(tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "var").mkdir()
    with (tmp_path / "var/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = run(tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("It runs already on ")
    assert ended.stderr == ""


def test_sigterm_stops_everything_that_was_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody_elses:
        # A part that never becomes ready keeps it in its start, where a signal must work as well as later.
        running = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "run", "--data", str(tmp_path / "var"), "--no-story"],
            env={
                "PATH": "/usr/bin:/bin",
                "AMQP_URI": "none",
                **waits(),
                **child_environment(),
                "MONGODB_URI": f"mongodb://127.0.0.1:{somebody_elses.getsockname()[1]}/",
                **somewhere_free(),
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until((tmp_path / "var/log/services.log").exists, 30, "the services to be started")
            running.terminate()
            said, _ = running.communicate(timeout=allowed(30))
        finally:
            running.kill()
            running.wait()
    assert said.splitlines()[-1] == "Stopping ..."
    assert still_running(tmp_path) == []


def test_when_one_part_cannot_start_its_last_words_are_shown_and_all_others_are_stopped(tmp_path: Path) -> None:
    # A keys folder whose key is damaged: the services refuse it at start.
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "vault.key").write_text("this is no key")
    ended = run(tmp_path, JEJARING_SECRETS=str(keys))
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("services stopped while starting")
    assert "Traceback" not in ended.stdout + ended.stderr
    assert still_running(tmp_path) == []


def still_running(tmp_path: Path) -> list[int]:
    """What runs with this test's folder on its command line, or its output into it."""
    found = [
        int(path.name) for path in Path("/proc").glob("[0-9]*") if str(tmp_path) in command_line(path) + output(path)
    ]
    return [pid for pid in found if is_running(pid)]


def output(process: Path) -> str:
    try:
        return str((process / "fd/1").readlink())
    except OSError:
        return ""


def command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
