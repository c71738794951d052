"""Opens a service in this process, for an operator's command: its parts and its database, with nothing started."""

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

import services
from services.kernel.assembly import Application, assemble
from services.kernel.base.mongo import connect
from services.kernel.base.settings import PORTS, settings_for
from services.kernel.declare.service import Definition

ROOMS = Path(services.__file__).parent


def installed_services() -> Sequence[str]:
    """The services of this release, in the order of their ports."""
    return [name for name in PORTS if (ROOMS / name / "bootstrap.py").exists()]


def definition_of(name: str) -> Definition:
    """A service's declarations."""
    definition: Definition = importlib.import_module(f"services.{name}.bootstrap").definition()
    return definition


@contextmanager
def open_service(name: str, environment: Mapping[str, str] = os.environ) -> Iterator[Application]:
    """The application of a service, as the environment describes it. Raises `SettingsError` and `PyMongoError`."""
    settings = settings_for(name, environment)
    with connect(settings.mongodb) as client:
        yield assemble(definition_of(name), settings, client[settings.database])


class ServiceName(click.ParamType[str]):
    """A parameter that names a service of this release."""

    name = "service"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in installed_services():
            self.fail(f"there is no service {value!r}; there are {', '.join(installed_services())}.", param, ctx)
        return value


SERVICE = ServiceName()
