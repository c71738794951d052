"""Configuration: environment variables and secret files, read once, checked, frozen."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.kernel.base.local_time import zone_in

PORTS = {"members": 8101, "events": 8102, "mentoring": 8103, "notifications": 8104}
SECRETS = ("signing", "vault", "token", "contact")
BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}")


class SettingsError(Exception):
    """A variable or secret is missing or invalid; the message names the variable or secret."""


@dataclass(frozen=True)
class Secrets:
    """Four secrets of 32 random bytes: ``signing`` (signs actors), ``vault`` (wraps keys), ``token`` (codes, tokens),
    ``contact`` (claims).
    """

    signing: bytes
    vault: bytes
    token: bytes
    contact: bytes


@dataclass(frozen=True)
class TelegramBot:
    """A Telegram bot: its token, which is secret, and the base address of the Bot API."""

    token: str = field(repr=False)
    api: str = "https://api.telegram.org"


@dataclass(frozen=True)
class Settings:
    """One service's configuration.

    ``mongodb`` names the server; the service's database is called ``database_prefix`` + the service's name. ``amqp`` is
    None without a broker. ``urls`` maps a service's name to its base address. ``instance`` is the name under which this
    process holds leases; the name stays the same after a restart. ``clock`` is ``system`` or ``demo:PATH``.
    ``public_url`` is the gateway's public address; links in mails begin with this address. ``telegram`` is None without
    a bot. ``webhook_allow`` lists addresses of this machine or network that webhooks may go to, in a demonstration
    only.
    """

    service: str
    mongodb: str
    amqp: str | None
    smtp: str | None
    host: str
    port: int
    urls: Mapping[str, str]
    community_host: str
    clock: str
    instance: str
    database_prefix: str
    secrets: Secrets
    public_url: str = "http://127.0.0.1:8000"
    telegram: TelegramBot | None = None
    webhook_allow: tuple[str, ...] = ()

    @property
    def database(self) -> str:
        """The name of the service's own database."""
        return f"{self.database_prefix}{self.service}"


def settings_for(service: str, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read one service's settings. Raises ``SettingsError``.

    Variables: ``MONGODB_URI``, ``AMQP_URI`` (``none`` for no broker), ``SMTP_URI``, ``JEJARING_SECRETS`` (directory),
    ``JEJARING_CLOCK``, ``JEJARING_COMMUNITY_HOST``, ``JEJARING_PUBLIC_URL``, ``JEJARING_INSTANCE``,
    ``JEJARING_DATABASE_PREFIX``, and for each service ``<SERVICE>_URL``; ``TELEGRAM_TOKEN`` and ``TELEGRAM_API``;
    ``WEBHOOK_ALLOW``. ``JEJARING_TIME_ZONE`` is only checked here; ``local_time`` reads the value.
    """
    urls = {name: environment.get(f"{name.upper()}_URL", f"http://127.0.0.1:{port}") for name, port in PORTS.items()}
    if service not in urls:
        raise SettingsError(f"there is no service {service!r}; there are {', '.join(PORTS)}")
    host, _, port = urls[service].removeprefix("http://").rstrip("/").partition(":")
    if not port.isdecimal():
        raise SettingsError(f"{service.upper()}_URL must be http://HOST:PORT, not {urls[service]!r}")
    try:
        zone_in(environment)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    community_host = environment.get("JEJARING_COMMUNITY_HOST", "localhost")
    amqp = environment.get("AMQP_URI", "amqp://guest:guest@127.0.0.1:5672//")
    return Settings(
        service=service,
        mongodb=environment.get("MONGODB_URI", "mongodb://127.0.0.1:27017"),
        amqp=None if amqp == "none" else amqp,
        smtp=environment.get("SMTP_URI"),
        host=host,
        port=int(port),
        urls=urls,
        community_host=community_host,
        clock=environment.get("JEJARING_CLOCK", "system"),
        instance=environment.get("JEJARING_INSTANCE", f"{socket.gethostname()}:{port}"),
        database_prefix=environment.get("JEJARING_DATABASE_PREFIX", "jejaring_"),
        secrets=read_secrets(environment),
        public_url=environment.get("JEJARING_PUBLIC_URL", f"https://{community_host}").rstrip("/"),
        telegram=telegram_bot(environment),
        webhook_allow=webhook_allowance(environment),
    )


def webhook_allowance(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The addresses in ``WEBHOOK_ALLOW``, a list separated by commas; empty unless domain time is a demonstration's.

    Raises ``SettingsError`` for a real community: its webhooks go to public addresses only.
    """
    allowed = tuple(part.strip() for part in environment.get("WEBHOOK_ALLOW", "").split(",") if part.strip())
    if allowed and not environment.get("JEJARING_CLOCK", "system").startswith("demo:"):
        raise SettingsError("WEBHOOK_ALLOW is for demonstrations: it needs JEJARING_CLOCK=demo:PATH")
    return allowed


def telegram_bot(environment: Mapping[str, str] = os.environ) -> TelegramBot | None:
    """The bot whose token is in ``TELEGRAM_TOKEN`` or else in the secret file ``telegram.token``; None without a token.

    ``TELEGRAM_API`` replaces Telegram's own base address. Raises ``SettingsError``, which never shows the token.
    """
    token = environment.get("TELEGRAM_TOKEN", "").strip() or _telegram_token_file(environment)
    if not token:
        return None
    if not BOT_TOKEN.fullmatch(token):
        raise SettingsError("TELEGRAM_TOKEN must be a bot's token: digits, a colon, letters and digits")
    api = environment.get("TELEGRAM_API", "https://api.telegram.org").rstrip("/")
    if not api.startswith(("http://", "https://")):
        raise SettingsError(f"TELEGRAM_API must be http://HOST or https://HOST, not {api!r}")
    return TelegramBot(token, api)


def _telegram_token_file(environment: Mapping[str, str]) -> str:
    directory = environment.get("JEJARING_SECRETS")
    try:
        return (Path(directory) / "telegram.token").read_text().strip() if directory else ""
    except FileNotFoundError:
        return ""


def read_secrets(environment: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets of ``JEJARING_SECRETS``, a directory with ``signing.key`` and so on, 64 hexadecimal digits each.

    Raises ``SettingsError``.
    """
    directory = environment.get("JEJARING_SECRETS")
    if not directory:
        raise SettingsError("JEJARING_SECRETS must name the directory with the secret files")
    return Secrets(**{name: _secret(Path(directory) / f"{name}.key") for name in SECRETS})


def _secret(path: Path) -> bytes:
    try:
        value = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as error:
        raise SettingsError(f"there is no secret file {path}") from error
    except ValueError as error:
        raise SettingsError(f"{path} does not hold hexadecimal digits") from error
    if len(value) != 32:
        raise SettingsError(f"{path} must hold 64 hexadecimal digits")
    return value
