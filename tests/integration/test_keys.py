"""The keys of people in the database: one key for each id, and none after the erasure, whatever comes at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import durable
from services.kernel.privacy.vault import Erased, MongoKeys, Vault


def process(database: Database[dict[str, Any]]) -> Vault:
    """The vault of one more process."""
    return Vault(MongoKeys(durable(database, "keys")), bytes(32))


def test_under_a_tombstone_nothing_opens_and_no_key_is_made(database: Database[dict[str, Any]]) -> None:
    vault = process(database)
    sealed = vault.seal("ani", "Ani")
    vault.destroy("ani")
    for each in (vault, process(database)):
        assert each.open("ani", sealed) is None
        with pytest.raises(Erased):
            each.seal("ani", "Ani")


def test_an_id_that_never_had_a_key_can_be_destroyed_too(database: Database[dict[str, Any]]) -> None:
    process(database).destroy("budi")
    with pytest.raises(Erased):
        process(database).seal("budi", "Budi")


def test_all_ids_of_a_person_are_destroyed_at_once(database: Database[dict[str, Any]]) -> None:
    vault = process(database)
    sealed = {owner: vault.seal(owner, "x") for owner in ("ani", "guest", "stranger")}
    vault.destroy("ani", "guest")
    assert [vault.open(owner, text) for owner, text in sealed.items()] == [None, None, "x"]


class Together(MongoKeys):
    """Both processes find no key before either of them makes one."""

    def __init__(self, database: Database[dict[str, Any]], meeting: Barrier) -> None:
        super().__init__(durable(database, "keys"))
        self._meeting = meeting
        self._met = False

    def find(self, owner: str) -> bytes | None:
        found = super().find(owner)
        if not self._met:
            self._met = True
            self._meeting.wait(10)
        return found


def test_two_processes_that_seal_for_a_person_at_once_use_one_key(database: Database[dict[str, Any]]) -> None:
    meeting = Barrier(2)
    vaults = [Vault(Together(database, meeting), bytes(32)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        sealed = list(pool.map(lambda vault: vault.seal("ani", "Ani"), vaults))
    assert [process(database).open("ani", text) for text in sealed] == ["Ani", "Ani"]
