"""Logging in by the pages, with the code that came by mail."""

import re

from deploy.demo.mailbox.server import Mailbox
from deploy.waiting import wait_until
from tests.unit.gateway.browser import Browser


def login_codes(mailbox: Mailbox, address: str) -> list[str]:
    """The login codes that came to an address, the newest first, by their letters' text: six digits on a line."""
    texts = [mail["text"] for mail in mailbox.messages(address)]
    return [found[1] for text in texts if (found := re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE))]


def log_in(browser: Browser, mailbox: Mailbox, address: str) -> None:
    """Ask for a code and enter the one that comes."""
    before = len(login_codes(mailbox, address))
    browser.open("/masuk")
    browser.submit("/masuk/kode", contact=address)
    wait_until(lambda: len(login_codes(mailbox, address)) > before, 30, f"a login code to {address}")
    browser.submit("/masuk", code=login_codes(mailbox, address)[0])
    assert browser.page.url.path == "/saya", browser.text
