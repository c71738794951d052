"""The environment variables of `jejaring run`, read once: which servers are private, and all addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy import ports
from deploy.errors import CommandError

SERVICES = {"members": 8101, "events": 8102, "mentoring": 8103, "notifications": 8104}
NO_BROKER = "none"


@dataclass(frozen=True)
class Configuration:
    """One stack on this machine. A URI that is None asks for a private server under `data`.

    `telegram` says that the operator has given a bot's token, so no server stands in for Telegram.
    """

    data: Path
    mongodb_uri: str | None
    amqp_uri: str | None
    smtp_uri: str | None
    clock: str
    community_host: str
    keys: Path
    gateway_port: int
    mailbox_port: int
    telegram_port: int
    receiver_port: int
    telegram: bool
    service_urls: Mapping[str, str]

    @property
    def gateway_url(self) -> str:
        return f"http://{ports.HOST}:{self.gateway_port}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def clock_path(self) -> Path | None:
        """The file of domain time; None if domain time is the machine's own time."""
        kind, _, path = self.clock.partition(":")
        return Path(path) if kind == "demo" else None


def from_environment(environment: Mapping[str, str], data: Path) -> Configuration:
    """Read the configuration. Raises `CommandError`, which names an invalid variable."""
    data = data.absolute()
    keys = Path(environment.get("JEJARING_SECRETS") or data / "keys").absolute()
    return Configuration(
        data=data,
        mongodb_uri=environment.get("MONGODB_URI") or None,
        amqp_uri=environment.get("AMQP_URI") or None,
        smtp_uri=environment.get("SMTP_URI") or None,
        clock=environment.get("JEJARING_CLOCK") or f"demo:{data / 'clock.json'}",
        community_host=environment.get("JEJARING_COMMUNITY_HOST") or "localhost",
        keys=keys,
        gateway_port=_port(environment, "GATEWAY_PORT", 8000),
        mailbox_port=_port(environment, "MAILBOX_PORT", 8025),
        telegram_port=_port(environment, "TELEGRAM_PORT", 8027),
        receiver_port=_port(environment, "RECEIVER_PORT", 8029),
        telegram=bool(environment.get("TELEGRAM_TOKEN")) or (keys / "telegram.token").exists(),
        service_urls={
            name: environment.get(f"{name.upper()}_URL") or f"http://{ports.HOST}:{port}"
            for name, port in SERVICES.items()
        },
    )


def claim_ports(configuration: Configuration) -> None:
    """Raises `CommandError` for a taken port among those that people or other processes must find. The error names the
    port and says how to choose another.
    """
    ports.claim(configuration.gateway_port, "gateway", "make run GATEWAY_PORT=8001")
    if configuration.smtp_uri is None:
        ports.claim(configuration.mailbox_port, "mailbox page", "make run MAILBOX_PORT=8026")
    if not configuration.telegram:
        ports.claim(configuration.telegram_port, "chat groups", "make run TELEGRAM_PORT=8028")
    if configuration.clock_path is not None:
        ports.claim(configuration.receiver_port, "a partner's receiver", "make run RECEIVER_PORT=8030")
    for name, url in configuration.service_urls.items():
        variable = f"{name.upper()}_URL"
        port = url.rpartition(":")[2].rstrip("/")
        if not port.isdecimal():
            message = f"{variable} must be http://HOST:PORT, not {url}."
            raise CommandError(message)
        ports.claim(int(port), f"service {name}", f"make run {variable}=http://{ports.HOST}:{int(port) + 100}")


def _port(environment: Mapping[str, str], variable: str, default: int) -> int:
    value = environment.get(variable) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        message = f"{variable} must be a port number, not {value}."
        raise CommandError(message)
    return int(value)
