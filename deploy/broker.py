"""A private RabbitMQ node with its own name, ports, cookie and data.

Any number of private nodes run beside each other and beside the system's own node. RabbitMQ carries facts and is not
the only holder of any fact, so the node is tuned for little memory (DESIGN §8: 180 MB at peak against 487) and may be
deleted together with its folder.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import amqp

from deploy import ports
from deploy.errors import CommandError, from_os_error
from deploy.process import Process, Program
from deploy.waiting import allowed

USER = "jejaring"
# Debian's /usr/sbin/rabbitmq-server insists on the system user; the scripts behind it do not.
SCRIPTS = (Path("/usr/lib/rabbitmq/bin"), Path("/usr/local/lib/rabbitmq/bin"), Path("/opt/rabbitmq/sbin"))
UNUSED_QUEUE_MILLISECONDS = 7 * 24 * 3600 * 1000
QUEUES_OF_SUBSCRIPTIONS = r".*\.from\..*"


def installed() -> Path | None:
    """The folder of RabbitMQ's own scripts, or None if RabbitMQ is not installed."""
    on_path = shutil.which("rabbitmq-server")
    candidates = [*SCRIPTS, *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in candidates:
        if (folder / "rabbitmq-server").exists() and (folder / "rabbitmqctl").exists():
            return folder
    return None


def installed_version(scripts: Path) -> tuple[int, ...]:
    """The version from the folder's name, which every package has; () if the name has no version."""
    named = re.search(r"rabbitmq[_-]server-(\d+)\.(\d+)", str((scripts / "rabbitmqctl").resolve()))
    return tuple(int(part) for part in named.groups()) if named else ()


def policy(version: tuple[int, ...]) -> dict[str, Any]:
    """The limit of a subscription's queue: a full queue drops its oldest messages, and the source's feed fills the gap.

    A queue whose service is gone is deleted after a week without a consumer.

    From version 4 a quorum queue drops a message that was delivered 20 times; this policy switches the limit off.
    """
    limits: dict[str, Any] = {
        "max-length": 50_000,
        "max-length-bytes": 128_000_000,
        "overflow": "drop-head",
        "expires": UNUSED_QUEUE_MILLISECONDS,
    }
    return limits if version < (4,) else {**limits, "delivery-limit": -1}


class Broker:
    """A node under `directory`, which holds all its data. Loopback only; no plugin.

    `port` and the node's two other ports are any free ports unless given; they stay the same while this object lives.
    `vhosts` are made at the first start, in addition to "/".
    """

    def __init__(
        self, directory: Path, port: int | None = None, log: Path | None = None, vhosts: Iterable[str] = ()
    ) -> None:
        scripts = installed()
        if scripts is None:
            raise CommandError(
                "RabbitMQ is not installed: 'apt-get install rabbitmq-server', or go on without (AMQP_URI=none)."
            )
        self._scripts = scripts
        self._directory = directory.absolute()
        self._log = log or self._directory / "broker.log"
        self._vhosts = ("/", *vhosts)
        self.port = port or ports.any_free()
        self._distribution_port = ports.any_free()
        self._epmd_port = ports.any_free()
        self._prepare()
        self._processes = tuple(Process(program) for program in self.programs())

    def uri(self, vhost: str = "") -> str:
        """The AMQP address of a vhost ("" is "/")."""
        return f"amqp://{USER}:{self._password}@{ports.HOST}:{self.port}/{vhost}"

    def programs(self) -> tuple[Program, Program]:
        """Erlang's name server and the node, in the order of their start. The name server is private, so that nodes
        never see each other.
        """
        epmd = Program(
            name="broker-names",
            argv=("epmd", "-port", str(self._epmd_port), "-address", ports.HOST),
            log=self._log.with_name("broker-names.log"),
            ready=ports.accepts(self._epmd_port),
            ready_within=10,
        )
        node = Program(
            name="broker",
            argv=(str(self._scripts / "rabbitmq-server"),),
            log=self._log,
            environment=self._environment(),
            without=frozenset(name for name in os.environ if name.startswith(("RABBITMQ_", "ERL_"))),
            ready=self.ready,
            ready_within=60,
            stop_within=20,
        )
        return epmd, node

    def start(self) -> None:
        """Start the node (again) and return when it accepts connections."""
        for process in self._processes:
            process.start()
            process.wait_ready()

    def stop(self) -> None:
        """Stop the node in order, its name server last."""
        for process in reversed(self._processes):
            process.stop()

    def kill(self) -> None:
        """Send SIGKILL to the node, as in a crash. `start` brings the node back on the same ports and data."""
        self._processes[1].kill()

    @property
    def alive(self) -> bool:
        return self._processes[1].alive

    @property
    def pid(self) -> int:
        return self._processes[1].pid

    def ready(self) -> bool:
        """Whether a client can log in and open a channel now."""
        if not ports.accepts(self.port)():
            return False
        try:
            with amqp.Connection(
                f"{ports.HOST}:{self.port}", USER, self._password, connect_timeout=1, read_timeout=1, write_timeout=1
            ) as connection:
                connection.channel()
        except (OSError, amqp.AMQPError):
            return False
        return True

    def control(self, *arguments: str, deadline_seconds: float = 30) -> str:
        """The output of `rabbitmqctl` with these arguments. Takes about a second, mostly for Erlang's start."""
        try:
            done = subprocess.run(
                (str(self._scripts / "rabbitmqctl"), "--quiet", *arguments),
                env={**os.environ, **self._environment()},
                capture_output=True,
                text=True,
                timeout=allowed(deadline_seconds),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"rabbitmqctl {arguments[0]} gave no answer within {allowed(deadline_seconds):g} s."
            raise CommandError(message) from error
        if done.returncode:
            message = f"rabbitmqctl {arguments[0]} failed: {(done.stderr or done.stdout).strip()[:500]}"
            raise CommandError(message)
        return done.stdout

    def add_vhosts(self, *names: str) -> None:
        """Make further vhosts, with the same permissions and policies, on the running node."""
        self._vhosts = (*self._vhosts, *names)
        self._write_definitions()
        self.control("import_definitions", str(self._directory / "definitions.json"))

    def remove_vhosts(self, *names: str) -> None:
        """Delete these vhosts with all their queues."""
        self._vhosts = tuple(vhost for vhost in self._vhosts if vhost not in names)
        self._write_definitions()
        for name in names:
            self.control("delete_vhost", name)

    def _environment(self) -> dict[str, str]:
        home = str(self._directory)
        # Without this the first node starts a name server as a daemon, which nobody would ever stop.
        quiet = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        return {
            "HOME": home,  # the folder of the cookie
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": ports.HOST,
            "ERL_CRASH_DUMP_SECONDS": "0",
            # The name is written into the data, so it never changes. Each node has its own name server, so no names collide.
            "RABBITMQ_NODENAME": "jejaring@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/none.config",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/generated",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_PLUGINS_EXPAND_DIR": f"{home}/plugins",
            "RABBITMQ_FEATURE_FLAGS_FILE": f"{home}/feature_flags",
            "RABBITMQ_MNESIA_BASE": home,
            "RABBITMQ_MNESIA_DIR": f"{home}/data",
            "RABBITMQ_LOG_BASE": home,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": f"{home}/pid",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S 1:1 +SDcpu 1:1 +SDio 2 {quiet}",
            "RABBITMQ_CTL_ERL_ARGS": f"+S 1:1 {quiet}",
            # The start script becomes the node (exec): the known pid is the node's, and signals reach the node.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _prepare(self) -> None:
        """Write configuration and definitions; the password is made once."""
        password_file = self._directory / "password"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            if not password_file.exists():
                password_file.touch(0o600)
                password_file.write_text(secrets.token_urlsafe(24), "ascii")
            self._password = password_file.read_text("ascii")
            (self._directory / "enabled_plugins").write_text("[].\n", "ascii")
            (self._directory / "rabbitmq.conf").write_text(self._configuration(), "ascii")
            self._write_definitions()
        except OSError as error:
            raise from_os_error(error, f"preparing the broker in {self._directory}") from error

    def _configuration(self) -> str:
        return "\n".join(
            (
                f"listeners.tcp.1 = {ports.HOST}:{self.port}",
                f"load_definitions = {self._directory}/definitions.json",
                "vm_memory_high_watermark.absolute = 256MB",
                "raft.wal_max_size_bytes = 16000000",
                "collect_statistics_interval = 30000",
                "log.console = true",
                "log.console.level = warning",
                "",
            )
        )

    def _write_definitions(self) -> None:
        definitions = self._directory / "definitions.json"
        definitions.touch(0o600)
        definitions.write_text(json.dumps(self._definitions(), indent=1), "ascii")

    def _definitions(self) -> dict[str, Any]:
        """User, vhosts and policies. The node loads them at every start, before the first client, also after its data
        was wiped.
        """
        limits = policy(installed_version(self._scripts))
        return {
            "users": [
                {
                    "name": USER,
                    "password_hash": _password_hash(self._password),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": "administrator",
                }
            ],
            "vhosts": [{"name": vhost} for vhost in self._vhosts],
            "permissions": [
                {"user": USER, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"} for vhost in self._vhosts
            ],
            "policies": [
                {
                    "vhost": vhost,
                    "name": "subscriptions",
                    "pattern": QUEUES_OF_SUBSCRIPTIONS,
                    "apply-to": "queues",
                    "definition": limits,
                    "priority": 0,
                }
                for vhost in self._vhosts
            ],
        }


def _password_hash(password: str) -> str:
    """RabbitMQ's own form: base64 of the salt and of sha256(salt + password)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode("ascii")
