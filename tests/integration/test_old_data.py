"""Data that an older release wrote is read by this release: nothing is lost, nothing is rebuilt, nothing is parked.

``data/before-typed-shapes.tar.xz`` holds every collection of the four services after the story, as the last release with
untyped shapes left them, and the keys of that demonstration, whose people do not exist. To take another one, dump each
collection of a told stack as BSON under ``<database>/<collection>.bson``, and the secret files under ``keys/``.
"""

import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import bson
import pytest
from pymongo import MongoClient

from deploy.commands.open_service import installed_services, open_service
from deploy.commands.verify import checks
from deploy.database import Database
from services.kernel.assembly import Application
from services.kernel.declare.plain import STATE
from services.kernel.declare.policy import EVERYWHERE, Actor, ActorSignature
from services.kernel.http.api import RawRequest
from services.kernel.readers.eraser import Eraser

ARCHIVE = Path(__file__).parent / "data" / "before-typed-shapes.tar.xz"
PREFIX = "jejaring_"


@pytest.fixture(scope="module")
def environment(_session_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    _session_database.start()
    folder, prefix = tmp_path_factory.mktemp("old"), f"old_{tmp_path_factory.getbasetemp().name[-6:]}_"
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    with MongoClient[dict[str, Any]](_session_database.uri, tz_aware=True) as client, tarfile.open(ARCHIVE) as archive:
        for member in archive:
            content, (where, name) = archive.extractfile(member), member.name.split("/")
            assert content is not None
            if where == "keys":
                (keys / name).write_bytes(content.read())
                (keys / name).chmod(0o600)
            elif documents := bson.decode_all(content.read()):
                client[where.replace(PREFIX, prefix, 1)][name.removesuffix(".bson")].insert_many(documents)
        (folder / "clock.json").write_text('{"offset": 11450638.0}')
        yield {
            "MONGODB_URI": _session_database.uri,
            "JEJARING_DATABASE_PREFIX": prefix,
            "AMQP_URI": "none",
            "JEJARING_SECRETS": str(keys),
            "JEJARING_CLOCK": f"demo:{folder / 'clock.json'}",
            "JEJARING_COMMUNITY_HOST": "localhost",
        }
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)


@pytest.fixture(params=installed_services())
def application(request: pytest.FixtureRequest, environment: Mapping[str, str]) -> Iterator[Application]:
    with open_service(request.param, environment) as opened:
        opened.prepare()
        for reader in opened.runner.readers:
            if isinstance(reader, Eraser):
                while not reader.repeated:  # until then no request opens what is sealed
                    reader.step(1)
        yield opened


def test_logs_inboxes_and_views_are_what_they_promise(application: Application) -> None:
    assert {what: found for what, differences in checks(application) if (found := list(differences))} == {}


def test_no_view_is_built_anew_and_every_document_is_a_row(application: Application) -> None:
    for view in application.definition.views:
        assert application.views.pointer(view, fresh=True).next is None, view.name
        rows = list(application.views.all(view))
        assert len(rows) == application.views.count(view), view.name


def test_every_reader_goes_on_where_it_stood_and_parks_nothing(application: Application) -> None:
    before = application.log.head()
    for reader in application.runner.readers:
        if reader.name in {"relay", "sender", "webhooks"}:
            continue  # they speak to servers that are not here
        for _ in range(3):
            reader.step(1_000_000)
    assert application.parking.count() == 0
    assert application.log.head() == before


def test_every_manager_reads_the_states_that_it_stored(application: Application) -> None:
    for manager in application.definition.managers:
        stored = [document["state"] for document in application.core.database[f"manager_{manager.name}"].find()]
        if manager.state is not dict:
            names = {field.name for field in fields(manager.state)}
            for state in stored:
                read = STATE.read(manager.state, state)
                assert {name for name, value in state.items() if value} <= names, manager.name
                assert STATE.read(manager.state, STATE.write(read)) == read, manager.name


def test_every_list_answers_the_board(application: Application) -> None:
    signature = ActorSignature(application.settings.secrets.signing.hex())
    grants = ("members.read", "deliveries.read", "partners.keep", "mentorships.visit", "activities.plan")
    board = Actor("person", "somebody", grants=dict.fromkeys(grants, (EVERYWHERE,)))
    headers = {ActorSignature.HEADER.lower(): signature.sign(board)}
    for route in application.definition.routes:
        if route.method == "GET" and route.public and "{" not in route.path:
            answer = application.api.respond(RawRequest("GET", route.path, {}, headers, b""))
            assert answer.status in {200, 400, 401, 403, 404}, f"{route.path}: {answer.body}"
