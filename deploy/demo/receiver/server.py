"""The receiver in its own process."""

from deploy import ports
from deploy.demo.server import DemoServer


class ReceiverServer(DemoServer):
    """The receiver; its `url` is the base of the partners' addresses."""

    name = "receiver"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which webhooks may go to this server, and by which the story finds it."""
        return {"WEBHOOK_ALLOW": ports.HOST, "RECEIVER_URL": self.url}
