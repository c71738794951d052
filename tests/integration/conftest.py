"""What the tests of this room share: whoever writes to people has them, a service and a mail server."""

from tests.support.mail_fixtures import harness, members, post

__all__ = ["harness", "members", "post"]
