"""The fixtures of tests in which people are written to: a notifications service, its members and a real mail server."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from deploy.demo.mailbox.server import Mailbox
from services.kernel.base.mongo import connect
from tests.unit.notifications.house import House, Members, Post, playing_members


@pytest.fixture
def members() -> Iterator[Members]:
    with playing_members() as played:
        yield played


@pytest.fixture
def house(mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox, members: Members) -> House:
    return House(connect(mongodb_uri)[database.name], members, mailbox.smtp_uri)


@pytest.fixture
def post(mailbox: Mailbox, members: Members, database: Database[dict[str, Any]]) -> Post:
    """The mails of this test alone."""
    return Post(mailbox, members, database.name.replace("_", ""))
