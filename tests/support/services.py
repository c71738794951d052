"""The services under test, as child processes: what is killed in a test is what is killed in the world."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy import ports
from deploy.process import Process, Program
from deploy.waiting import wait_until
from tests.support import coverage_probes

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("members", "events", "mentoring", "notifications")


class ChildServices:
    """Starts services and the gateway with one environment; knows their addresses; kills one by its pid.

    A process is named by what it serves: `start("members", "events")` is one process called "members+events".
    Each service has one port for the life of this object, so that a restarted one is found where it was.
    """

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        services: tuple[str, ...] = SERVICES,
        *,
        measured: bool = True,
    ) -> None:
        self.directory = directory
        self._ports = {name: ports.any_free() for name in (*services, "gateway")}
        addresses = {f"{name.upper()}_URL": self.url(name) for name in services}
        self.environment = {
            **addresses,
            "GATEWAY_PORT": str(self._ports["gateway"]),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **(coverage_probes.child_environment() if measured else {}),
            **environment,
        }
        self._processes: dict[str, Process] = {}

    def url(self, name: str) -> str:
        """Where a service, or the "gateway", is found."""
        return f"http://{ports.HOST}:{self._ports[name]}"

    def start(self, *names: str, wait: bool = True, environment: Mapping[str, str] | None = None) -> str:
        """Start these services in one process, `environment` added to the common one; give the process's name.

        Returns when each answers /healthz, or at once without `wait`.
        """
        return self._start("+".join(names), ("serve", *names), names, wait, environment or {})

    def start_gateway(self, *, wait: bool = True, environment: Mapping[str, str] | None = None) -> str:
        return self._start("gateway", ("gateway",), ("gateway",), wait, environment or {})

    def kill(self, process: str) -> None:
        """kill -9."""
        self._processes[process].kill()

    def stop(self, process: str) -> None:
        """SIGTERM, and SIGKILL when it does not end within its time."""
        self._processes[process].stop()

    def restart(self, process: str, *, wait: bool = True) -> None:
        """Start again what was killed or stopped, with the environment it had."""
        self._processes[process].start()
        if wait:
            self._processes[process].wait_ready()

    def pid(self, process: str) -> int:
        return self._processes[process].pid

    def alive(self, process: str) -> bool:
        return self._processes[process].alive

    def exit_code(self, process: str) -> int | None:
        return self._processes[process].exit_code

    def log(self, process: str) -> str:
        """All that the process has written so far."""
        path = self._processes[process].program.log
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def wait_ready(self, *names: str, deadline_seconds: float = 30) -> None:
        """Until each of these services can answer requests and lacks nothing else."""
        for name in names:
            wait_until(lambda name=name: self._lacks_nothing(name), deadline_seconds, f"{name} to be ready")

    def _lacks_nothing(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(self.url(name) + "/readyz", timeout=2) as answer:
                return not json.load(answer).get("degraded")
        except OSError:  # also an answer of 503
            return False

    def status(self, name: str, path: str) -> int | None:
        """The HTTP status of a GET; None when nobody answers."""
        try:
            with urllib.request.urlopen(self.url(name) + path, timeout=2) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def close(self) -> None:
        """End everything that was started here."""
        for process in reversed(self._processes.values()):
            process.stop()

    def _start(
        self,
        name: str,
        arguments: tuple[str, ...],
        serving: tuple[str, ...],
        wait: bool,
        environment: Mapping[str, str],
    ) -> str:
        assert name not in self._processes or not self._processes[name].alive, f"{name} runs already"
        program = Program(
            name=name,
            argv=(sys.executable, "-m", "deploy.cli", *arguments),
            log=self.directory / f"{name}.log",
            environment={**self.environment, **environment},
            without=frozenset(os.environ) - {"PATH", "HOME", "LANG", "TMPDIR"},
            ready=lambda: all(self.status(one, "/healthz") == 200 for one in serving),
            ready_within=30,
            stop_within=10,
        )
        self._processes[name] = Process(program)
        self._processes[name].start()
        if wait:
            self._processes[name].wait_ready()
        return name
