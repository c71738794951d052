"""The server in its own process."""

from deploy.demo.server import DemoServer

TOKEN = "8027:only-on-this-machine"  # noqa: S105 - no secret: this server is on loopback and knows no other bot


class TelegramServer(DemoServer):
    """The Telegram of the demonstration; its `url` is the base address of the API and of the pages."""

    name = "telegram"
    token = TOKEN

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which services and gateway use this server."""
        return {"TELEGRAM_API": self.url, "TELEGRAM_TOKEN": self.token}
