"""SMTP against a server that answers what the test wants."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from services.notifications.sending.channel import ChannelDown, Deferred, Fault, Letter, Rejected
from services.notifications.sending.mail import SmtpServer, as_bytes

MAIL = Letter(
    to="sri@perpus.example",
    subject="Topik “Label barcode” akan dibahas bersama",
    text="Yth. Bapak/Ibu Sri,\n\n“Label”\n",
    message_id="delivery@jejaring.test",
    language="id",
    at=datetime(2026, 12, 1, 3, 0, tzinfo=UTC),
)


class Answers:
    """A server's handler: what it says to each step, what it has taken."""

    def __init__(self) -> None:
        self.rcpt, self.mail, self.data = "250 OK", "250 OK", "250 OK"
        self.hello: str | None = None
        self.taken: list[EmailMessage] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        return responses if self.hello is None else [self.hello]

    async def handle_HELO(self, _server: Any, session: Any, _envelope: Any, name: str) -> str:  # noqa: N802 - aiosmtpd's name
        session.host_name = name
        return self.hello or "250 mail"

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data == "drop":
            server.transport.abort()
            return "421 gone"
        if self.data.startswith("2"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.data


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def uri(answers: Answers) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}/"
    controller.stop()


@pytest.fixture
def server(uri: str) -> Iterator[SmtpServer]:
    with SmtpServer(uri, "no-reply@jejaring.test", seconds=2) as server:
        yield server


def test_a_mail_arrives_as_it_was_written(server: SmtpServer, answers: Answers) -> None:
    server.reach()
    server.send(MAIL)
    [taken] = answers.taken
    assert taken["To"] == MAIL.to
    assert taken["Subject"] == MAIL.subject
    assert taken["Message-ID"] == "<delivery@jejaring.test>"
    assert taken["Date"] == "Tue, 01 Dec 2026 03:00:00 +0000"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["From"] == "Jejaring <no-reply@jejaring.test>"
    assert taken.get_content().replace("\r\n", "\n") == MAIL.text


def test_several_mails_go_over_one_connection(server: SmtpServer, answers: Answers) -> None:
    for _ in range(3):
        server.reach()
        server.send(MAIL)
    assert len(answers.taken) == 3


def test_a_permanent_refusal_keeps_its_number_and_no_words(server: SmtpServer, answers: Answers) -> None:
    answers.rcpt = "550 sri@perpus.example is unknown"
    with pytest.raises(Rejected, match=r"^550$") as raised:
        server.send(MAIL)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("answer", ["450 try later", "452 full", "421 going down"])
def test_a_temporary_refusal_defers(server: SmtpServer, answers: Answers, answer: str) -> None:
    answers.rcpt = answer
    with pytest.raises(Deferred, match=f"^{answer[:3]}$"):
        server.send(MAIL)
    answers.rcpt = "250 OK"
    server.reach()
    server.send(MAIL)


@pytest.mark.parametrize(("answer", "error"), [("554 no", Rejected), ("451 later", Deferred)])
def test_a_server_may_refuse_the_text(
    server: SmtpServer, answers: Answers, answer: str, error: type[Exception]
) -> None:
    answers.data = answer
    with pytest.raises(error):
        server.send(MAIL)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("554 no", Fault.LETTER),
        ("554 5.7.1 looks like spam", Fault.LETTER),
        ("550 5.1.1 no such user", Fault.ADDRESS),
        ("550 5.2.1 mailbox disabled", Fault.ADDRESS),
    ],
)
def test_a_refused_text_blames_the_address_only_if_the_reply_names_the_mailbox(
    server: SmtpServer, answers: Answers, answer: str, fault: Fault
) -> None:
    answers.data = answer
    with pytest.raises(Rejected) as raised:
        server.send(MAIL)
    assert raised.value.fault is fault


def test_a_server_that_refuses_our_sender_counts_as_down(server: SmtpServer, answers: Answers) -> None:
    answers.mail = "550 not you"
    with pytest.raises(ChannelDown):
        server.send(MAIL)


def test_a_server_without_a_greeting_counts_as_down(server: SmtpServer, answers: Answers) -> None:
    answers.hello = "550 not you"
    with pytest.raises(ChannelDown):
        server.send(MAIL)


def test_a_connection_lost_in_the_middle_defers_and_the_next_mail_has_a_new_one(
    server: SmtpServer, answers: Answers
) -> None:
    answers.data = "drop"
    with pytest.raises(Deferred):
        server.send(MAIL)
    answers.data = "250 OK"
    server.reach()
    server.send(MAIL)


def test_an_unreachable_server_counts_as_down() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        server = SmtpServer(f"smtp://127.0.0.1:{taken.getsockname()[1]}", "a@b.example", seconds=1)
        with pytest.raises(ChannelDown):
            server.reach()


def test_a_silent_server_counts_as_down_after_the_timeout() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        server = SmtpServer(f"smtp://127.0.0.1:{mute.getsockname()[1]}", "a@b.example", seconds=0.2)
        with pytest.raises(ChannelDown):
            server.reach()


@pytest.mark.parametrize("address", ["sri\n@perpus.example", "srí@perpus.example"])
def test_an_impossible_mail_address_is_rejected(server: SmtpServer, address: str) -> None:
    server.reach()
    with pytest.raises(Rejected):
        server.send(Letter(address, "s", "t", "m@h", "id", MAIL.at))


@pytest.mark.parametrize("uri", ["", "http://x:25", "smtp://", "mail.example:25"])
def test_a_malformed_server_uri_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URI"):
        SmtpServer(uri, "a@b.example")


def test_a_mail_shows_neither_address_nor_text_when_it_is_printed() -> None:
    assert repr(MAIL) == "Letter(delivery@jejaring.test)"


def test_no_line_is_longer_than_mail_servers_take() -> None:
    text = "kata " * 400
    raw = as_bytes(Letter(MAIL.to, text, text, "m@h", "id", MAIL.at), "a@b.example")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
