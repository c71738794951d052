"""The fragments that the gateway forwards by are those of the routes, no older and no newer."""

import pytest

from deploy.commands.open_service import ROOMS, definition_of, installed_services
from services.kernel.http.openapi import fragment_text


@pytest.mark.parametrize("name", installed_services())
def test_a_services_fragment_is_what_its_routes_say(name: str) -> None:
    kept = (ROOMS / name / "openapi.json").read_text("utf-8")
    assert kept == fragment_text(definition_of(name)), "run: python -m deploy.cli openapi write"
