import smtplib
import urllib.error
import urllib.request
import uuid
from email.message import EmailMessage

import pytest

from deploy.demo.mailbox.pages import linked, when
from deploy.demo.mailbox.server import Mailbox


def an_address() -> str:
    return f"siti.{uuid.uuid4().hex[:8]}@contoh.test"


def send(mailbox: Mailbox, to: str, subject: str = "Undangan", text: str = "Besok pukul 9.") -> str:
    mail = EmailMessage()
    mail["From"] = "Jejaring <jejaring@contoh.test>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@contoh.test>"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, timeout=60) as client:
        client.send_message(mail)
    return str(mail["Message-ID"])


def page(mailbox: Mailbox, path: str) -> str:
    with urllib.request.urlopen(mailbox.url + path, timeout=60) as answer:
        return str(answer.read().decode())


def test_a_mail_is_found_by_its_recipient_with_the_identity_it_was_sent_under(mailbox: Mailbox) -> None:
    to = an_address()
    message_id = send(mailbox, to, "Pertemuan: “Kopi & katalog”", "Kursi Anda nomor 7.\n")
    send(mailbox, an_address())

    (found,) = mailbox.messages(to.upper())

    assert found["message_id"] == message_id
    assert found["from"] == "Jejaring <jejaring@contoh.test>"
    assert found["to"] == [to]
    assert found["subject"] == "Pertemuan: “Kopi & katalog”"
    assert found["text"] == "Kursi Anda nomor 7.\n"
    assert found["received"].endswith("+00:00")
    assert found["id"]


def test_mails_come_newest_first_and_two_of_one_identity_are_both_shown(mailbox: Mailbox) -> None:
    to = an_address()
    for subject in ("satu", "dua", "dua"):
        send(mailbox, to, subject)
    assert [mail["subject"] for mail in mailbox.messages(to)] == ["dua", "dua", "satu"]


def test_an_accepted_mail_outlives_a_kill(mailbox: Mailbox) -> None:
    to = an_address()
    send(mailbox, to)
    before = mailbox.messages(to)
    mailbox.kill()
    mailbox.start()
    assert mailbox.messages(to) == before
    send(mailbox, to, "sesudahnya")
    assert [mail["subject"] for mail in mailbox.messages(to)] == ["sesudahnya", "Undangan"]


def test_the_pages_show_a_mail_in_indonesian_and_let_nothing_of_it_run(mailbox: Mailbox) -> None:
    to = an_address()
    send(mailbox, to, "<script>alert(1)</script>", "Buka http://127.0.0.1:8000/masuk?kode=1&x=2.\n<b>")
    (mail,) = mailbox.messages(to)

    listed, opened = page(mailbox, f"/?ke={to}"), page(mailbox, f"/surat/{mail['id']}")

    assert "Kotak surat" in listed
    assert "Diterima" in opened
    assert "WIB" in opened
    assert "<script>" not in listed + opened
    assert '<a href="http://127.0.0.1:8000/masuk?kode=1&amp;x=2">' in opened
    assert 'name="viewport"' in listed


def test_a_mail_that_is_not_there_is_404(mailbox: Mailbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        page(mailbox, "/surat/99999999")
    assert answer.value.code == 404
    answer.value.close()


def test_times_are_shown_as_people_there_write_them() -> None:
    assert when("2026-11-24T03:15:00+00:00") == "24 Nov 2026 10.15 WIB"


def test_a_link_ends_where_the_sentence_does() -> None:
    assert str(linked("Lihat http://a.test/b.")) == 'Lihat <a href="http://a.test/b">http://a.test/b</a>.'
