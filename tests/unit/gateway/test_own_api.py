"""The gateway's own operations are served, documented and counted as declared."""

from collections import Counter
from dataclasses import replace

import pytest
from starlette.routing import Route

from gateway.api.export import OwnData
from gateway.api.openapi import merged
from gateway.api.own_api import OWN_ROUTES
from gateway.app import application
from gateway.composed.contact import CONTACT
from gateway.configuration import ROOMS
from gateway.edge.surface import operations_of, read_fragments
from services.kernel.base.settings import PORTS
from tests.unit.gateway.harness import bearer
from tests.unit.gateway.test_export import everything_up

FORWARDED = "/v1/{rest:path}"
HALF = b'{"name": "\\ud800", "email": "tamu@contoh.id", "region": "r", "title": "t", "parts": ["\\ud800"]}'
NO_NUMBER = b'{"name": NaN}'


@pytest.fixture
def fragments():
    return read_fragments(ROOMS, PORTS)


def served(harness, fragments):
    """Each (method, path) that the application answers or forwards."""
    routes = application(replace(harness.configuration(), rooms=ROOMS)).routes
    api = [route for route in routes if isinstance(route, Route) and route.path.startswith("/v1/")]
    own = {(method, route.path) for route in api if route.path != FORWARDED for method in route.methods - {"HEAD"}}
    operations = [each for name, fragment in fragments.items() for each in operations_of(name, fragment)]
    return own | {(operation.method, operation.path) for operation in operations if operation.public}


def documented(fragments):
    paths = merged(fragments, "Contoh")["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_served_and_documented_operations_are_the_same(harness, fragments):
    assert served(harness, fragments) == documented(fragments)


def test_every_operation_has_an_id_of_its_own(fragments):
    paths = merged(fragments, "Contoh")["paths"]
    ids = Counter(details["operationId"] for methods in paths.values() for details in methods.values())
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("route", list(OWN_ROUTES), ids=lambda route: route.name)
def test_the_gateways_operations_are_in_the_docs_page_and_in_metrics_by_template(harness, client, route):
    page = client.get("/docs").text
    assert route.path in page
    assert client.request(route.method, route.path.format(activity="a1", library="l1")).status_code < 500
    numbers = client.get("/metrics").text
    assert f'method="{route.method}",route="{route.path}"' in numbers


@pytest.mark.parametrize("body", [HALF, NO_NUMBER], ids=["half a character", "no number"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/ask",
        "/v1/activities/a1/walk-ins",
        "/v1/activities/a1/guest-registrations",
        "/v1/reports/evidence/l1",
    ],
)
def test_json_with_nan_or_broken_characters_is_refused(harness, client, path, body):
    answer = client.post(path, content=body, headers={"Idempotency-Key": "k1", **bearer()})
    assert (answer.status_code, answer.json()["detail"]) == (400, "the body is not JSON")
    assert not any(service.received for name, service in harness.services.items() if name != "members")
    assert [asked.path for asked in harness.members.received] == ["/internal/identity"]


@pytest.mark.parametrize(
    ("path", "sent", "errors"),
    [
        ("walk-ins", {"name": None, "surname": "x"}, {"name": ["Not a valid string."], "surname": ["Unknown field."]}),
        ("guest-registrations", {"name": 7, "phone": "1"}, {"name": ["Not a valid string."]}),
        ("guest-registrations", {"name": "Tamu", "phone": 1}, {"phone": ["Not a valid string."]}),
    ],
)
def test_an_invalid_contact_names_its_fields(client, path, sent, errors):
    answer = client.post(f"/v1/activities/a1/{path}", json=sent, headers={"Idempotency-Key": "k1", **bearer()})
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ({}, ["email", "name", "phone"]),
        ({"name": "", "phone": "0812"}, ["name"]),
        ({"name": "Tamu"}, ["email", "phone"]),
        ({"name": "Tamu", "email": ""}, ["email", "phone"]),
    ],
)
def test_a_guest_needs_a_name_and_a_contact(client, sent, missing):
    answer = client.post("/v1/activities/a1/guest-registrations", json=sent, headers={"Idempotency-Key": "k1"})
    told = ["Say who you are, and how you can be reached."]
    assert (answer.status_code, answer.json()["errors"]) == (400, dict.fromkeys(missing, told))


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"parts": ["Not a list of names."]}),
        ({"parts": ["hours", 7]}, {"parts": ["Not a list of names."]}),
        ({"parts": ["hours"], "decisions": None}, {"decisions": ["Not a list of names."]}),
        ({"parts": None, "x": 1}, {"parts": ["Not a list of names."], "x": ["Unknown field."]}),
    ],
)
def test_an_invalid_release_names_its_fields(client, sent, errors):
    answer = client.post("/v1/reports/evidence/l1", json=sent, headers={"Idempotency-Key": "k1", **bearer()})
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)


def test_a_question_needs_a_region_and_a_title(harness, client):
    sent = {"region": "kota-kediri", "title": "  ", "name": "Tamu", "email": "tamu@contoh.id"}
    answer = client.post("/v1/ask", json=sent, headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"title": ["Missing data for required field."]})
    assert harness.members.received == harness.mentoring.received == []


def test_a_missing_login_is_reported_before_other_errors(client):
    for route in OWN_ROUTES:
        if route.person:
            path = route.path.format(activity="a1", library="l1")
            assert client.request(route.method, path, content=b"{").status_code == 401


def test_the_personal_data_export_matches_its_schema(harness, client):
    everything_up(harness)
    OwnData().load(client.get("/v1/me/export", headers=bearer()).json())


def test_the_order_of_contact_fields_is_fixed():
    assert CONTACT == ("name", "email", "phone")
