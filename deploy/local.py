"""The whole stack on one machine: `make run`.

database, broker, mailbox, chats, a partner's receiver  ─►  all services in one process  ─►  gateway  ─►  the story

All private data is kept under `var/`: databases, keys, logs, the demo clock. `MONGODB_URI`, `AMQP_URI` and `SMTP_URI`
choose other servers, `TELEGRAM_TOKEN` chooses Telegram. With `AMQP_URI=none`, or without RabbitMQ on the machine, facts
travel by catch-up alone.
"""

import fcntl
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click

from deploy import broker as rabbitmq
from deploy import keys, ports, space
from deploy.broker import Broker
from deploy.configuration import NO_BROKER, Configuration, claim_ports, from_environment
from deploy.database import Database
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.receiver.server import ReceiverServer
from deploy.demo.telegram.server import TelegramServer
from deploy.errors import CommandError, from_os_error
from deploy.process import Program
from deploy.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[1]
REPEAT_SECONDS = 1.0


def say(sentence: str) -> None:
    """Print one line for the person at the terminal, at once."""
    click.echo(sentence)
    sys.stdout.flush()


class Stack:
    """The programs of one configuration, under one supervisor."""

    def __init__(self, configuration: Configuration, report: Callable[[str], None]) -> None:
        self._configuration = configuration
        self._report = report
        self.supervisor = Supervisor(report)
        self.mailbox_url: str | None = None
        self.chats_url: str | None = None
        self.environment: dict[str, str] = {}

    def start(self) -> None:
        """Start everything in order and return when the gateway answers. Raises `CommandError`, which names the failed
        program.
        """
        configuration = self._configuration
        claim_ports(configuration)
        environment = {
            "JEJARING_SECRETS": str(keys.ensure(configuration.keys)),
            "JEJARING_CLOCK": configuration.clock,
            "JEJARING_COMMUNITY_HOST": configuration.community_host,
            "GATEWAY_PORT": str(configuration.gateway_port),
            "JEJARING_PUBLIC_URL": configuration.gateway_url,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **{f"{name.upper()}_URL": url for name, url in configuration.service_urls.items()},
            **self._start_servers(),
        }
        self.environment = {**os.environ, **environment}
        _write_environment(configuration.data / "environment", environment)
        self._report("Starting the services ...")
        self.supervisor.start(self._services(environment))
        self.supervisor.start(self._gateway(environment))

    def stop(self) -> None:
        self.supervisor.stop()

    def _start_servers(self) -> dict[str, str]:
        """Start the private servers, side by side. Returns the addresses of all servers, private or not."""
        configuration, logs = self._configuration, self._configuration.logs
        addresses: dict[str, str] = {}
        programs: list[Program] = []
        if configuration.mongodb_uri is None:
            database = Database(configuration.data / "database", ports.preferred(8017), logs / "database.log")
            programs.append(database.program())
        addresses["MONGODB_URI"] = configuration.mongodb_uri or database.uri
        if configuration.smtp_uri is None:
            mailbox = Mailbox(
                configuration.data / "mails", ports.preferred(8026), configuration.mailbox_port, logs / "mailbox.log"
            )
            programs.append(mailbox.program())
            self.mailbox_url = mailbox.url
        addresses["SMTP_URI"] = configuration.smtp_uri or mailbox.smtp_uri
        if not configuration.telegram:
            telegram = TelegramServer(configuration.data / "chats", configuration.telegram_port, logs / "telegram.log")
            programs.append(telegram.program())
            self.chats_url = telegram.url
            addresses |= telegram.environment
        if configuration.clock_path is not None:  # only a demonstration sends webhooks to this machine
            receiver = ReceiverServer(
                configuration.data / "receiver", configuration.receiver_port, logs / "receiver.log"
            )
            programs.append(receiver.program())
            addresses |= receiver.environment
        if configuration.amqp_uri is None and rabbitmq.installed() is None:
            self._report("RabbitMQ is not installed: going on without; facts travel by catch-up.")
            addresses["AMQP_URI"] = NO_BROKER
        elif configuration.amqp_uri is None:
            broker = Broker(configuration.data / "broker", ports.preferred(8072), logs / "broker.log")
            names, node = broker.programs()
            self.supervisor.start(names)
            programs.append(node)
            addresses["AMQP_URI"] = broker.uri()
        else:
            addresses["AMQP_URI"] = configuration.amqp_uri
        self._report(f"Starting {', '.join(program.name for program in programs) or 'no server of our own'} ...")
        self.supervisor.start(*programs)
        return addresses

    def _services(self, environment: dict[str, str]) -> Program:
        urls = self._configuration.service_urls
        return Program(
            name="services",
            argv=(sys.executable, "-m", "deploy.cli", "serve", *urls),
            log=self._configuration.logs / "services.log",
            environment=environment,
            ready=lambda: all(_answers(f"{url}/healthz") for url in urls.values()),
            ready_within=60,
        )

    def _gateway(self, environment: dict[str, str]) -> Program:
        return Program(
            name="gateway",
            argv=(sys.executable, "-m", "deploy.cli", "gateway"),
            log=self._configuration.logs / "gateway.log",
            environment=environment,
            ready=lambda: _answers(f"{self._configuration.gateway_url}/healthz"),
            ready_within=30,
        )


def _write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Write the variables for an operator's shell: `. var/environment`. Only the owner can read the file, because it
    holds a password.
    """
    lines = [
        f"export {name}={shlex.quote(value)}" for name, value in sorted(environment.items()) if "PYTHON" not in name
    ]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")


def run(arguments: Sequence[str]) -> int:
    """Start the stack, tell the story, stay until Ctrl-C or SIGTERM, stop. Returns the exit code."""
    try:
        _command.main(list(arguments), prog_name="jejaring run", standalone_mode=False)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except CommandError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(str(from_os_error(error, "running here")))
        return 1
    except (KeyboardInterrupt, click.Abort):
        _interruption_is_heard()
    return 0


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), help="Where everything is kept.")
@click.option("--story/--no-story", default=True, help="Tell the story into it.")
@click.option("--stay/--no-stay", default=True, help="Keep running until Ctrl-C.")
def _command(data: Path, *, story: bool, stay: bool) -> None:
    """The whole stack on this machine, on 127.0.0.1 alone."""
    configuration = from_environment(os.environ, data)
    signal.signal(signal.SIGINT, _interrupt_once)
    signal.signal(signal.SIGTERM, _interrupt_once)
    with _locked(configuration.data):
        space.require(configuration.data)
        stack = Stack(configuration, say)
        try:
            stack.start()
            if story:
                from deploy.demo.run_story import run_story  # loaded only when the story is told

                run_story(configuration, stack.mailbox_url, stack.environment, say)
            _show(configuration, stack)
            while stay:
                signal.pause()
        except CommandError as error:
            raise space.name_full_disk(error, configuration.data) from error
        finally:
            _interruption_is_heard()
            say("Stopping ...")
            stack.stop()


def _show(configuration: Configuration, stack: Stack) -> None:
    say(f"\n  Open      {configuration.gateway_url}")
    if stack.mailbox_url:
        say(f"  Mail      {stack.mailbox_url}")
    if stack.chats_url:
        say(f"  Chats     {stack.chats_url}")
    say(f"  Logs      {configuration.logs}")
    say(f"  Operate   . {configuration.data / 'environment'}; .venv/bin/jejaring status")
    say("  Ctrl-C stops everything.\n")


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Lock the data folder, because two stacks on one folder would destroy each other's data."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise from_os_error(error, f"writing {data}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"It runs already on {data}; stop that one, or choose another folder: make run ARGUMENTS='--data DIR'."
            )
            raise CommandError(message) from error
        yield


def _interrupt_once(_signal: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C while stopping must not leave programs running.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Python drops an error that is raised in a finalizer or in a hook of fork. So it is raised again until it is heard.
    signal.signal(signal.SIGALRM, _interrupt_again)
    signal.setitimer(signal.ITIMER_REAL, REPEAT_SECONDS, REPEAT_SECONDS)
    raise KeyboardInterrupt


def _interrupt_again(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interruption_is_heard() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):  # noqa: S310 - our own address
            return True
    except HTTPError as error:
        return error.code < 500
    except (URLError, OSError):
        return False
