"""The fixtures of tests in which people are written to: a notifications service, its members and a real mail server."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from deploy.demo.mailbox.server import Mailbox
from services.kernel.base.mongo import connect
from tests.services.notifications.harness import NotificationsHarness
from tests.support.members_server import MembersServer, TestMail, running_members_server


@pytest.fixture
def members() -> Iterator[MembersServer]:
    with running_members_server() as played:
        yield played


@pytest.fixture
def harness(
    mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox, members: MembersServer
) -> NotificationsHarness:
    return NotificationsHarness(connect(mongodb_uri)[database.name], members=members.url, smtp=mailbox.smtp_uri)


@pytest.fixture
def post(mailbox: Mailbox, members: MembersServer, database: Database[dict[str, Any]]) -> TestMail:
    """The mails of this test alone."""
    return TestMail(mailbox, members, database.name.replace("_", ""))
