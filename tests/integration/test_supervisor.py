import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import keys, ports
from deploy.errors import CommandError, DeadlinePassed
from deploy.process import Process, Program
from deploy.supervisor import Supervisor
from deploy.waiting import wait_until
from tests.support.processes import children, is_running
from tests.support.services import ROOT


def python(tmp_path: Path, name: str, code: str, **more: object) -> Program:
    return Program(name=name, argv=(sys.executable, "-c", code), log=tmp_path / f"{name}.log", **more)  # type: ignore[arg-type]


WAITING = "import signal; print('here', flush=True); signal.pause()"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop()


def test_a_program_inherits_no_variable_that_is_withheld_from_it(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHHELD", "a secret")
    monkeypatch.setenv("INHERITED", "of this process")
    seen = tmp_path / "seen"
    names = ("WITHHELD", "INHERITED", "OWN")
    code = (
        f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr([os.getenv(n) for n in {names}])); {WAITING}"
    )
    own: dict[str, object] = {"environment": {"OWN": "its own"}, "without": frozenset({"WITHHELD"})}
    supervisor.start(python(tmp_path, "seeing", code, **own, ready=lambda: seen.exists() and bool(seen.read_text())))
    assert seen.read_text() == repr([None, "of this process", "its own"])


def test_a_program_that_dies_is_restarted_and_reported(tmp_path: Path, supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(python(tmp_path, "steady", WAITING))
    first = supervisor.pid("steady")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pid("steady") != first and supervisor.alive("steady"), 5, "a new process")
    assert said == ["steady stopped (exit code -9); it is started again."]


def test_a_program_that_keeps_dying_is_restarted_ever_more_slowly(
    tmp_path: Path, supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.supervisor.jittered", lambda seconds: seconds)
    starts = tmp_path / "starts"
    code = f"""
import os, signal, time
with open({str(starts)!r}, "a") as file: file.write(f"{{time.monotonic()}}\\n")
if os.path.exists({str(tmp_path / "broken")!r}): raise SystemExit(3)
signal.pause()
"""
    supervisor.start(python(tmp_path, "failing", code, ready=starts.exists))
    (tmp_path / "broken").touch()
    os.kill(supervisor.pid("failing"), signal.SIGKILL)
    wait_until(lambda: len(starts.read_text().splitlines()) >= 5, 20, "four restarts")
    moments = [float(line) for line in starts.read_text().splitlines()][1:]
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert pauses[2] > 2 * pauses[0] * 0.8
    assert "failing stopped (exit code 3); it is started again." in said


SERVING = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handle(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handle).serve_forever()
"""


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=0.2):
            return True
    except OSError:
        return False


def test_a_program_that_hangs_is_killed_and_restarted(
    tmp_path: Path, supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "1")
    monkeypatch.setattr("deploy.supervisor.ASK_EVERY_SECONDS", 0.1)
    port, log = ports.any_free(), tmp_path / "hanging.log"
    argv = (sys.executable, "-c", SERVING, str(port))
    supervisor.start(Program("hanging", argv, log, ready=lambda: answers(port), silent_within=1.0))
    first = supervisor.pid("hanging")
    time.sleep(1.5)
    assert supervisor.pid("hanging") == first  # a program that answers is left alone
    os.kill(first, signal.SIGSTOP)
    wait_until(lambda: supervisor.pid("hanging") != first and answers(port), 20, "another process that answers")
    assert said == ["hanging does not answer any more and was killed; it is started again."]
    assert not is_running(first)


def test_a_restarted_program_is_waited_for_and_restarted_again_if_it_is_never_ready(
    tmp_path: Path, supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "1")
    ready = tmp_path / "ready"
    ready.touch()
    supervisor.start(python(tmp_path, "halfway", WAITING, ready=ready.exists, ready_within=0.5, silent_within=60.0))
    ready.unlink()
    first = supervisor.pid("halfway")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: said.count("halfway was not ready in time and was killed; it is started again.") >= 2, 20, "it")
    ready.touch()
    wait_until(lambda: supervisor.alive("halfway"), 10, "the program")
    time.sleep(1.0)
    last = supervisor.pid("halfway")
    time.sleep(1.0)
    assert (supervisor.pid("halfway"), supervisor.alive("halfway")) == (last, True)


def test_a_program_that_never_stays_is_given_up_and_the_others_are_not(
    tmp_path: Path, supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.supervisor.MAX_RESTARTS", 2)
    supervisor.start(python(tmp_path, "steady", WAITING))
    supervisor.start(python(tmp_path, "hopeless", "raise SystemExit(3)", ready=lambda: True))
    wait_until(lambda: "in vain" in said[-1] if said else False, 20, "the end")
    assert said.count("hopeless stopped (exit code 3); it is started again.") == 2
    assert said[-1] == "hopeless stopped (exit code 3); it was started 2 times in vain and is given up."
    first = supervisor.pid("steady")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pid("steady") != first and supervisor.alive("steady"), 10, "the other")


def test_stop_ends_what_it_started_the_last_first_and_nothing_else(tmp_path: Path, supervisor: Supervisor) -> None:
    order = tmp_path / "order"
    code = f"""
import signal, sys
def end(*_):
    with open({str(order)!r}, "a") as file: file.write(sys.argv[1] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("here", flush=True)
while True: signal.pause()
"""
    for name in ("one", "two", "three"):
        log = tmp_path / f"{name}.log"
        ready: Callable[[], bool] = lambda log=log: "here" in log.read_text()  # noqa: E731
        supervisor.start(Program(name=name, argv=(sys.executable, "-c", code, name), log=log, ready=ready))
    other = Process(python(tmp_path, "other", WAITING))
    other.start()
    try:
        pids = [supervisor.pid(name) for name in ("one", "two", "three")]
        supervisor.stop()
        assert [pid for pid in pids if is_running(pid)] == []
        assert order.read_text() == "three two one "
        assert other.alive
    finally:
        other.kill()


def test_a_program_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path, supervisor: Supervisor) -> None:
    code = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); print('x', flush=True); signal.pause()"],
                         stdout=subprocess.PIPE)
child.stdout.readline()
print("here", child.pid, flush=True)
while True: signal.pause()
"""
    log = tmp_path / "deaf.log"
    supervisor.start(python(tmp_path, "deaf", code, ready=lambda: "here" in log.read_text(), stop_within=0.5))
    child = int(log.read_text().split()[1])
    pid = supervisor.pid("deaf")
    supervisor.stop()
    assert not is_running(pid)
    wait_until(lambda: not is_running(child), 5, "its child to be gone")


def test_children_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = f"""
import signal, sys
from pathlib import Path
from deploy.process import Program
from deploy.supervisor import Supervisor
supervisor = Supervisor(print)
supervisor.start(Program(name="child", argv=(sys.executable, "-c", {WAITING!r}), log=Path({str(tmp_path / "child.log")!r})))
print(supervisor.pid("child"), flush=True)
signal.pause()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert children(parent.pid) == {child}
    finally:
        parent.kill()
        parent.communicate()
    wait_until(lambda: not is_running(child), 5, "the child to be gone")


def test_a_program_that_cannot_start_is_one_sentence_with_its_last_output(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    with pytest.raises(CommandError, match=r"^[^\n]*exit code 4[^\n]*no paper left[^\n]*$"):
        supervisor.start(
            python(tmp_path, "printer", "print('no paper left', flush=True); raise SystemExit(4)", ready=bool)
        )
    with pytest.raises(CommandError, match="absent cannot start: /nowhere/absent is not installed"):
        supervisor.start(Program(name="absent", argv=("/nowhere/absent",), log=tmp_path / "absent.log"))


def test_a_program_that_is_not_ready_in_time_is_stopped(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "1")
    with pytest.raises(CommandError, match=r"slow was not ready within 0\.3 s"):
        supervisor.start(python(tmp_path, "slow", WAITING, ready=bool, ready_within=0.3))
    assert children(os.getpid()) & set(pids_of(tmp_path)) == set()


def pids_of(tmp_path: Path) -> Iterator[int]:
    """The processes that write into logs of this test."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str((process / "fd/1").readlink()).startswith(str(tmp_path)):
                yield int(process.name)
        except OSError:
            continue


def test_a_taken_port_is_named_together_with_the_way_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"^Port {port} \(gateway\) is taken.*GATEWAY_PORT=8001$"):
            ports.claim(port, "gateway", "make run GATEWAY_PORT=8001")
        assert ports.preferred(port) != port


def test_a_wait_in_vain_says_for_what_and_what_was_seen() -> None:
    began = time.monotonic()
    with pytest.raises(
        DeadlinePassed, match=r"Waited 0\.2 s in vain for the moon; last seen: 'clouds'|last seen: None"
    ):
        wait_until(lambda: None, 0.2, "the moon")
    assert time.monotonic() - began < 2


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    directory = keys.ensure(tmp_path / "keys")
    first = {path.name: path.read_text() for path in directory.iterdir()}
    assert set(first) == {"signing.key", "vault.key", "token.key", "contact.key"}
    assert all(len(bytes.fromhex(text)) == 32 for text in first.values())
    assert len(set(first.values())) == 4
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in directory.iterdir())
    (directory / "vault.key").rename(tmp_path / "vault.key")
    keys.ensure(directory)
    assert (directory / "token.key").read_text() == first["token.key"]
    assert (directory / "vault.key").read_text() != first["vault.key"]
