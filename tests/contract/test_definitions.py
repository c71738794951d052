"""What each service is put together from."""

import importlib
from typing import Any

import pytest

from tests.support import golden

SOURCES = {
    "members": ("events", "mentoring"),
    "events": ("members",),
    "mentoring": ("members", "events"),
    "notifications": ("members", "events", "mentoring", "notifications"),
}


def definition(service: str) -> Any:
    return importlib.import_module(f"services.{service}.bootstrap").definition()


@pytest.mark.parametrize("service", golden.all_services())
def test_no_two_routes_views_or_managers_share_a_name(service: str) -> None:
    ours = definition(service)
    for names in (
        [route.name for route in ours.routes],
        [(route.method, route.path) for route in ours.routes],
        [view.name for view in ours.views],
        [manager.name for manager in ours.managers],
    ):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("service", golden.all_services())
def test_a_service_listens_to_the_services_that_its_readers_need(service: str) -> None:
    assert definition(service).sources == SOURCES[service]
