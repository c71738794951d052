"""Hosts one or several services in one process: ``python -m services.kernel.nameko.host members events``.

The first statement patches the standard library, before any other import; no other process is ever patched. Containers
start concurrently, each with its own configuration. A container that dies ends the process, and the supervisor restarts
the process.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # ADR 0001 says why eventlet is kept

import eventlet  # noqa: E402

eventlet.monkey_patch()

import argparse  # noqa: E402 - nothing may be imported before it is patched
import importlib  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402

import eventlet.debug  # noqa: E402
from eventlet.event import Event  # noqa: E402
from nameko.constants import MAX_WORKERS_CONFIG_KEY, WEB_SERVER_CONFIG_KEY  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402

from services.kernel.base.logs import configure  # noqa: E402
from services.kernel.base.settings import Settings, SettingsError, settings_for  # noqa: E402

MAX_WORKERS = 320
"""256 requests, and room for the jobs of the service."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the services until SIGTERM or SIGINT; the exit status is 1 if a service died."""
    parser = argparse.ArgumentParser(prog="jejaring serve", description="Run services in one process.")
    parser.add_argument("services", nargs="+", metavar="SERVICE")
    names = parser.parse_args(arguments).services
    configure()
    eventlet.debug.hub_exceptions(False)  # the container reports the error of a dead thread, in one place
    try:
        containers = [_container(name) for name in names]
    except SettingsError as error:
        _say(f"{error}")
        return 2
    except PortTaken as error:
        _say(str(error))
        return 1
    return _run(containers)


def _say(sentence: str) -> None:
    """Print a line for the person at the terminal; the log is for later readers."""
    sys.stderr.write(f"jejaring serve: {sentence}\n")


class PortTaken(Exception):
    """Another process listens on the service's port; the message says how to choose another port."""


def _claim(settings: Settings) -> None:
    """Check the port now, to report a taken port in one sentence instead of an error in the middle of the start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            variable = f"{settings.service.upper()}_URL"
            reason = f"{settings.host}:{settings.port} cannot be used ({error.strerror}); choose another by {variable}"
            raise PortTaken(reason) from error


def _container(name: str) -> ServiceContainer:
    settings = settings_for(name)
    _claim(settings)
    module = importlib.import_module(f"services.{name}.service")
    config = {
        WEB_SERVER_CONFIG_KEY: f"{settings.host}:{settings.port}",
        MAX_WORKERS_CONFIG_KEY: MAX_WORKERS,
    }
    return ServiceContainer(module.Service, config)


def _run(containers: Sequence[ServiceContainer]) -> int:
    ended: Event = Event()

    def end(status: int) -> None:
        if not ended.ready():
            ended.send(status)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn(end, 0))
    starts = [eventlet.spawn(container.start) for container in containers]
    for start, container in zip(starts, containers, strict=True):
        start.link(lambda thread, name=container.service_name: _started(thread, name, end))
        eventlet.spawn(container.wait).link(lambda _thread: end(1))
    status: int = ended.wait()
    stops = [eventlet.spawn(container.stop) for container in containers]
    with eventlet.Timeout(10, False):
        for stop in stops:
            stop.wait()
    return status


def _started(thread: eventlet.greenthread.GreenThread, name: str, end: "eventlet.event.Event") -> None:
    try:
        thread.wait()
    except OSError as error:
        _say(f"{name}: {error.strerror or error}")
        end(1)
    except Exception as error:  # noqa: BLE001 - whatever it is ends the process, and is said in one line
        _say(f"{name}: {error}")
        end(1)


if __name__ == "__main__":
    sys.exit(main())
