"""The gateway's configuration, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import services
from services.kernel.base.clock import Clock, clock_from
from services.kernel.base.local_time import zone_in
from services.kernel.base.settings import PORTS, SettingsError, TelegramBot, read_secrets, telegram_bot

ROOMS = Path(services.__file__).parent
"""The folder of the services. Each service's OpenAPI fragment lies in its own folder there, in an installed package and
in a checkout.
"""


@dataclass(frozen=True)
class Configuration:
    """The gateway's configuration.

    ``urls`` maps each service of this installation to its base address. ``rooms`` is the folder of the services.
    ``signing`` is the key shared with the services, as hexadecimal digits. ``community`` is the community's name as
    people read it. ``clock`` is domain time: it decides which activities are past. ``time_zone`` is the zone in which
    pages show times. ``public_url`` is the gateway's public address, None when the environment does not name one.
    ``telegram`` is the bot whose updates the gateway reads, None without a bot.
    """

    urls: Mapping[str, str]
    rooms: Path
    signing: str
    community_host: str
    community: str
    clock: Clock
    time_zone: ZoneInfo
    public_url: str | None = None
    telegram: TelegramBot | None = None


def configuration_from(environment: Mapping[str, str] = os.environ, rooms: Path = ROOMS) -> Configuration:
    """Read ``MEMBERS_URL`` and so on, ``JEJARING_SECRETS``, ``JEJARING_COMMUNITY_HOST``, ``JEJARING_COMMUNITY_NAME``,
    ``JEJARING_PUBLIC_URL``, ``JEJARING_CLOCK``, ``JEJARING_TIME_ZONE``, ``TELEGRAM_TOKEN`` and ``TELEGRAM_API``.

    A service without a folder in ``rooms`` is not part of the installation. Raises ``SettingsError``.
    """
    present = [name for name in PORTS if (rooms / name).is_dir()]
    if not present:
        raise SettingsError(f"there is no service's room in {rooms}")
    host = environment.get("JEJARING_COMMUNITY_HOST", "localhost")
    try:
        clock = clock_from(environment.get("JEJARING_CLOCK", "system"))
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return Configuration(
        urls={name: _address(name, environment) for name in present},
        rooms=rooms,
        signing=read_secrets(environment).signing.hex(),
        community_host=host,
        community=environment.get("JEJARING_COMMUNITY_NAME", "Jejaring"),
        clock=clock,
        time_zone=_zone(environment),
        public_url=environment.get("JEJARING_PUBLIC_URL", "").rstrip("/") or None,
        telegram=telegram_bot(environment),
    )


def _zone(environment: Mapping[str, str]) -> ZoneInfo:
    try:
        return zone_in(environment)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _address(service: str, environment: Mapping[str, str]) -> str:
    variable = f"{service.upper()}_URL"
    url = environment.get(variable, f"http://127.0.0.1:{PORTS[service]}").rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise SettingsError(f"{variable} must be http://HOST:PORT, not {url!r}")
    return url
