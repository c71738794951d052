"""From a delivery to the mail that is sent for it, with what is known at that moment and not earlier."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError

from services.notifications import rendering
from services.notifications.deliveries import EXPIRED, FAILED, NO_CONTACT, UNWANTED, Delivery
from services.notifications.domain.message import Kind, MessagePlanned
from services.notifications.domain.preference import Preference
from services.notifications.mail import Mail
from services.notifications.people import Contact, People

log = logging.getLogger(__name__)


class Unsendable(Exception):
    """There is no mail for this delivery, and there will be none: it ends in ``state``."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class NotYetKnown(Exception):
    """Members does not know the person yet: its view is behind its own fact, or a guest's act came before the guest."""


@dataclass(frozen=True)
class Known:
    """What was looked up for a batch: messages by id (None: there is no such message), contacts by person."""

    messages: Mapping[str, MessagePlanned | None]
    contacts: Mapping[str, Contact]

    def names(self) -> dict[str, str]:
        """The names of those who have one still."""
        return {person: contact.name for person, contact in self.contacts.items() if not contact.erased}


@dataclass(frozen=True)
class Composer:
    """``message(id)`` is a planned message, ``preference(person)`` how that person wants to be told; ``host`` is the
    community's, under which deliveries are identities; ``pages`` is where people find the gateway, "" for no links.
    """

    message: Callable[[str], MessagePlanned | None]
    preference: Callable[[str], Preference]
    people: People
    host: str
    pages: str = ""

    def known(self, deliveries: Sequence[Delivery]) -> Known:
        """Look up what the deliveries need, all at once. Raises ``PeopleUnavailable``."""
        messages = {identity: self.message(identity) for identity in {delivery.message for delivery in deliveries}}
        named = {
            variable.value
            for message in messages.values()
            for variable in (message.variables if message else ())
            if variable.name in rendering.NAMED and variable.value
        }
        return Known(messages, self.people.ask([*(delivery.person for delivery in deliveries), *sorted(named)]))

    def compose(self, delivery: Delivery, known: Known, now: datetime) -> Mail:
        """The mail. Raises ``Unsendable``, ``NotYetKnown``, ``PeopleUnavailable``."""
        contact = known.contacts.get(delivery.person)
        if contact is None:
            raise NotYetKnown
        address = _address(contact)
        preference = self.preference(delivery.person)
        if not (preference.email or delivery.urgent):
            raise Unsendable(UNWANTED, "switched-off")
        message = known.messages[delivery.message]
        if message is None:
            raise Unsendable(FAILED, "no-message")
        language = rendering.language_of(preference.language, contact.language)
        digits = self._digits(message, delivery.person)
        try:
            words = rendering.mail(
                message, language, name=contact.name, names=known.names(), digits=digits, link=self._link(delivery)
            )
        except (TemplateError, ValueError) as error:
            log.exception("no words", extra={"delivery": delivery.id, "kind": delivery.kind})
            raise Unsendable(FAILED, type(error).__name__) from error
        return Mail(address, words.subject, words.body, f"{delivery.id}@{self.host}", language, now)

    def _link(self, delivery: Delivery) -> str:
        """The page on which the reader can act; for whatever is about no activity, the front page."""
        if not self.pages or delivery.kind == Kind.LOGIN_CODE:
            return ""  # a mail that asks for a code and offers a link teaches people to be deceived
        return f"{self.pages}/kegiatan/{delivery.activity}" if delivery.activity else f"{self.pages}/"

    def _digits(self, message: MessagePlanned, person: str) -> str:
        """A login code's digits; "" for every other kind."""
        if message.kind is not Kind.LOGIN_CODE:
            return ""
        identity = next((variable.value for variable in message.variables if variable.name == "code"), "")
        digits = self.people.code(person, identity)
        if digits is None:
            raise Unsendable(EXPIRED, "code-gone")
        return digits


def _address(contact: Contact) -> str:
    if contact.erased or contact.email is None:
        raise Unsendable(NO_CONTACT, "erased" if contact.erased else "no-email")
    return contact.email
