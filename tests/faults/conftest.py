"""What the tests of this room share: whoever writes to people has them, a service and a mail server."""

from tests.support.mail_fixtures import house, members, post

__all__ = ["house", "members", "post"]
