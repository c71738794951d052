"""`jejaring doctor`: checks the machine and the configuration before people rely on them."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx
from kombu import Connection
from kombu.exceptions import KombuError
from pymongo.database import Database
from pymongo.errors import PyMongoError

from deploy import ports
from deploy.commands.bot_check import bot_problems
from deploy.commands.open_service import installed_services
from services.kernel.base.mongo import connect
from services.kernel.base.settings import SECRETS, SettingsError, settings_for
from services.kernel.base.signed import SKEW_SECONDS
from services.kernel.telegram.bot_api import TelegramError

FINE, CARE, WRONG = "ok", "care", "WRONG"
NOTABLE_SECONDS = 2.0
CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class Finding:
    """The result of a check: `fine`, `care`, or `wrong`. `wrong` loses data or does not work."""

    how: str
    text: str


@click.command()
def command() -> None:
    """Check database, secrets, clock, broker, Telegram and ports; exit status 1 when something is wrong."""
    findings = list(examine(os.environ))
    for finding in findings:
        click.echo(f"{finding.how:<6} {finding.text}")
    if any(finding.how == WRONG for finding in findings):
        raise click.exceptions.Exit(1)


def examine(environment: Mapping[str, str]) -> Iterator[Finding]:
    """All findings, one after the other. No check changes anything."""
    checks: tuple[Callable[[Mapping[str, str]], Iterator[Finding]], ...] = (
        secrets,
        database,
        broker,
        clock,
        bot,
        services,
    )
    for check in checks:
        try:
            yield from check(environment)
        except SettingsError as error:
            yield Finding(WRONG, f"configuration: {error}")
            return


def secrets(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check that the secret files exist, have the right form, and can be read by their owner alone."""
    settings_for(installed_services()[0], environment)  # raises for a missing or malformed secret
    directory = Path(environment["JEJARING_SECRETS"])
    open_to_others = [
        path.name
        for path in (directory, *(directory / f"{name}.key" for name in SECRETS), directory / "telegram.token")
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        yield Finding(
            WRONG, f"secrets: others may read {', '.join(open_to_others)}; chmod 700 the folder, 600 the files"
        )
    else:
        yield Finding(FINE, f"secrets: {directory} is its owner's alone")


def database(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check for a replica set on a real MongoDB whose clock is close to this machine's."""
    uri = settings_for(installed_services()[0], environment).mongodb
    try:
        with connect(uri) as client:
            yield from _judged(client.admin)
    except PyMongoError as error:
        yield Finding(WRONG, f"database: no answer ({type(error).__name__}); see MONGODB_URI")


def _judged(admin: Database[dict[str, Any]]) -> Iterator[Finding]:
    hello, build = admin.command("hello"), admin.command("buildInfo")
    if not hello.get("setName"):
        yield Finding(
            WRONG,
            "database: a standalone mongod shows readers what a power cut takes back; "
            "make it a replica set, of one member if need be",
        )
    elif "secantusVersion" in build:
        version = build["secantusVersion"]
        yield Finding(
            CARE, f"database: SecantusDB {version} is for trying and testing; real data belongs on MongoDB 7 or later"
        )
    elif int(build["versionArray"][0]) < 7:
        yield Finding(CARE, f"database: MongoDB {build['version']}; 7 or later is what this was made for")
    else:
        yield Finding(FINE, f"database: MongoDB {build['version']}, replica set {hello['setName']}")
    # The answer has no time zone, whatever the client is told; the time is UTC.
    away = abs((datetime.now(UTC) - hello["localTime"].replace(tzinfo=UTC)).total_seconds())
    how = FINE if away < NOTABLE_SECONDS else CARE if away < SKEW_SECONDS else WRONG
    yield Finding(how, f"clock: the database's differs from this machine's by {away:.1f} s")


def broker(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check that the broker accepts this login, or that no broker is wanted."""
    uri = settings_for(installed_services()[0], environment).amqp
    if uri is None:
        yield Finding(CARE, "broker: none (AMQP_URI=none); facts travel by catch-up, a few seconds later")
        return
    try:
        with Connection(uri, connect_timeout=CONNECT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
            yield Finding(FINE, f"broker: {connection.host}")
    except (OSError, KombuError) as error:
        yield Finding(WRONG, f"broker: no answer ({type(error).__name__}); see AMQP_URI")


def clock(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check whether domain time is the machine's time."""
    setting = environment.get("JEJARING_CLOCK", "system")
    if setting == "system":
        yield Finding(FINE, "domain time: the machine's")
    else:
        yield Finding(CARE, f"domain time: {setting} is a demonstration's; a community lives by JEJARING_CLOCK=system")


def bot(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check that the bot answers and has the rights for lectures, or that no bot is wanted."""
    try:
        found = bot_problems(environment)
    except TelegramError as error:
        yield Finding(WRONG, f"telegram: {error}; see TELEGRAM_TOKEN and TELEGRAM_API")
        return
    if found is None:
        yield Finding(FINE, "telegram: no bot; lectures are led by hand, messages go by mail")
        return
    name, troubles = found
    yield from [Finding(WRONG, f"telegram: {trouble}") for trouble in troubles]
    if not troubles:
        yield Finding(FINE, f"telegram: {name} answers")


def services(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check that each service's port is free, or that the service itself uses the port."""
    for name in installed_services():
        settings = settings_for(name, environment)
        if settings.host in {ports.HOST, "localhost"} and ports.is_free(settings.port):
            yield Finding(FINE, f"port {settings.port}: free for {name}")
            continue
        try:
            answer = httpx.get(f"{settings.urls[name]}/healthz", timeout=CONNECT_SECONDS)
            ours = answer.json().get("service") == name
        except (httpx.HTTPError, ValueError, AttributeError):
            ours = False
        if ours:
            yield Finding(FINE, f"port {settings.port}: {name} answers")
        else:
            yield Finding(
                WRONG, f"port {settings.port}: another program has it; choose another with {name.upper()}_URL"
            )
