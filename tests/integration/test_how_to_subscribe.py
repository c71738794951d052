"""The programs in the how-to pages, run as they stand there, against a real broker and real signed deliveries."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from deploy import ports
from deploy.process import Process, Program
from deploy.waiting import wait_until
from services.kernel.base.message import Fact
from services.kernel.bus.envelope import CONTENT_TYPE, EXCHANGE, canonical, envelope
from services.notifications.domain.webhook_url import target_of
from services.notifications.secret_deriver import SecretDeriver
from services.notifications.webhooks.signing import signed
from services.notifications.webhooks.webhook_client import WebhookClient
from tests.support.documented_programs import programs

HERE = ("127.0.0.1",)
NOW = datetime.now(UTC)
MINT = SecretDeriver(b"t" * 32)
OLD, NEW = MINT.webhook_secret("s", 1), MINT.webhook_secret("s", 2)


def told(n: int = 1) -> dict[str, Any]:
    data = {"person": "ani", "library": "SD Tunas Lentera", "how": "form"}
    fact = Fact("members", "e", n, f"fact-{n}", "member-joined", 1, "ani", "kota-kediri", NOW, data, "c")
    return envelope(fact, "jejaring.test")


@contextmanager
def running(folder: Path, *argv: str, **environment: str) -> Iterator[Path]:
    """A program in a folder of its own; answers its log."""
    log = folder / "log"
    program = Program(name=argv[-1], argv=argv, log=log, environment={**environment, "PYTHONUNBUFFERED": "1"})
    process = Process(program)
    process.start()
    try:
        yield log
    finally:
        process.stop()


@dataclass
class Receiver:
    """One of the receivers, and what it kept."""

    port: int
    facts: Path

    def send(self, body: bytes, secrets: list[str], identity: str = "fact-1", **changed: Any) -> int:
        """Deliver something as the worker does; ``sent`` is what arrives instead of what was signed."""
        at = changed.get("at", datetime.now(UTC))
        headers = signed(identity, body, secrets, at, number=1, cursor="c")
        target = target_of(f"http://127.0.0.1:{self.port}/hook", HERE)
        reply = WebhookClient(HERE).post(target, {**headers, **changed.get("headers", {})}, changed.get("sent", body))
        return reply.status


@pytest.fixture(params=["receiver.py", "receiver.php"])
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiver]:
    name = str(request.param)
    (tmp_path / name).write_text(programs("docs/how-to/receive-webhooks.md")[name], "utf-8")
    port, facts = ports.any_free(), tmp_path / "facts"
    program = str(tmp_path / name)
    if name.endswith(".php"):
        php = shutil.which("php")
        assert php, "the receiver in PHP is tried with php-cli: deploy/install.sh test installs it"
        argv = (php, "-S", f"127.0.0.1:{port}", program)
    else:
        argv = (sys.executable, program, str(port))
    with running(tmp_path, *argv, WEBHOOK_SECRET=f"{OLD} {NEW}", FACTS=str(facts)) as log:
        wait_until(ports.accepts(port), 20, f"{name} to listen: {log}")
        yield Receiver(port, facts)


def test_a_signed_delivery_is_kept_once_under_its_id_with_its_very_bytes(receiver: Receiver) -> None:
    body = canonical(told())
    for secrets in ([NEW], [OLD], [NEW, OLD]):
        assert receiver.send(body, secrets) == 204
    assert [kept.name for kept in receiver.facts.iterdir()] == ["fact-1"]
    assert (receiver.facts / "fact-1").read_bytes() == body


def test_a_tampered_old_or_wrongly_signed_webhook_is_refused(receiver: Receiver) -> None:
    body = canonical(told())
    assert receiver.send(body, [NEW], sent=body.replace(b"ani", b"ana")) == 401
    assert receiver.send(body, [MINT.webhook_secret("s", 3)]) == 401
    assert receiver.send(body, [NEW], at=datetime.now(UTC) - timedelta(minutes=6)) == 401
    assert receiver.send(body, [NEW], headers={"Webhook-Id": "fact-2"}) == 401
    assert receiver.send(body, [NEW], headers={"Webhook-Signature": ""}) == 401
    assert not receiver.facts.exists() or not list(receiver.facts.iterdir())


def test_a_stock_nameko_service_hears_a_fact(amqp_uri: str, tmp_path: Path) -> None:
    listener = tmp_path / "listener.py"
    listener.write_text(programs("docs/how-to/listen-with-nameko.md")["listener.py"], "utf-8")
    queue = "evt-jejaring-members.member-joined--greeter.greet"
    with running(tmp_path, sys.executable, str(listener), AMQP_URI=amqp_uri) as log, Connection(amqp_uri) as connection:

        def listening() -> bool:
            with connection.channel() as channel:
                return channel.queue_declare(queue, passive=True).consumer_count == 1  # type: ignore[no-any-return]

        wait_until(lambda: _answered(listening), 20, "the listener")
        with connection.channel() as channel:
            message = channel.prepare_message(canonical(told()), content_type=CONTENT_TYPE, content_encoding="utf-8")
            channel.basic_publish(message, exchange=EXCHANGE, routing_key="members.member-joined")
        wait_until(lambda: "joined: ani in kota-kediri" in log.read_text(), 10, "the fact to be heard")


def _answered(look: Any) -> bool:
    try:
        return bool(look())
    except Exception:  # noqa: BLE001 - the queue is not there yet, whatever the library calls that
        return False
