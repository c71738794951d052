from typing import Any

import pymongo
import pytest
from pymongo.database import Database as MongoDatabase
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from deploy import ports
from deploy.database import Database
from deploy.errors import CommandError
from tests.support.processes import is_running

JOURNALLED = WriteConcern(w="majority", j=True)


def test_what_was_written_with_j_outlives_a_kill(
    database_server: Database, database: MongoDatabase[dict[str, Any]]
) -> None:
    commits = database.get_collection("commits", write_concern=JOURNALLED)
    for position in range(50):
        commits.insert_one({"_id": position})
    database_server.kill()
    assert not database_server.ready()
    database_server.start()

    assert [found["_id"] for found in commits.find().sort("_id")] == list(range(50))


def test_a_refused_duplicate_names_the_index_it_broke(database: MongoDatabase[dict[str, Any]]) -> None:
    commits = database["commits"]
    commits.create_index("command_id", unique=True)
    commits.insert_one({"command_id": "once"})
    with pytest.raises(DuplicateKeyError) as refused:
        commits.insert_one({"command_id": "once"})
    assert refused.value.details is not None
    assert refused.value.details["keyPattern"] == {"command_id": 1}


def test_it_is_a_replica_set_of_one(database_server: Database) -> None:
    client: pymongo.MongoClient[dict[str, Any]]
    with pymongo.MongoClient(database_server.uri) as client:
        hello = client.admin.command("hello")
    assert hello["isWritablePrimary"]
    assert hello["setName"]


def test_each_test_has_an_empty_database(database: MongoDatabase[dict[str, Any]]) -> None:
    assert database.list_collection_names() == []


def test_a_stopped_server_keeps_its_data_and_leaves_no_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("server")
    first = Database(directory)
    first.start()
    client: pymongo.MongoClient[dict[str, Any]]
    with pymongo.MongoClient(first.uri) as client:
        client["kept"]["things"].insert_one({"_id": 1})
    pid = first.pid
    first.stop()
    assert not is_running(pid)
    assert ports.is_free(first.port)

    second = Database(directory)
    try:
        second.start()
        with pymongo.MongoClient(second.uri) as client:
            assert client["kept"]["things"].count_documents({}) == 1
    finally:
        second.stop()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    in_the_way = tmp_path_factory.mktemp("x") / "file"
    in_the_way.touch()
    with pytest.raises(CommandError, match=r"^[^\n]+$"):
        Database(in_the_way)
